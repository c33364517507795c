/**
 * The frame's own small storage, all keys under one prefix. Falls back to memory, key by key,
 * where the browser denies storage to embedded pages or the quota is full: the chat still works,
 * it is only forgotten with the page.
 */
export class Store {
  private readonly memory = new Map<string, string>();

  constructor(
    /** Put before every key. */
    readonly prefix: string,
    private readonly area: Storage | undefined,
  ) {}

  get(key: string): string | undefined {
    return this.memory.get(key) ?? this.tried((area) => area.getItem(this.prefix + key)) ?? undefined;
  }

  set(key: string, value: string): void {
    const kept = this.tried((area) => {
      area.setItem(this.prefix + key, value);
      return true;
    });
    if (kept) this.memory.delete(key);
    else this.memory.set(key, value);
  }

  delete(key: string): void {
    this.memory.delete(key);
    this.tried((area) => area.removeItem(this.prefix + key));
  }

  /** Keys that begin with `start`, in no order. */
  keys(start: string): string[] {
    const found = new Set([...this.memory.keys()].filter((key) => key.startsWith(start)));
    const full = this.prefix + start;
    this.tried((area) => {
      for (let index = 0; index < area.length; index += 1) {
        const key = area.key(index);
        if (key?.startsWith(full)) found.add(key.slice(this.prefix.length));
      }
    });
    return [...found];
  }

  private tried<T>(action: (area: Storage) => T): T | undefined {
    try {
      return this.area && action(this.area);
    } catch {
      return undefined;
    }
  }
}

/** The browser's local storage, or nothing where even asking for it is refused. */
export function localArea(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
