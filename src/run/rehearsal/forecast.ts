import { AdaptiveThrottle } from '../../dispatch/pace/adaptive/adaptive-throttle.js';
import { callsWithin } from '../../dispatch/pace/ceiling.js';
import type { Forecast } from '../../model/dry-run.js';
import type { Rate } from '../../model/rate.js';
import { foresee, timeFor } from '../../dispatch/pace/foresight.js';
import { Gate } from '../../dispatch/pace/gate.js';
import type { Clock } from '../../model/clock.js';
import { holdBack } from '../session/hold-back.js';
import type { Pace } from '../memory/pace-memory.js';

/** Calls a second that leave where no limit shows: a few in flight at a usual delay. */
const UNLIMITED: Rate = { calls: 20, seconds: 1 };

const SECOND_MS = 1000;

/** The rows that would be sent, by what counts here. */
export interface ToSend {
  readonly rows: number;
  /** How many codes die at which instant, wall time in ms. */
  readonly deadlines: ReadonlyMap<number, number>;
}

/**
 * How long a run would take and how many of its codes would die, had it begun at `startMs` (wall time), at the pace
 * that is known, else at the one that Microsoft publishes, and never above our own ceilings.
 */
export function forecast(
  { rows, deadlines }: ToSend,
  startMs: number,
  pace: Pace,
  rates: readonly Rate[],
  clock: Clock,
): Forecast {
  const throttle = new AdaptiveThrottle(() => 0, pace.hint);
  // As long a wait as it was then, though it may be over now.
  holdBack(throttle, clock, clock.now() + (pace.closedUntilMs ?? 0) - startMs);
  const gate = new Gate({ graph: { signingIn: () => undefined }, clock, throttle }, NOBODY);
  const byGraph = (ms: number): number => gate.callsWithin(ms);
  const allowed = (ms: number): number =>
    Math.min(byGraph(ms), ...rates.map((rate) => callsWithin(rate, ms)));
  const times = [
    {
      tookMs: tookFor(rows, byGraph),
      pace: gate.paceIsKnown ? ('learned' as const) : ('published' as const),
    },
    ...rates.map((rate) => ({ tookMs: tookFor(rows, (ms) => callsWithin(rate, ms)), pace: rate })),
  ];
  const slowest = times.reduce((a, b) => (b.tookMs > a.tookMs ? b : a));
  const leastMs = (rows / UNLIMITED.calls) * UNLIMITED.seconds * SECOND_MS;
  const inOrder = [...deadlines].sort(([a], [b]) => a - b);
  return {
    ...slowest,
    tookMs: Math.max(slowest.tookMs, leastMs),
    ...foresee(inOrder, (untilMs) => Math.min(allowed(untilMs - startMs), sentBy(untilMs - startMs))),
  };
}

const NOBODY = { wake: () => undefined, stop: () => undefined, fail: () => undefined };

const sentBy = (ms: number): number => Math.max(0, (ms / SECOND_MS) * (UNLIMITED.calls / UNLIMITED.seconds));

/** How long so many calls take, in ms: none where the first second has room for all. */
function tookFor(calls: number, within: (ms: number) => number): number {
  return within(SECOND_MS) >= calls ? 0 : (timeFor(calls, within) ?? Number.MAX_SAFE_INTEGER);
}
