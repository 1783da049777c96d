/** Time as the program sees it: a port, so that tests decide how it passes. */
export interface Clock {
  /** Wall time, ms since the epoch: what deadlines are measured in. It may jump. */
  now(): number;
  /** Ms on a clock that never jumps: what waits are measured in. */
  elapsed(): number;
  /** Calls `wake` once `elapsed()` has reached `atMs`, never before, however far off. Returns its canceller. */
  at(atMs: number, wake: () => void): () => void;
}

/** The longest wait that a Node timer takes: 2^31 - 1 ms, about 24.8 days. Longer ones would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  at(atMs, wake) {
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const leftMs = atMs - performance.now();
      // A timer may fire a fraction early and holds 24.8 days at most: look again each time it rings.
      if (leftMs <= 0) wake();
      else timer = setTimeout(arm, Math.min(Math.ceil(leftMs), LONGEST_TIMER_MS));
    };
    timer = setTimeout(arm, Math.max(0, Math.min(Math.ceil(atMs - performance.now()), LONGEST_TIMER_MS)));
    return () => clearTimeout(timer);
  },
};
