import { autolink, type Run } from "./autolink";

/** A run of text, or runs that are set in a style. */
export type Piece = Run | { readonly tag: "b" | "i" | "s" | "code"; readonly pieces: readonly Piece[] };

/** Lines that stand together: of a list, of a quote, of code, or plain ones in one. */
export interface Block {
  readonly tag: "ul" | "ol" | "blockquote" | "code" | "";
  readonly lines: Piece[][];
  /** The first number of a numbered list. */
  readonly start?: number;
}

const tags = { "*": "b", _: "i", "~": "s", "`": "code" } as const;
const word = /[\p{L}\p{N}]/u;
const address = /https?:\/\/\S+/iuy;
const mark = /^(?:[-*]|(\d{1,3})\.|(>)) (?=.*\S)/;

/** Whether the sign at a place closes what was opened before it. */
function closes(text: string, at: number): boolean {
  return !/\s/.test(text[at - 1] ?? " ") && !word.test(text[at + 1] ?? "");
}

/** Styles within a line: `*bold*`, `_italic_`, `~strike~`, `` `code` ``, at the edges of words; and links. */
function inline(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  let at = 0;
  while (at < text.length) {
    address.lastIndex = at;
    const sign = text[at] as keyof typeof tags;
    const tag = tags[sign];
    let end = -1;
    if (tag && !word.test(text[at - 1] ?? "") && !/\s/.test(text[at + 1] ?? " ")) {
      end = text.indexOf(sign, at + 2);
      while (tag !== "code" && end > 0 && !closes(text, end)) end = text.indexOf(sign, end + 1);
    }
    if (end > 0 && text[at + 1] !== sign) {
      const inner = text.slice(at + 1, end);
      pieces.push(...autolink(text.slice(from, at)), { tag, pieces: tag === "code" ? [{ text: inner }] : inline(inner) });
      from = at = end + 1;
    } else at += address.exec(text)?.[0].length ?? 1;
  }
  pieces.push(...autolink(text.slice(from)));
  return pieces;
}

/** Reads what an agent wrote as WhatsApp would show it. Nothing becomes markup: the pieces hold texts. */
export function format(text: string): Block[] {
  const blocks: Block[] = [];
  text.split(/```([^]+?)```/).forEach((part, n) => {
    if (n % 2) return blocks.push({ tag: "code", lines: [[{ text: part.replace(/^\n|\n+$/g, "") }]] });
    // The line breaks around code are its own.
    const rest = n ? part.replace(/^\n/, "") : part;
    const opens = !n || rest !== part;
    let before: Block | undefined;
    let number = 0;
    return (rest ? rest.split("\n") : []).forEach((line, i) => {
      const found = i || opens ? mark.exec(line) : null;
      const now = Number(found?.[1] ?? 0);
      const tag = !found ? "" : found[1] ? "ol" : found[2] ? "blockquote" : "ul";
      const pieces = inline(found ? line.slice(found[0].length) : line);
      if (before?.tag === tag && (tag !== "ol" || now === number + 1)) {
        if (tag) before.lines.push(pieces);
        else before.lines[0]?.push({ text: "\n" }, ...pieces);
      } else blocks.push((before = tag === "ol" ? { tag, lines: [pieces], start: now } : { tag, lines: [pieces] }));
      number = now;
    });
  });
  return blocks;
}
