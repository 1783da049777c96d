/** Calls remembered: the largest documented window is 3,000; a larger one is held to its last 8,192. */
const REMEMBERED = 8192;

interface InWindows {
  readonly untilMs: number;
  readonly taken: number;
  readonly most: number;
}

/** When the last calls were sent, by number from 0: those that were accepted, or those that our own ceiling counts. */
export class SendLog {
  readonly #ring = new Float64Array(REMEMBERED);
  #count = 0;

  /** Calls in all. */
  get count(): number {
    return this.#count;
  }

  push(sentAtMs: number): void {
    this.#ring[this.#count++ % REMEMBERED] = sentAtMs;
  }

  /** When the `nth` was sent: -Infinity if forgotten, Infinity if yet to come. */
  at(nth: number): number {
    if (nth >= this.#count) return Infinity;
    const isForgotten = nth < 0 || nth < this.#count - REMEMBERED;
    return isForgotten ? -Infinity : (this.#ring[nth % REMEMBERED] ?? -Infinity);
  }

  /** Whether more than so many calls were ever sent within a span. */
  exceeds(calls: number, spanMs: number): boolean {
    for (let nth = Math.max(0, this.#count - REMEMBERED); nth + calls < this.#count; nth++)
      if (this.at(nth + calls) - this.at(nth) < spanMs) return true;
    return false;
  }

  /**
   * The calls from one number up to another, in windows that follow each other: how many the last one took, when it ends, and the
   * most that any took.
   *
   * @param endOf when a window ends whose first call was sent then; by the clock, or so long after
   */
  inWindows(fromNth: number, toNth: number, endOf: (sentAtMs: number) => number): InWindows {
    let untilMs = -Infinity;
    let taken = 0;
    let most = 0;
    for (let nth = Math.max(fromNth, this.#count - REMEMBERED); nth < toNth; nth++) {
      const sentAtMs = this.at(nth);
      if (sentAtMs >= untilMs) {
        untilMs = endOf(sentAtMs);
        taken = 0;
      }
      most = Math.max(most, ++taken);
    }
    return { untilMs, taken, most };
  }

  /** Whether more than so many calls were ever sent in a window that begins anew with the first call after the last one's end. */
  overfills(calls: number, spanMs: number): boolean {
    return this.inWindows(0, this.#count, (sentAtMs) => sentAtMs + spanMs).most > calls;
  }

  /** Calls that can follow within `ms` from an instant, not in the past, if there are never more than so many in any span. */
  following(calls: number, spanMs: number, fromMs: number, ms: number): number {
    if (ms < 0) return 0;
    const wholeSpans = Math.floor(ms / spanMs);
    const held = this.since(fromMs + ms - (wholeSpans + 1) * spanMs);
    return wholeSpans * calls + Math.max(0, calls - held);
  }

  /** How many were sent after an instant (binary search). */
  since(atMs: number): number {
    let low = 0;
    let high = Math.min(this.#count, REMEMBERED);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.at(this.#count - middle) > atMs) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
