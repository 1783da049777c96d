import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Gate, type GateParts } from '../../src/dispatch/pace/gate.js';
import type { Ceiling } from '../../src/dispatch/pace/ceiling.js';
import type { Demand, Signal, Throttle } from '../../src/dispatch/pace/throttle.js';
import type { Answer } from '../../src/model/answer.js';
import { OathEnrollError } from '../../src/model/errors.js';
import { answered, noAnswer, notSent, tooMany } from '../support/answers.js';
import { VirtualClock } from '../support/virtual-clock.js';

const DEMAND: Demand = {
  waiting: 1,
  timeless: 0,
  due: [{ inMs: 60_000, rows: 1 }],
  perMs: 0.001,
  dueMs: 60_000,
  moreMayCome: false,
};
const TAKEN = answered(204);

/** A throttle that does as a test says, and remembers what it was told. */
class ToldThrottle implements Throttle {
  closedUntilMs = 0;
  roundTripMs = 100;
  opensAtMs = 0;
  /** Calls per ms; undefined where no limit is known. */
  pace: number | undefined;
  /** How long each refusal, and each call that found nobody, shuts it. */
  shutsForMs = 0;
  readonly signals: Signal[] = [];

  nextSendAt = (): number => this.opensAtMs;
  sent = (): number => this.signals.length;
  answered(_id: number, nowMs: number, signal: Signal): void {
    this.signals.push(signal);
    if (signal.kind === 'refused' || signal.kind === 'unreachable') {
      this.closedUntilMs = nowMs + this.shutsForMs;
    }
  }
  forecast(nowMs: number, untilMs: number): number {
    const openMs = untilMs - Math.max(nowMs, this.closedUntilMs);
    if (openMs <= 0) return 0;
    return this.pace === undefined ? Infinity : openMs * this.pace;
  }
}

let clock: VirtualClock;
let throttle: ToldThrottle;
let told: string[];

beforeEach(async () => {
  clock = new VirtualClock(1_790_000_000_000);
  await clock.advance(5000);
  throttle = new ToldThrottle();
  told = [];
});

function makeGate(parts: Partial<GateParts> = {}): Gate {
  const events = {
    wake: () => void told.push('wake'),
    stop: (reason: string) => void told.push(`stop: ${reason}`),
    fail: (error: unknown) => void told.push(`fail: ${String(error)}`),
  };
  const graph = { signingIn: () => undefined };
  return new Gate({ graph, clock, throttle, ...parts }, events);
}

describe('how many calls arrive in time', () => {
  it('is told at the pace that is known, less the way to Graph and a margin', () => {
    throttle.pace = 0.01;
    const gate = makeGate();
    expect(gate.paceIsKnown).toBe(true);
    // Half a round trip of 100 ms, and 250 ms.
    expect(gate.callsWithin(10_300)).toBe(100);
  });

  it('is told by the published limit where none is known', () => {
    const gate = makeGate();
    expect(gate.paceIsKnown).toBe(false);
    expect([299, 300, 300_299, 300_300].map((ms) => gate.callsWithin(ms))).toEqual([0, 200, 200, 400]);
  });

  it('begins when Graph’s wait is over', () => {
    throttle.closedUntilMs = 5000 + 40_000;
    const gate = makeGate();
    expect([gate.paceIsKnown, gate.shutForMs]).toEqual([false, 40_000]);
    expect([40_299, 40_300].map((ms) => gate.callsWithin(ms))).toEqual([0, 200]);
    throttle.pace = 0.01;
    expect(gate.paceIsKnown).toBe(true);
    expect(gate.callsWithin(50_300)).toBe(100);
  });

  it('is no more than our own ceiling lets through', () => {
    throttle.pace = 0.01;
    const ceiling = (most: number): Ceiling => ({
      permit: () => Promise.resolve(1),
      sent: () => undefined,
      callsWithin: (ms) => (ms === 10_000 ? most : NaN),
    });
    expect(makeGate({ ceiling: ceiling(30) }).callsWithin(10_300)).toBe(30);
    expect(makeGate({ ceiling: ceiling(3000) }).callsWithin(10_300)).toBe(100);
  });

  it('a code arrives if it lives so long, and the wait besides', () => {
    const gate = makeGate();
    expect([299, 300].map((ms) => gate.canArrive(ms))).toEqual([false, true]);
    throttle.closedUntilMs = 6000;
    expect([1299, 1300].map((ms) => gate.canArrive(ms))).toEqual([false, true]);
  });
});

describe('a call that was given leave', () => {
  it('may go, unless the gate was shut meanwhile, even if it is open again', async () => {
    const gate = makeGate();
    const [first, second] = [gate.leave(), gate.leave()];
    expect(gate.stillHolds(first)).toBe(true);
    throttle.closedUntilMs = 8000;
    expect(gate.stillHolds(second)).toBe(false);
    await clock.advance(10_000);
    expect(gate.stillHolds(second)).toBe(false);
    expect(gate.stillHolds(gate.leave())).toBe(true);
  });

  it('may not go while it is in doubt whether the run is ours', () => {
    const confirming = vi.fn((): Promise<void> | undefined => undefined);
    const gate = makeGate({ confirming });
    const leave = gate.leave();
    expect(gate.stillHolds(leave)).toBe(true);
    confirming.mockReturnValue(new Promise(() => undefined));
    expect(gate.stillHolds(leave)).toBe(false);
  });

  it('and is withdrawn teaches nothing', () => {
    const gate = makeGate();
    gate.withdrawn(gate.leave());
    expect(throttle.signals).toEqual([{ kind: 'lost' }]);
    expect([gate.calls, gate.refusals]).toEqual([0, 0]);
  });
});

