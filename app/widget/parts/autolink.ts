/** A run of a message's text; `href` only on runs that are safe links. */
export interface Run {
  readonly text: string;
  readonly href?: string;
}

// Stops at white space, quotes, angle brackets, and the invisible marks that turn text round,
// so that an address cannot look like another one.
const address = /\bhttps?:\/\/[^\s<>"'`\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/giu;

/** Cuts what belongs to the sentence rather than to the address: final marks and unpaired brackets. */
function trimEnd(candidate: string): string {
  let end = candidate.length;
  while (end > 0) {
    const last = candidate[end - 1] ?? "";
    if (last === ")" || last === "]") {
      const open = last === ")" ? "(" : "[";
      const body = candidate.slice(0, end);
      if (body.split(open).length >= body.split(last).length) break;
    } else if (!".,;:!?*_~…".includes(last)) break;
    end -= 1;
  }
  return candidate.slice(0, end);
}

/**
 * Splits text into plain runs and http(s) links. Addresses that carry a user name
 * (`https://bank.example@evil.example`) stay plain, as does all that the URL parser refuses.
 * Joining the runs' texts gives the input again.
 */
export function autolink(text: string): Run[] {
  const runs: Run[] = [];
  let from = 0;
  for (const match of text.matchAll(address)) {
    const shown = trimEnd(match[0]);
    let url: URL;
    try {
      url = new URL(shown);
    } catch {
      continue;
    }
    if (!/^https?:$/.test(url.protocol) || url.username || url.password) continue;
    if (match.index > from) runs.push({ text: text.slice(from, match.index) });
    runs.push({ text: shown, href: url.href });
    from = match.index + shown.length;
  }
  if (from < text.length) runs.push({ text: text.slice(from) });
  return runs;
}
