import type { Clock } from '../../model/clock.js';

/** So far apart the clocks may drift before the wall clock counts as set. */
const DRIFT_MS = 100;

/**
 * The wall clock as if nobody ever set it: it goes on from where it stood at the beginning. What has so long to live
 * when it is first seen dies on this clock after so long, also where the wall clock is set back meanwhile.
 */
export class SteadyClock implements Clock {
  /** Wall time less elapsed time: at the beginning, and as the wall clock was last set. */
  readonly #firstMs: number;
  #setMs: number;

  constructor(private readonly clock: Clock) {
    this.#firstMs = clock.now() - clock.elapsed();
    this.#setMs = this.#firstMs;
  }

  now(): number {
    return this.clock.elapsed() + this.#firstMs;
  }

  elapsed(): number {
    return this.clock.elapsed();
  }

  at(atMs: number, wake: () => void): () => void {
    return this.clock.at(atMs, wake);
  }

  /** What an instant of the wall clock, as that stands now, is on this clock. */
  ofWall(wallMs: number): number {
    const setMs = this.clock.now() - this.clock.elapsed();
    // Read anew each time, what drifts would give every row a deadline of its own.
    if (Math.abs(setMs - this.#setMs) > DRIFT_MS) this.#setMs = setMs;
    return wallMs - (this.#setMs - this.#firstMs);
  }
}
