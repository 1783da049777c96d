import type { Throttle } from '../../dispatch/pace/throttle.js';
import type { Clock } from '../../model/clock.js';

/** A wait that Graph asked for, until an instant of wall time in ms, outlives the process that was told of it. */
export function holdBack(throttle: Throttle, clock: Clock, closedUntilMs: number): void {
  const leftMs = closedUntilMs - clock.now();
  const now = clock.elapsed();
  // It may know already.
  if (leftMs <= 0 || now + leftMs <= throttle.closedUntilMs + 1) return;
  throttle.answered(throttle.sent(now), now, { kind: 'refused', retryAfterMs: leftMs });
}
