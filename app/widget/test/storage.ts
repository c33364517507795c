/** Local storage as browsers have it, for one "machine" that several tabs share. */
export class FakeStorage implements Storage {
  private readonly values = new Map<string, string>();
  /** As with a full disk or denied storage. */
  broken = false;

  get length(): number {
    this.check();
    return this.values.size;
  }

  key(index: number): string | null {
    this.check();
    return [...this.values.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    this.check();
    return this.values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.check();
    this.values.set(key, value);
  }

  removeItem(key: string): void {
    this.check();
    this.values.delete(key);
  }

  clear(): void {
    this.values.clear();
  }

  private check(): void {
    if (this.broken) throw new Error("denied");
  }
}
