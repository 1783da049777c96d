/** A picture has room for so many bars. */
const MOST_BINS = 96;

/** A power of two of seconds, so that widths stay round however often they are doubled. */
const NARROWEST_MS = 125;

/**
 * Counts what happened when, in bins of equal width. How long it will take is not known before: whenever the bins
 * run out, they become twice as wide and two are counted together.
 */
export class Bins<Kind extends string> {
  widthMs = NARROWEST_MS;
  #bins: Map<Kind, number>[] = [];

  add(atMs: number, kind: Kind): void {
    while (this.#indexOf(atMs) >= MOST_BINS) this.#widen();
    const index = this.#indexOf(atMs);
    while (this.#bins.length <= index) this.#bins.push(new Map());
    const bin = this.#bins[index];
    bin?.set(kind, (bin.get(kind) ?? 0) + 1);
  }

  /** From 0 on, without a gap. */
  get counts(): readonly ReadonlyMap<Kind, number>[] {
    return this.#bins;
  }

  total(kind: Kind): number {
    return this.#bins.reduce((sum, bin) => sum + (bin.get(kind) ?? 0), 0);
  }

  #indexOf(atMs: number): number {
    return Math.floor(Math.max(0, atMs) / this.widthMs);
  }

  #widen(): void {
    this.widthMs *= 2;
    const narrow = this.#bins;
    this.#bins = Array.from({ length: Math.ceil(narrow.length / 2) }, () => new Map<Kind, number>());
    narrow.forEach((bin, index) => {
      const wide = this.#bins[Math.floor(index / 2)];
      for (const [kind, count] of bin) wide?.set(kind, (wide.get(kind) ?? 0) + count);
    });
  }
}
