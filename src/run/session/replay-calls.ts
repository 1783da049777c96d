import type { Signal, Throttle } from '../../dispatch/pace/throttle.js';
import type { Clock } from '../../model/clock.js';
import type { RunEvent } from '../../model/run-event.js';

/** Older calls say nothing of the limits now: the longest window that is known of has five minutes. */
const REMEMBERED_MS = 3_600_000;
/** More calls than that no window holds. */
const MOST_CALLS = 10_000;

/** What happened within one millisecond: an answer lets the next call leave, but a call leaves before its own answer. */
const [ANSWERED, SENT, AT_ONCE] = [0, 1, 2];

/** A call of an earlier session as a throttle sees it; wall times in ms. */
export interface PastCall {
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
  readonly signal: Signal;
}

/** The last calls of a run, gathered from its journal. */
export class PastCalls {
  #calls: PastCall[] = [];

  see(event: RunEvent): void {
    // One call that served several rows is one.
    if (event.type !== 'answer' || event.with !== undefined) return;
    this.#calls.push({ sentAtMs: event.sentAtMs, answeredAtMs: event.atMs, signal: signalOf(event) });
    if (this.#calls.length > 2 * MOST_CALLS) this.#calls = this.#calls.slice(-MOST_CALLS);
  }

  get last(): readonly PastCall[] {
    return this.#calls.slice(-MOST_CALLS);
  }
}

function signalOf({ httpStatus, retryAfter, waitMs }: Extract<RunEvent, { type: 'answer' }>): Signal {
  if (httpStatus === undefined) return { kind: 'lost' };
  const isRefusal = httpStatus === 429 || retryAfter !== undefined;
  return isRefusal ? { kind: 'refused', retryAfterMs: waitMs } : { kind: 'accepted' };
}

/** A throttle learns what an earlier session of the run went through, as if that had been its own. */
export function replayCalls(throttle: Throttle, clock: Clock, calls: readonly PastCall[]): void {
  const toElapsedMs = clock.elapsed() - clock.now();
  const fromMs = clock.now() - REMEMBERED_MS;
  const recent = calls.filter(
    ({ sentAtMs, answeredAtMs }) => sentAtMs > fromMs && answeredAtMs <= clock.now(),
  );
  const ids = new Map<PastCall, number>();
  const moments = recent
    .flatMap((call) => [
      { atMs: call.sentAtMs, call, order: SENT },
      { atMs: call.answeredAtMs, call, order: call.answeredAtMs > call.sentAtMs ? ANSWERED : AT_ONCE },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.order - b.order);
  for (const { atMs, call, order } of moments) {
    const elapsedMs = atMs + toElapsedMs;
    if (order !== SENT) throttle.answered(ids.get(call) ?? 0, elapsedMs, call.signal);
    else ids.set(call, throttle.sent(elapsedMs));
  }
}
