/* eslint-disable @typescript-eslint/no-non-null-assertion -- every index stays within the heap by its invariant */
/** What the queue orders by: the deadline, then the place in the input. */
export interface Urgent {
  /** Ms on one clock; Infinity for what cannot expire. */
  readonly urgencyMs: number;
  /** Breaks ties: lower goes first. */
  readonly sequence: number;
}

/** Whether `a` goes first. */
export const before = (a: Urgent, b: Urgent): boolean =>
  a.urgencyMs < b.urgencyMs || (a.urgencyMs === b.urgencyMs && a.sequence < b.sequence);

/** Earliest deadline first: a binary heap, so a million waiting rows cost twenty comparisons each. */
export class UrgencyQueue<T extends Urgent> {
  /** Invariant: no item goes before its parent at `(index - 1) >> 1`. */
  readonly #heap: T[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** The most urgent item, left in its place. */
  peek(): T | undefined {
    return this.#heap[0];
  }

  push(item: T): void {
    let index = this.#heap.length;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.#heap[above]!;
      if (!before(item, parent)) break;
      this.#heap[index] = parent;
      index = above;
    }
    this.#heap[index] = item;
  }

  /** Takes the most urgent item out. */
  pop(): T | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#sinkFromRoot(last);
    return first;
  }

  #sinkFromRoot(item: T): void {
    const length = this.#heap.length;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= length) break;
      if (child + 1 < length && before(this.#heap[child + 1]!, this.#heap[child]!)) child += 1;
      if (!before(this.#heap[child]!, item)) break;
      this.#heap[index] = this.#heap[child]!;
      index = child;
    }
    this.#heap[index] = item;
  }
}
