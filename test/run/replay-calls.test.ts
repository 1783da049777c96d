import { describe, expect, it } from 'vitest';
import { AdaptiveThrottle } from '../../src/dispatch/pace/adaptive/adaptive-throttle.js';
import type { Demand, Throttle } from '../../src/dispatch/pace/throttle.js';
import type { RunEvent } from '../../src/model/run-event.js';
import { holdBack } from '../../src/run/session/hold-back.js';
import { PastCalls, replayCalls, type PastCall } from '../../src/run/session/replay-calls.js';
import { PLENTY } from '../dispatch/calls-under.js';
import { START_MS } from '../support/rows.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { answer, intent, withdrawn } from './events.js';

const CALLS = 50;
const WINDOW_S = 300;
/** From call to call in the earlier session. */
const GAP_S = 0.2;
/** What Graph asks to wait at the refusal, and so the time from window to window. */
const WAIT_S = 290;
const PERIOD_S = (CALLS + 1) * GAP_S + WAIT_S;

/** No more calls are to come than a window takes. */
const ONE_WINDOW: Demand = { ...PLENTY, waiting: CALLS };

/** A window's worth of calls, and the refusal of the next. Seconds after START_MS. */
function windowFilled(fromS: number): RunEvent[] {
  const refusedS = fromS + (CALLS + 1) * GAP_S;
  return [
    ...Array.from({ length: CALLS }, (_, i) => answer(i + 1, 1, fromS + (i + 1) * GAP_S, 204)),
    answer(CALLS + 1, 1, refusedS, 429, { retryAfter: String(WAIT_S), waitMs: WAIT_S * 1000 }),
  ];
}
/** A session that filled two windows, and when Graph's second wait is over, wall time in ms. */
const SESSION = [...windowFilled(0), ...windowFilled(PERIOD_S)];
const OPENS_MS = START_MS + 2 * PERIOD_S * 1000;

function callsOf(events: readonly RunEvent[]): readonly PastCall[] {
  const past = new PastCalls();
  for (const event of events) past.see(event);
  return past.last;
}

/** A process that began so long after START_MS; its own clock counts from there. */
function processAt(seconds: number): { readonly clock: VirtualClock; readonly throttle: AdaptiveThrottle } {
  return { clock: new VirtualClock(START_MS + seconds * 1000), throttle: new AdaptiveThrottle(() => 0.5) };
}
const DURING_THE_WAIT_S = PERIOD_S + 60;

/**
 * Sends as the throttle lets it, each call answered before the next, against a Graph that takes so many calls in a
 * window that opens with its first call: wall times at which calls left, and how many were refused.
 */
function drive(throttle: Throttle, clock: VirtualClock, untilWallMs: number, demand = PLENTY) {
  const sentAtMs: number[] = [];
  let refused = 0;
  const toWall = clock.now() - clock.elapsed();
  let [opensMs, inWindow] = [-Infinity, 0];
  for (let nowMs = clock.elapsed(); nowMs + toWall < untilWallMs;) {
    const at = throttle.nextSendAt(nowMs, demand);
    if (at > nowMs) {
      nowMs = Math.min(at, untilWallMs - toWall);
      continue;
    }
    const id = throttle.sent(nowMs);
    sentAtMs.push(nowMs + toWall);
    if (nowMs >= opensMs + WINDOW_S * 1000) [opensMs, inWindow] = [nowMs, 0];
    inWindow += 1;
    if (inWindow > CALLS) refused += 1;
    nowMs += 80;
    const retryAfterMs = Math.ceil(WINDOW_S - (nowMs - opensMs) / 1000) * 1000;
    throttle.answered(id, nowMs, inWindow > CALLS ? { kind: 'refused', retryAfterMs } : { kind: 'accepted' });
  }
  return { sentAtMs, refused };
}

