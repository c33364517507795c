// The client's words, so that a test finds a button in whichever language the page speaks.
import { readFileSync } from 'node:fs'

export type Language = 'pt-BR' | 'en' | 'es'

/** Answers words by their key, such as `contact.edit`: the file, then the place in it. */
export function words(language: Language): (key: string) => string {
  const files = new Map<string, unknown>()
  return key => {
    const [file, ...path] = key.split('.') as [string, ...string[]]
    if (!files.has(file)) files.set(file, JSON.parse(readFileSync(new URL(`../../app/locales/${language}/${file}.json`, import.meta.url), 'utf8')))
    const found = path.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], files.get(file))
    if (typeof found !== 'string') throw new Error(`${language} has no words ${key}`)
    return found
  }
}
