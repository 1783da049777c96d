interface Entry<T> {
  readonly key: number;
  readonly sequence: number;
  readonly item: T;
}

const before = (a: Entry<unknown>, b: Entry<unknown>): boolean =>
  a.key < b.key || (a.key === b.key && a.sequence < b.sequence);

/** Smallest key first, equal keys in the order in which they came. It shares nothing with the queue under test. */
export class Heap<T> {
  readonly #entries: Entry<T>[] = [];
  #sequence = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** The smallest key; Infinity where there is none. */
  get firstKey(): number {
    return this.#entries[0]?.key ?? Infinity;
  }

  push(key: number, item: T): void {
    const entry = { key, sequence: this.#sequence++, item };
    let index = this.#entries.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (before(this.#entries[parent]!, entry)) break;
      this.#entries[index] = this.#entries[parent]!;
      index = parent;
    }
    this.#entries[index] = entry;
  }

  pop(): T | undefined {
    const [first] = this.#entries;
    const last = this.#entries.pop();
    if (last !== undefined && this.#entries.length > 0) this.#sink(last);
    return first?.item;
  }

  #sink(entry: Entry<T>): void {
    const entries = this.#entries;
    let index = 0;
    for (let child = 1; child < entries.length; child = 2 * index + 1) {
      if (child + 1 < entries.length && before(entries[child + 1]!, entries[child]!)) child++;
      if (before(entry, entries[child]!)) break;
      entries[index] = entries[child]!;
      index = child;
    }
    entries[index] = entry;
  }
}
