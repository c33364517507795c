/** Languages that the widget speaks. */
export type Language = "pt-BR" | "en" | "es";

/** Every language of the widget; the first is the default. */
export const languages: readonly Language[] = ["pt-BR", "en", "es"];

/**
 * The first wanted language tag that the widget speaks, by its primary part
 * (`es-MX` gives `es`), else the default.
 */
export function pickLanguage(...wanted: readonly (string | null | undefined)[]): Language {
  for (const tag of wanted) {
    const primary = tag?.slice(0, 2).toLowerCase();
    const found = primary && languages.find((language) => language.startsWith(primary));
    if (found) return found;
  }
  return "pt-BR";
}