describe('a throttle that learns from the calls of an earlier session', () => {
  it('sends nothing before the wait that Graph asked for is over', () => {
    const { clock, throttle } = processAt(DURING_THE_WAIT_S);
    replayCalls(throttle, clock, callsOf(SESSION));
    expect(drive(throttle, clock, OPENS_MS).sentAtMs).toEqual([]);
    expect(drive(throttle, clock, OPENS_MS + 1).sentAtMs).toEqual([OPENS_MS]);
    // Control: one that is told nothing sends at once.
    const fresh = processAt(DURING_THE_WAIT_S);
    expect(drive(fresh.throttle, fresh.clock, OPENS_MS).sentAtMs[0]).toBe(
      START_MS + DURING_THE_WAIT_S * 1000,
    );
  });

  it('then sends a window’s worth in one go, and no call beyond it', () => {
    const { clock, throttle } = processAt(DURING_THE_WAIT_S);
    replayCalls(throttle, clock, callsOf(SESSION));
    const { sentAtMs, refused } = drive(throttle, clock, OPENS_MS + WINDOW_S * 1000, ONE_WINDOW);
    expect([sentAtMs.length, refused]).toEqual([CALLS, 0]);
    expect((sentAtMs.at(-1) ?? Infinity) - OPENS_MS).toBeLessThanOrEqual(CALLS * GAP_S * 1000);
  });

  it('knows the window; control: one that is only held back for as long does not', () => {
    const [replayed, held] = [processAt(DURING_THE_WAIT_S), processAt(DURING_THE_WAIT_S)];
    replayCalls(replayed.throttle, replayed.clock, callsOf(SESSION));
    holdBack(held.throttle, held.clock, OPENS_MS);
    const opensMs = replayed.throttle.closedUntilMs;
    expect(held.throttle.closedUntilMs).toBe(opensMs);
    const forecast = (throttle: Throttle): number =>
      throttle.forecast(opensMs, opensMs + WINDOW_S * 1000 - 1);
    expect([replayed, held].map(({ throttle }) => forecast(throttle))).toEqual([CALLS, Infinity]);
    // It finds out by a refusal, and a wait for a row that was to go in the next window.
    const { sentAtMs, refused } = drive(held.throttle, held.clock, OPENS_MS + WINDOW_S * 1000, ONE_WINDOW);
    expect([sentAtMs.length, refused]).toEqual([CALLS + 1, 1]);
  });

  it('sends on as one that went through all of it', () => {
    const untilMs = OPENS_MS + 3 * WINDOW_S * 1000;
    const lived = processAt(0);
    const whole = drive(lived.throttle, lived.clock, untilMs);
    const cutMs = whole.sentAtMs[2 * CALLS + 20] ?? NaN;
    // The same up to a call, and its journal, as another process finds it.
    const before = processAt(0);
    const past: PastCall[] = [];
    const spy: Throttle = spied(before.throttle, START_MS, past);
    drive(spy, before.clock, cutMs);
    const after = processAt((cutMs - START_MS) / 1000);
    replayCalls(after.throttle, after.clock, past);
    expect(after.throttle.hint()).toEqual(before.throttle.hint());
    expect(after.throttle.nextSendAt(0, PLENTY) + cutMs).toBe(
      before.throttle.nextSendAt(cutMs - START_MS, PLENTY) + START_MS,
    );
  });

  it('sees each call when it left and when it was answered, in that order, by its own clock', () => {
    const seen: unknown[] = [];
    const clock = new VirtualClock(START_MS + 60_000);
    replayCalls(
      listener(seen),
      clock,
      callsOf([
        // Two at the same time, the second answered first.
        answer(1, 1, 11, 204, { sentAtMs: START_MS + 10_000 }),
        answer(2, 1, 10.9, 503, { sentAtMs: START_MS + 10_500, retryAfter: '7', waitMs: 7000 }),
        answer(3, 1, 12, undefined, { sentAtMs: START_MS + 11_500, trouble: undefined }),
        answer(4, 1, 13, 429, { sentAtMs: START_MS + 12_500 }),
      ]),
    );
    expect(seen).toEqual([
      ['sent', -50_000],
      ['sent', -49_500],
      ['answered', 2, -49_100, { kind: 'refused', retryAfterMs: 7000 }],
      ['answered', 1, -49_000, { kind: 'accepted' }],
      ['sent', -48_500],
      ['answered', 3, -48_000, { kind: 'lost' }],
      ['sent', -47_500],
      ['answered', 4, -47_000, { kind: 'refused', retryAfterMs: undefined }],
    ]);
  });

  it('hears nothing of calls from the future, nor of those older than an hour', () => {
    const hourS = 3600;
    const seen: unknown[] = [];
    replayCalls(
      listener(seen),
      new VirtualClock(START_MS),
      callsOf([
        answer(1, 1, -hourS, 204, { sentAtMs: START_MS - hourS * 1000 }),
        answer(2, 1, -hourS + 1, 204, { sentAtMs: START_MS - hourS * 1000 + 1 }),
        answer(3, 1, 0, 204),
        // Somebody set the wall clock back.
        answer(4, 1, 0.001, 204),
        answer(5, 1, hourS, 429, { retryAfter: '60', waitMs: 60_000 }),
      ]),
    );
    expect(seen.filter((each) => Array.isArray(each) && each[0] === 'sent')).toEqual([
      ['sent', -hourS * 1000 + 1],
      ['sent', -80],
    ]);
  });
});

