import { ascending, type ChatFile, later, type Message, type Position } from "./protocol";
import type { Entry } from "./queue";

/** Rows kept on view; the oldest leave first. */
export const TIMELINE_LIMIT = 500;
/** Messages of one sender closer than this (ms) make one group. */
const GROUP = 5 * 60_000;

/** One message on view: the server's, or a waiting one (`n` not known yet). */
export interface Item {
  /** The same before and after the server's confirmation. */
  readonly key: string;
  readonly from: Message["from"];
  readonly text: string;
  readonly at: number;
  readonly n?: Position;
  readonly author?: string;
  readonly file?: ChatFile;
  readonly edited?: boolean;
  /** Why the server refused it. */
  readonly failed?: string;
}

/** An item with its place among its neighbours. */
export interface Row extends Item {
  /** First of its day (`at` says which). */
  readonly newDay: boolean;
  /** First of its group. */
  readonly first: boolean;
  /** Last of its group. */
  readonly last: boolean;
  /** The visitor's last confirmed message. */
  readonly lastOwn: boolean;
}

/** The messages on view: merges what the server tells with what still waits here, in any order. */
export class Timeline {
  private readonly items = new Map<string, Item>();
  private readonly keyOf = new Map<string, string>();
  /** Highest `n` held; "0" when none. */
  highest: Position = "0";

  /** Adds or completes a message; answers whether it was not on view before. */
  merge(message: Message): boolean {
    const key = this.keyOf.get(message.id) ?? message.client_id ?? message.id;
    const isNew = !this.items.has(key);
    const { from, text, at, n, author, file, edited } = message;
    this.keyOf.set(message.id, key);
    const more = { ...(author ? { author } : {}), ...(file ? { file } : {}), ...(edited ? { edited } : {}) };
    this.items.set(key, { key, from, text, at, n, ...more });
    this.highest = later(this.highest, n);
    this.trim();
    return isNew;
  }

  /** The server stored an own message. */
  confirm(clientId: string, id: string, n: Position, at: number): void {
    const item = this.items.get(clientId);
    if (item) this.merge({ id, n, at, from: "me", text: item.text, client_id: clientId });
  }

  /** Makes the waiting items those of the queue. */
  syncQueue(entries: readonly Entry[]): void {
    const waiting = new Set(entries.map((entry) => entry.id));
    for (const [key, item] of this.items) {
      if (item.n === undefined && !waiting.has(key)) this.items.delete(key);
    }
    for (const { id, text, at, failed } of entries) {
      if (this.items.get(id)?.n !== undefined) continue;
      this.items.set(id, { key: id, from: "me", text, at, ...(failed ? { failed } : {}) });
    }
  }

  /** Forgets all that the server told. */
  clear(): void {
    this.items.clear();
    this.keyOf.clear();
    this.highest = "0";
  }

  /** Messages of the other side after position `n`. */
  unreadAfter(n: Position): number {
    let count = 0;
    for (const item of this.items.values()) if (item.from === "them" && item.n && ascending(n, item.n) < 0) count += 1;
    return count;
  }

  /** All items in order: confirmed ones by position, then the waiting ones by time. */
  rows(): Row[] {
    const sorted = this.sorted();
    const own = sorted.findLast((item) => item.from === "me" && item.n !== undefined);
    const begins = sorted.map((item, index) => {
      const before = sorted[index - 1];
      const newDay = !before || dayOf(before.at) !== dayOf(item.at);
      const first =
        newDay || before.from !== item.from || before.author !== item.author || item.at - before.at > GROUP;
      return { newDay, first };
    });
    return sorted.map((item, index) => ({
      ...item,
      newDay: begins[index]?.newDay ?? true,
      first: begins[index]?.first ?? true,
      last: begins[index + 1]?.first ?? true,
      lastOwn: item === own,
    }));
  }

  private sorted(): Item[] {
    // The sort is stable, so waiting items of one millisecond keep the queue's order.
    return [...this.items.values()].sort((a, b) =>
      a.n !== undefined && b.n !== undefined
        ? ascending(a.n, b.n)
        : a.n === undefined && b.n === undefined
          ? a.at - b.at
          : a.n === undefined
            ? 1
            : -1,
    );
  }

  private trim(): void {
    if (this.items.size <= TIMELINE_LIMIT + 50) return;
    const surplus = this.sorted().slice(0, this.items.size - TIMELINE_LIMIT);
    for (const item of surplus) this.items.delete(item.key);
    for (const [id, key] of this.keyOf) if (!this.items.has(key)) this.keyOf.delete(id);
  }
}

/** The visitor's local calendar day. */
export function dayOf(at: number): string {
  return new Date(at).toDateString();
}
