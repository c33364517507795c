import { autolink, type Run } from "./autolink";
import { button, h, icon, shapes } from "./dom";
import { format, type Piece } from "./format";
import type { Language } from "./language";
import { ascending, type ChatFile, type Position } from "./protocol";
import type { Row } from "./timeline";
import { fill, type Texts } from "./text";

/** Up to a dozen emoji and nothing else: shown large. */
const emojiOnly = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u200d\ufe0f\s]){1,24}$/u;
/** Nearer to the end than this (CSS px) counts as at the end. */
const AT_END = 48;

/** What the log asks of its owner. */
export interface LogOwner {
  /** The reader reached the end. */
  reachedEnd(): void;
  /** The visitor wants a refused message back in the composer. */
  edit(key: string): void;
}

/** A row on view; its line of time and state is changed in place. */
interface Drawn {
  readonly node: HTMLElement;
  readonly meta?: HTMLElement;
  /** The text, and what it says now. */
  readonly body?: HTMLElement;
  said?: string;
  state?: string;
}

/** The list of messages: draws rows with the least change, and keeps the end in sight. */
export class Log {
  readonly element: HTMLElement;
  private readonly list = h("div", "log");
  private readonly greeting = h("p", "bubble");
  private readonly newer: HTMLButtonElement;
  private drawn = new Map<string, Drawn>();
  private readonly time: Intl.DateTimeFormat;
  private readonly day: Intl.DateTimeFormat;
  private readonly exact: Intl.DateTimeFormat;
  private readonly relative: Intl.RelativeTimeFormat;
  private pinned = true;
  private unseen = 0;