describe('what an answer tells the throttle', () => {
  it.each<[string, Answer, Signal]>([
    ['taken', TAKEN, { kind: 'accepted' }],
    [
      'taken, near a limit',
      answered(204, { throttlePercentage: 0.9 }),
      { kind: 'accepted', limitPercentage: 0.9 },
    ],
    ['refused for itself', answered(400), { kind: 'accepted' }],
    ['failed', answered(500), { kind: 'accepted' }],
    ['throttled', tooMany('5'), { kind: 'refused', retryAfterMs: 5000 }],
    ['throttled, for how long is not said', tooMany(), { kind: 'refused' }],
    ['503 with a Retry-After', answered(503, { retryAfter: '7' }), { kind: 'refused', retryAfterMs: 7000 }],
    [
      'any status with a Retry-After',
      answered(504, { retryAfter: '7' }),
      { kind: 'refused', retryAfterMs: 7000 },
    ],
    ['no answer', noAnswer('timeout'), { kind: 'lost' }],
    ['no connection', notSent('connection_refused'), { kind: 'unreachable' }],
  ])('%s', (_, answer, signal) => {
    const gate = makeGate();
    gate.answered(gate.leave(), answer);
    expect(throttle.signals).toEqual([signal]);
    expect(gate.calls).toBe(1);
  });

  it('that fails as ten before it: nobody is there', () => {
    const gate = makeGate();
    for (let i = 0; i < 11; i++) gate.answered(gate.leave(), i % 2 === 0 ? answered(500) : noAnswer('reset'));
    expect(throttle.signals.slice(8).map(({ kind }) => kind)).toEqual([
      'accepted',
      'unreachable',
      'unreachable',
    ]);
    gate.answered(gate.leave(), tooMany('5'));
    expect(throttle.signals.at(-1)?.kind).toBe('refused');
  });

  it('time that Graph asked to wait is counted, our own waits are not', async () => {
    throttle.shutsForMs = 4000;
    const gate = makeGate();
    gate.answered(gate.leave(), tooMany('4'));
    await clock.advance(1000);
    expect(gate.waitedMs).toBe(1000);
    await clock.advance(10_000);
    gate.answered(gate.leave(), notSent('connection_refused'));
    await clock.advance(10_000);
    expect([gate.waitedMs, gate.calls, gate.refusals]).toEqual([4000, 2, 1]);
  });
});

describe('a gate that is shut', () => {
  it('says when it is worth asking again, once', async () => {
    throttle.opensAtMs = 8000;
    const gate = makeGate();
    expect([gate.isOpen(DEMAND), gate.isOpen(DEMAND)]).toEqual([false, false]);
    await clock.advance(2999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(['wake']);
  });

  it('says nothing any more once it is closed', async () => {
    throttle.opensAtMs = 8000;
    const gate = makeGate();
    gate.isOpen(DEMAND);
    gate.close();
    await clock.advance(60_000);
    expect(told).toEqual([]);
  });

  it('sets no timer where an answer must come first: Node would take an endless one for none', () => {
    throttle.opensAtMs = Infinity;
    const at = vi.spyOn(clock, 'at');
    expect(makeGate().isOpen(DEMAND)).toBe(false);
    expect(at).not.toHaveBeenCalled();
  });
});

describe('signing in', () => {
  it('is asked for once, however often the gate is tried, and then the gate says so', async () => {
    let ask = 0;
    let signIn: Promise<void> | undefined = clock.sleep(1000).then(() => void (signIn = undefined));
    const gate = makeGate({ graph: { signingIn: () => ((ask += 1), signIn) } });
    expect([gate.isOpen(DEMAND), gate.isOpen(DEMAND), gate.isOpen(DEMAND)]).toEqual([false, false, false]);
    expect(ask).toBe(1);
    await clock.advance(1000);
    expect(told).toEqual(['wake']);
    expect(gate.isOpen(DEMAND)).toBe(true);
  });

  it.each([
    [new OathEnrollError('sign_in', 'nobody is there'), 'stop: not signed in: nobody is there'],
    [new OathEnrollError('locked', 'another took over'), 'fail: another took over'],
    [new TypeError('a defect'), 'fail: TypeError: a defect'],
  ])('that fails ends the run: %s', async (error, first) => {
    const gate = makeGate({ graph: { signingIn: () => Promise.reject(error) } });
    expect(gate.isOpen(DEMAND)).toBe(false);
    await clock.advance(1);
    expect(told[0]).toBe(first);
  });
});

describe('our own ceiling', () => {
  it('is asked for all calls that would leave together, once, and each uses up its place', async () => {
    const asked: number[] = [];
    const ceiling: Ceiling = {
      permit: (calls) => (asked.push(calls), Promise.resolve(2)),
      sent: () => void told.push('sent'),
      callsWithin: () => Infinity,
    };
    const gate = makeGate({ ceiling });
    expect([gate.isOpen(DEMAND, 5), gate.isOpen(DEMAND, 5)]).toEqual([false, false]);
    await clock.advance(1);
    expect(told).toEqual(['wake']);
    for (let i = 0; i < 2; i++) {
      expect(gate.isOpen(DEMAND, 5)).toBe(true);
      gate.stillHolds(gate.leave());
    }
    expect(told).toEqual(['wake', 'sent', 'sent']);
    expect(gate.isOpen(DEMAND, 3)).toBe(false);
    expect(asked).toEqual([5, 3]);
  });
});
