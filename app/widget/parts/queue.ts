import type { Store } from "./store";

/** A message that the server has not confirmed yet. */
export interface Entry {
  /** Made here, unique; the server stores a message with the same id once. */
  readonly id: string;
  readonly text: string;
  /** Milliseconds since 1970, by this machine's clock. */
  readonly at: number;
  /** Order among messages of one millisecond. */
  readonly order: number;
  /** The tab that wrote it. */
  readonly owner: string;
  /** Why the server refused it; such an entry is shown, and not sent again. */
  readonly failed?: string;
}

/** Messages that may wait at once. */
export const QUEUE_LIMIT = 50;
/** After this long (ms) any tab may send what another tab left behind. */
export const ADOPT_AFTER = 15_000;

/**
 * Unsent messages, kept over reloads. Each has a storage key of its own, so that two tabs never
 * overwrite each other's list. A tab sends its own messages at once and those of another tab only
 * when that one seems gone; a message sent twice this way is stored once, by its id.
 */
export class Queue {
  private order = 0;

  constructor(
    private readonly store: Store,
    private readonly owner: string,
  ) {}

  /** All entries, oldest first, the refused ones too. */
  list(): Entry[] {
    const entries: Entry[] = [];
    for (const key of this.store.keys("q.")) {
      const entry = parse(this.store.get(key));
      if (entry) entries.push(entry);
      else this.store.delete(key);
    }
    return entries.sort((a, b) => a.at - b.at || a.order - b.order);
  }

  /** Adds a message; nothing when too many wait already. */
  add(id: string, text: string, now: number): Entry | undefined {
    if (this.list().length >= QUEUE_LIMIT) return undefined;
    const entry: Entry = { id, text, at: now, order: this.order++, owner: this.owner };
    this.store.set("q." + id, JSON.stringify(entry));
    return entry;
  }

  /** Forgets a message that the server has, or that the visitor took back. */
  remove(id: string): void {
    this.store.delete("q." + id);
  }

  /** Keeps a refused message on view with its reason. */
  fail(id: string, reason: string): void {
    const entry = parse(this.store.get("q." + id));
    if (entry) this.store.set("q." + id, JSON.stringify({ ...entry, failed: reason }));
  }

  /** The oldest message that this tab should send now; `all` includes other tabs' fresh ones. */
  next(now: number, all = false): Entry | undefined {
    return this.list().find(
      (entry) => !entry.failed && (all || entry.owner === this.owner || now - entry.at >= ADOPT_AFTER),
    );
  }
}

function parse(json: string | undefined): Entry | undefined {
  if (!json) return undefined;
  try {
    const value = JSON.parse(json) as Partial<Entry>;
    return typeof value.id === "string" && typeof value.text === "string" && typeof value.at === "number"
      ? { order: 0, owner: "", ...value, id: value.id, text: value.text, at: value.at }
      : undefined;
  } catch {
    return undefined;
  }
}