describe('the calls in a journal', () => {
  it('are its answers, look-ups among them', () => {
    const calls = callsOf([
      ...[intent(1, 1, 0), answer(1, 1, 1, 400), answer(1, 1, 2, 200, { ask: 'user_tokens' })],
      ...[intent(2, 1, 3), withdrawn(2, 1, 3), answer(3, 1, 4, 201, { ask: 'create' })],
    ]);
    expect(calls.map(({ answeredAtMs }) => answeredAtMs - START_MS)).toEqual([1000, 2000, 4000]);
  });

  it('that served several rows are one', () => {
    const bulk = [1, 2, 3].map((line) =>
      answer(line, 1, 1, 201, { ask: 'create', ...(line > 1 && { with: 1 }) }),
    );
    expect(callsOf([...bulk, answer(4, 1, 2, 201, { ask: 'create' })])).toHaveLength(2);
  });

  it('are kept up to the last ten thousand', () => {
    const calls = callsOf(Array.from({ length: 25_000 }, (_, i) => answer(i, 1, i, 204)));
    expect([calls.length, calls.at(-1)?.answeredAtMs]).toEqual([10_000, START_MS + 24_999_000]);
  });
});

/** A throttle that tells what it was told. */
function listener(seen: unknown[]): Throttle {
  let id = 0;
  return {
    closedUntilMs: 0,
    roundTripMs: 0,
    nextSendAt: (nowMs) => nowMs,
    forecast: () => Infinity,
    sent: (nowMs) => {
      seen.push(['sent', nowMs]);
      return ++id;
    },
    answered: (...told) => seen.push(['answered', ...told]),
  };
}

/** The throttle itself, of a process that began at `beganMs`, with its calls written down as a journal has them. */
function spied(throttle: AdaptiveThrottle, beganMs: number, calls: PastCall[]): Throttle {
  const sentAtMs = new Map<number, number>();
  return {
    get closedUntilMs() {
      return throttle.closedUntilMs;
    },
    get roundTripMs() {
      return throttle.roundTripMs;
    },
    nextSendAt: (nowMs, demand) => throttle.nextSendAt(nowMs, demand),
    forecast: (nowMs, untilMs) => throttle.forecast(nowMs, untilMs),
    sent: (nowMs) => {
      const id = throttle.sent(nowMs);
      sentAtMs.set(id, nowMs + beganMs);
      return id;
    },
    answered: (id, nowMs, signal) => {
      calls.push({ sentAtMs: sentAtMs.get(id) ?? NaN, answeredAtMs: nowMs + beganMs, signal });
      throttle.answered(id, nowMs, signal);
    },
  };
}
