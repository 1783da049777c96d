import type { Throttle } from '../dispatch/throttle.js';
import type { Clock } from '../model/clock.js';

/** A wait that Graph asked for, until an instant of wall time in ms, outlives the process that was told of it. */
export function holdBack(throttle: Throttle, clock: Clock, closedUntilMs: number): void {
  const leftMs = closedUntilMs - clock.now();
  if (leftMs <= 0) return;
  const now = clock.elapsed();
  throttle.answered(throttle.sent(now), now, { kind: 'refused', retryAfterMs: leftMs });
}
