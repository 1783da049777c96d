import type { SendLog } from '../send-log.js';

/** A bucket that fills so much faster than calls went is none. */
export const MOST_OVER_MEAN = 16;
/**
 * No bucket's burst is taken to flow in sooner, where a slower rate explains as much: one that holds next to nothing and fills fast
 * explains equal bursts as well.
 */
const SOONEST_FULL_MS = 500;
/** A bucket takes no call that it does not hold, and refuses none that it does, but for so many that the network held up. */
export const ASTRAY = 3;
/** From one rate that is tried to the next. */
export const RATE_STEP = 1.005;
/** Calls replayed at most. */
export const REPLAYED = 4096;

/** A moment at which the bucket was empty, after `nth` accepted calls. */
export interface Empty {
  readonly atMs: number;
  readonly nth: number;
}

/** Calls at once, and calls per ms. */
interface BucketRead {
  readonly burst: number;
  readonly rate: number;
}

/** What a bucket holds when so much time has passed. */
export const filled = (level: number, passedMs: number, { burst, rate }: BucketRead): number =>
  Math.min(burst, level + Math.max(0, passedMs) * rate);

/** Calls per ms that were accepted in between. */
export const meanRate = (from: Empty, to: Empty): number =>
  (to.nth - from.nth) / Math.max(1, to.atMs - from.atMs);

/** Holds buckets against the calls that were accepted: what one would have held, and which one explains the refusals. */
export class BucketReader {
  constructor(private readonly log: SendLog) {}

  /** Whether it was empty at `to`, but for so many calls, and never less than empty since it was so at `from`. */
  explains(from: Empty | undefined, to: Empty, bucket: BucketRead, astray: number): boolean {
    if (from === undefined) return false;
    const { least, left } = this.levels(from, to, bucket);
    return least >= -ASTRAY && Math.abs(left) <= astray;
  }

  /** The rate that goes least astray, and by how many calls: empty at each refusal, and never less than that by more than {@link ASTRAY}. */
  likeliest(
    first: Empty,
    others: readonly Empty[],
    burstAt: (rate: number) => number,
  ): { readonly rate: number; readonly astray: number } {
    const mean = meanRate(first, others.at(-1) ?? first);
    const soonestMs = burstAt(mean) <= mean * SOONEST_FULL_MS ? 0 : SOONEST_FULL_MS;
    let best = { rate: mean, astray: Infinity };
    for (let rate = mean; rate < MOST_OVER_MEAN * mean; rate *= RATE_STEP) {
      const burst = burstAt(rate);
      if (burst <= rate * soonestMs) break;
      const astray = Math.max(
        ...others.map((empty, i) => {
          const { least, left } = this.levels(others[i - 1] ?? first, empty, { rate, burst });
          return Math.max(-least - ASTRAY, Math.abs(left));
        }),
      );
      if (astray < best.astray) best = { rate, astray };
    }
    return best;
  }

  /** The least that was ever in it until `to`, and what was left then, if it was empty at `from`. */
  levels(from: Empty, to: Empty, bucket: BucketRead): { least: number; left: number } {
    let level = 0;
    let least = 0;
    let { atMs } = from;
    for (let nth = Math.max(from.nth, to.nth - REPLAYED); nth <= to.nth; nth++) {
      const nextMs = nth === to.nth ? to.atMs : this.log.at(nth);
      level = filled(level, nextMs - atMs, bucket) - 1;
      if (nth < to.nth) least = Math.min(least, level);
      atMs = Math.max(atMs, nextMs);
    }
    return { least, left: level + 1 };
  }

  /** The burst that it must have had, if not more, to last until then; that it is known to have, at least, where calls are forgotten. */
  drawdown({ atMs, nth }: Empty, { burst, rate }: BucketRead): number {
    let most = 1;
    for (let n = nth - 1; n >= Math.max(0, nth - REPLAYED); n--) {
      const sentAtMs = this.log.at(n);
      if (sentAtMs === -Infinity) return Math.max(most, burst);
      most = Math.max(most, nth - n - rate * (atMs - sentAtMs));
    }
    return most;
  }
}