  constructor(
    private readonly t: Texts,
    language: Language,
    private readonly owner: LogOwner,
  ) {
    this.time = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
    this.day = new Intl.DateTimeFormat(language, { dateStyle: "long" });
    this.exact = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "medium" });
    this.relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
    const { list } = this;
    list.role = "log";
    list.tabIndex = 0;
    list.ariaLabel = t.log;
    const hello = h("div", "row them first", this.greeting);
    hello.hidden = true;
    list.append(hello);
    this.newer = button("newer", () => this.toEnd());
    this.newer.hidden = true;
    this.element = h("main", "", list, this.newer);
    list.addEventListener("scroll", () => this.scrolled());
    new ResizeObserver(() => this.settle()).observe(list);
  }

  /** Whether the newest message is in sight. */
  get atEnd(): boolean {
    return this.pinned;
  }

  setGreeting(text: string): void {
    this.greeting.replaceChildren(...autolink(text).map(linked));
    (this.greeting.parentElement as HTMLElement).hidden = !text;
    this.settle();
  }

  focus(): void {
    this.list.focus();
  }

  /** Draws the rows; `seen` is the highest own position that was read; `arrived` counts new ones of the others. */
  draw(rows: readonly Row[], seen: Position, arrived = 0): void {
    const kept = new Map<string, Drawn>();
    let place: ChildNode | null = this.greeting.parentNode?.nextSibling ?? null;
    const put = (key: string, make: () => Drawn): Drawn => {
      const drawn = this.drawn.get(key) ?? make();
      if (drawn.node === place) place = drawn.node.nextSibling;
      else this.list.insertBefore(drawn.node, place);
      kept.set(key, drawn);
      return drawn;
    };
    for (const row of rows) {
      if (row.newDay) {
        const name = this.nameOfDay(row.at);
        put("day " + name, () => ({ node: h("p", "day", name) }));
      }
      this.update(put(row.key, () => this.make(row)), row, seen);
    }
    for (const [key, { node }] of this.drawn) if (!kept.has(key)) node.remove();
    this.drawn = kept;
    if (!this.pinned) this.unseen += arrived;
    this.settle();
  }

  toEnd(): void {
    this.pinned = true;
    this.settle();
    this.owner.reachedEnd();
  }

  private make(row: Row): Drawn {
    const text = h("div", "bubble", ...said(row));
    text.dir = "auto";
    if (row.from === "system") return { node: h("div", "row", text) };
    if (emojiOnly.test(row.text)) text.classList.add("emoji");
    const sender = row.from === "me" ? this.t.you : row.author || this.t.team;
    const meta = h("p", "meta");
    // Changes of time and ticks are not to be read aloud.
    meta.ariaLive = "off";
    const parts = row.file ? [this.file(row.file), ...(row.text ? [text] : [])] : [text];
    return { node: h("div", "row", h("span", "author", sender), ...parts, meta), meta, body: text, said: row.text };
  }

  /** A picture that opens at full size, a sound with its player, or a card to download. */
  private file(file: ChatFile): HTMLElement {
    const { url, mime, name } = file;
    if (mime.startsWith("audio/")) {
      const player = h("audio", "sound");
      player.src = url;
      player.controls = true;
      player.preload = "none";
      player.ariaLabel = name;
      return player;
    }
    const link = h("a", "bubble file");
    link.href = url;
    link.target = "_blank";
    link.rel = "noopener";
    if (/^image\/(?:jpeg|png|gif|webp)$/.test(mime)) {
      const picture = h("img", "");
      picture.src = url;
      picture.alt = name;
      if (file.width && file.height) [picture.width, picture.height] = [file.width, file.height];
      picture.addEventListener("load", () => this.settle());
      link.append(picture);
    } else {
      const size = new Intl.NumberFormat(undefined, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
      link.append(h("strong", "", name), " ", h("span", "", size.format(Math.ceil(file.size / 1024))));
    }
    return link;
  }

  private update(drawn: Drawn, row: Row, seen: Position): void {
    const { t } = this;
    const { node, meta } = drawn;
    const { from, first, last, failed } = row;
    node.className = `row ${from}${first ? " first" : ""}${last ? " last" : ""}${failed ? " failed" : ""}`;
    // Its author changed it.
    if (drawn.body && drawn.said !== row.text) {
      drawn.said = row.text;
      drawn.body.replaceChildren(...said(row));
    }
    const delivery = row.n === undefined ? "pending" : ascending(row.n, seen) <= 0 ? "read" : "delivered";
    const state = [row.at, row.from === "me" && delivery, row.lastOwn, row.failed, row.edited].join();
    if (!meta || drawn.state === state) return;
    drawn.state = state;
    if (row.failed) {
      const reason = row.failed === "too_long" ? t.tooLong : row.failed;
      const edit = button("link", () => this.owner.edit(row.key), t.edit);
      meta.replaceChildren(icon(shapes.alert), `${t.failed}: ${reason} `, edit);
      return;
    }
    const clock = h("time", "", this.time.format(row.at));
    clock.dateTime = new Date(row.at).toISOString();
    clock.title = this.exact.format(row.at);
    meta.replaceChildren(...(row.edited ? [`${t.edited} · `] : []), clock);
    if (row.from !== "me") return;
    const tick = h("span", "tick " + delivery, icon(row.n === undefined ? shapes.clock : shapes.ticks));
    // Colour alone would not tell read from delivered: the last own message says it in words.
    if (row.lastOwn) tick.prepend(t[delivery]);
    else {
      tick.role = "img";
      tick.ariaLabel = t[delivery];
    }
    tick.title = t[delivery];
    meta.append(tick);
  }

  private nameOfDay(at: number): string {
    const ago = Math.round((midnight(at) - midnight(Date.now())) / 86_400_000);
    const name = ago === 0 || ago === -1 ? this.relative.format(ago, "day") : this.day.format(at);
    return name.charAt(0).toUpperCase() + name.slice(1);
  }

  private scrolled(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.list;
    const atEnd = scrollHeight - scrollTop - clientHeight < AT_END;
    if (atEnd === this.pinned) return;
    this.pinned = atEnd;
    this.settle();
    if (atEnd) this.owner.reachedEnd();
  }

  private settle(): void {
    if (this.pinned) {
      this.unseen = 0;
      this.list.scrollTop = this.list.scrollHeight;
    }
    const { t, unseen } = this;
    this.newer.hidden = this.pinned;
    this.newer.replaceChildren(
      unseen === 0 ? "" : unseen === 1 ? t.newOne : fill(t.newOther, unseen),
      icon(shapes.down),
    );
    this.newer.ariaLabel = unseen ? null : t.toEnd;
  }
}

/** What a row says: set as the agents set it, the visitor's own as it was typed. */
function said({ from, text }: Row): (Node | string)[] {
  if (from !== "them") return autolink(text).map(linked);
  return format(text).flatMap(({ tag, lines, start }): (Node | string)[] => {
    const drawn = lines.map((line) => line.map(styled));
    if (!tag) return drawn.flat();
    const items = tag === "code" ? drawn.flat() : drawn.map((line) => h(tag === "blockquote" ? "p" : "li", "", ...line));
    const block = h(tag, "block", ...items);
    if (start !== undefined) (block as HTMLOListElement).start = start;
    return [block];
  });
}

function styled(piece: Piece): Node | string {
  return "tag" in piece ? h(piece.tag, "", ...piece.pieces.map(styled)) : linked(piece);
}

function linked({ text, href }: Run): Node | string {
  if (!href) return text;
  const link = h("a", "", text);
  link.href = href;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  return link;
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
