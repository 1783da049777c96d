/** A longer stretch must be so much denser than a later one to be taken for the window. */
const NEARLY = 0.8;
/** So many are kept: the first, and the latest. */
const KEPT = 32;

/** Where calls began after a pause, or after a block: `nth` had been accepted before. */
export interface Beginning {
  readonly atMs: number;
  readonly nth: number;
  readonly reopened: boolean;
}

/** Where a window may have begun. */
export class Beginnings {
  readonly #all: Beginning[] = [];

  add(beginning: Beginning): void {
    this.#all.push(beginning);
    if (this.#all.length > KEPT) this.#all.splice(1, 1);
  }

  /** Where the first call began. */
  get first(): Beginning {
    return this.#all[0] ?? { atMs: 0, nth: 0, reopened: false };
  }

  /** Where the last block ended, or the first call began. */
  get lastReopening(): Beginning {
    return this.#all.findLast(({ reopened }) => reopened) ?? this.first;
  }

  /** The latest one from which the calls until now, `count` in all, were nearly as dense as from any that is possible, if one is. */
  densest(count: number, endMs: number, isPossible: (beginning: Beginning) => boolean): Beginning {
    const possible = this.#all.filter(isPossible);
    const candidates = possible.length > 0 ? possible : this.#all;
    const densityOf = ({ atMs, nth }: Beginning): number => (count - nth) / (endMs - atMs);
    return candidates.reduceRight(
      (best, each) => (count === best.nth || NEARLY * densityOf(each) > densityOf(best) ? each : best),
      candidates.at(-1) ?? this.first,
    );
  }
}
