/** What of a race has been opened by one of its branches, so that it can be closed if another is first. */
export class Branch {
  readonly #opened = new Set<string>();
  readonly #parent: Branch | undefined;
  #isClosed = false;

  constructor(parent?: Branch, opened: readonly string[] = []) {
    this.#parent = parent;
    for (const key of opened) this.add(key);
  }

  add(key: string): void {
    this.#opened.add(key);
    this.#parent?.add(key);
  }

  get isClosed(): boolean {
    return this.#isClosed || (this.#parent?.isClosed ?? false);
  }

  /** Returns the keys that it has opened. */
  close(): readonly string[] {
    this.#isClosed = true;
    return [...this.#opened];
  }
}
