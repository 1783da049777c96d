import type { Demand, Throttle } from '../../src/dispatch/pace/throttle.js';
import { makeLimit, type LimitSpec } from '../simulation/limit-spec.js';
import { seededRandom } from '../simulation/random.js';

/** Many rows that cannot expire: nothing but the limit holds them up. */
export const PLENTY: Demand = {
  waiting: 10_000,
  timeless: 10_000,
  perMs: 0,
  due: [],
  dueMs: Infinity,
  moreMayCome: false,
};

interface Server {
  readonly tripMs: number;
  /** Whether a refusal bears a Retry-After, in whole seconds. */
  readonly tells?: boolean;
  /** {@link PLENTY} unless told. */
  readonly demand?: Demand;
}

/** What comes of calls one after the other, each of which awaits its answer, under a limit. */
export function callsUnder(
  spec: LimitSpec,
  untilMs: number,
  throttle: Throttle,
  { tripMs, tells = true, demand = PLENTY }: Server,
): { readonly taken: number; readonly refused: number } {
  const limit = makeLimit(spec, seededRandom(1, 1));
  let [taken, refused] = [0, 0];
  for (let nowMs = 0; nowMs < untilMs;) {
    const at = throttle.nextSendAt(nowMs, demand);
    if (at > nowMs) {
      nowMs = Math.min(at, untilMs);
      continue;
    }
    const id = throttle.sent(nowMs);
    const refusal = limit.arrive(nowMs + tripMs / 2);
    nowMs += tripMs;
    if (refusal === undefined) {
      taken += 1;
      throttle.answered(id, nowMs, { kind: 'accepted' });
    } else {
      refused += 1;
      const retryAfterMs = tells ? Math.ceil((refusal.waitMs ?? 0) / 1000) * 1000 : undefined;
      throttle.answered(id, nowMs, { kind: 'refused', retryAfterMs });
    }
  }
  return { taken, refused };
}
