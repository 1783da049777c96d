import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdaptiveThrottle } from '../../src/dispatch/pace/adaptive/adaptive-throttle.js';
import type { Hint } from '../../src/dispatch/pace/adaptive/hint.js';
import type { LimitSpec } from '../simulation/limit-spec.js';
import { PatientThrottle } from '../simulation/other-throttles.js';
import { callsUnder, PLENTY } from './calls-under.js';

const NEAR = { tripMs: 20 };

interface Learned {
  readonly hint: Hint | undefined;
  readonly taken: number;
  readonly refused: number;
}

function learn(spec: LimitSpec, untilMs: number, tells = true): Learned {
  const throttle = new AdaptiveThrottle(() => 0.5);
  const { taken, refused } = callsUnder(spec, untilMs, throttle, { ...NEAR, tells });
  return { hint: throttle.hint(), taken, refused };
}

const fixed = (calls: number, seconds: number) =>
  ({ kind: 'window', calls, seconds, alignedTo: 'first call' }) as const;
const sliding = (calls: number, seconds: number) => ({ kind: 'sliding', calls, seconds }) as const;
const bucket = (perS: number, burst: number) => ({ kind: 'bucket', perS, burst }) as const;

describe('a window', () => {
  it('of any size is read to the call and to the second, and then filled to the last call', () => {
    const size = fc.record({
      calls: fc.integer({ min: 5, max: 80 }),
      seconds: fc.integer({ min: 5, max: 90 }),
    });
    fc.assert(
      fc.property(size, fc.constantFrom(fixed, sliding), ({ calls, seconds }, kind) => {
        const { hint, taken, refused } = learn(kind(calls, seconds), 12 * seconds * 1000);
        expect(hint).toEqual({ windows: [{ calls, spanMs: seconds * 1000 }] });
        expect(taken).toBe(12 * calls);
        expect(refused).toBeLessThanOrEqual((kind === sliding ? 3 : 2) + 0.012 * taken);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [5, 10],
    [40, 10],
    [60, 5],
    [100, 60],
    [200, 300],
  ])('of a usual length, %i in %i s, is read without a Retry-After, too', (calls, seconds) => {
    const { hint, taken } = learn(fixed(calls, seconds), 15 * seconds * 1000, false);
    expect(hint).toEqual({ windows: [{ calls, spanMs: seconds * 1000 }] });
    expect(taken).toBe(15 * calls);
  });

  it('beside another keeps nobody from filling that to the last call', () => {
    const both: LimitSpec = { kind: 'all', of: [fixed(24, 1.2), fixed(240, 70)] };
    const { taken, refused } = learn(both, 700_000);
    expect(taken).toBe(2400);
    expect(refused).toBeLessThan(0.02 * taken);
  });

  it.each([
    [fixed(5, 2), fixed(99, 131)],
    [fixed(20, 2), fixed(240, 84)],
    [fixed(20, 10), fixed(200, 300)],
    [sliding(5, 2), sliding(99, 131)],
    [sliding(22, 14), sliding(270, 263)],
    [bucket(5, 10), fixed(200, 120)],
  ])('beside one that slows the calls is read to the call and to the second: %j, %j', (quick, long) => {
    const { hint } = learn({ kind: 'all', of: [quick, long] }, 900_000);
    const expected = [quick, long].flatMap((limit) =>
      limit.kind === 'bucket' ? [] : [{ calls: limit.calls, spanMs: limit.seconds * 1000 }],
    );
    expect(hint?.windows).toEqual(expected);
    expect(hint?.bucket === undefined).toBe(quick.kind !== 'bucket');
  });

  it('is not made longer by a wait that another asks for, which ends when that one does', () => {
    const both: LimitSpec = { kind: 'all', of: [sliding(10, 2), sliding(208, 80)] };
    expect(learn(both, 808_000).hint?.windows).toContainEqual({ calls: 10, spanMs: 2000 });
  });
});

describe('a bucket', () => {
  it.each([
    [5, 10],
    [10, 30],
    [20, 100],
    [17, 17],
    [8, 60],
  ])(
    'of %i a second and a burst of %i is read to a hundredth, with and without a Retry-After',
    (perS, burst) => {
      for (const tells of [true, false]) {
        const { hint, taken, refused } = learn(bucket(perS, burst), 400_000, tells);
        expect(hint?.windows).toEqual([]);
        expect(Math.abs((hint?.bucket?.perMs ?? 0) * 1000 - perS)).toBeLessThan(0.01 * perS);
        expect(Math.abs((hint?.bucket?.burst ?? 0) - burst)).toBeLessThan(1);
        expect(hint?.bucket?.blockMs).toBeLessThan(1100);
        expect(taken).toBeGreaterThan(0.985 * (burst + 400 * perS));
        expect(refused).toBeLessThan(0.013 * taken);
      }
    },
  );

  it.each([
    [5, 10],
    [10, 30],
    [8, 60],
    [20, 100],
  ])(
    'of %i a second and a burst of %i that a refusal closes for 10 s is read to a few hundredths',
    (perS, burst) => {
      const { hint, refused } = learn({ kind: 'penalty', of: bucket(perS, burst), seconds: 10 }, 400_000);
      expect(Math.abs((hint?.bucket?.perMs ?? 0) * 1000 - perS)).toBeLessThan(0.03 * perS);
      expect(Math.abs((hint?.bucket?.burst ?? 0) - burst)).toBeLessThan(1);
      expect(hint?.bucket?.blockMs).toBeGreaterThanOrEqual(10_000);
      expect(refused).toBeLessThan(10);
    },
  );
});

describe('a bucket of which nobody else takes', () => {
  /** Share of the calls that one of 20/s refuses in so long a time, where codes that die within a minute ask for such a pace. */
  function refusedAt(callsPerS: number, forMs = 300_000, waiting = 10_000): number {
    const due = [{ inMs: 60_000, rows: waiting }];
    const demand = { ...PLENTY, waiting, timeless: 0, due, perMs: callsPerS / 1000, dueMs: 60_000 };
    const throttle = new AdaptiveThrottle(() => 0.5);
    const { taken, refused } = callsUnder(bucket(20, 50), forMs, throttle, { ...NEAR, demand });
    return refused / taken;
  }

  it('is asked for more often while codes ask for more than it takes, as long as refusals stay below 1.85 %', () => {
    expect(refusedAt(40)).toBeGreaterThan(0.013);
    expect(refusedAt(40)).toBeLessThan(0.017);
  });

  it('control: seldom where they do not', () => {
    expect(refusedAt(19)).toBeLessThan(0.011);
  });

  it('is asked less where few rows wait, as few calls are to come', () => {
    expect(refusedAt(40, 20_000, 10)).toBeLessThan(refusedAt(40, 20_000));
  });
});

/** Between two of their refusals fewer than four calls pass, which by themselves would say little. */
describe('a limit of a few calls', () => {
  const few: readonly [name: string, spec: LimitSpec, seconds: number, fits: number, share: number][] = [
    ['three in ten seconds', fixed(3, 10), 1000, 300, 1],
    ['two in a minute', fixed(2, 60), 6000, 200, 1],
    ['one in five seconds', fixed(1, 5), 500, 100, 1],
    ['two a second, twenty at once', bucket(2, 20), 1200, 2420, 0.99],
    ['one and a half a second, three at once', bucket(1.5, 3), 1200, 1803, 0.97],
    ['one a second, five at once', bucket(1, 5), 1200, 1205, 0.97],
    ['one in two seconds, two at once', bucket(0.5, 2), 1200, 602, 0.95],
    ['one in five seconds, twenty at once', bucket(0.2, 20), 1200, 260, 0.95],
  ];

  it.each(few)('is learned, too: %s', (_, spec, seconds, fits, share) => {
    const { taken, refused } = learn(spec, seconds * 1000);
    expect(taken).toBeGreaterThanOrEqual(share * fits);
    expect(refused / (taken + refused)).toBeLessThan(0.03);
  });

  it.each(few)('control: who only waits is refused all the time: %s', (_, spec, seconds) => {
    const { taken, refused } = callsUnder(spec, seconds * 1000, new PatientThrottle(NEAR.tripMs), NEAR);
    expect(refused / (taken + refused)).toBeGreaterThan(0.2);
  });
});

/** Each refusal makes all wait for a second, as a bucket's does, but nothing flows in meanwhile. */
describe('a window as short as the blocks of a bucket', () => {
  const short: readonly [calls: number, seconds: number][] = [
    [10, 1],
    [20, 1],
    [40, 2],
    [60, 2],
  ];

  it.each(short)('is read by three refusals and then filled: %i in %i s', (calls, seconds) => {
    for (const kind of [fixed, sliding]) {
      const { hint, taken, refused } = learn(kind(calls, seconds), 60_000);
      expect(hint).toEqual({ windows: [{ calls, spanMs: seconds * 1000 }] });
      expect(taken).toBeGreaterThanOrEqual((0.95 * 60 * calls) / seconds);
      expect(refused).toBeLessThan(0.012 * taken);
    }
  });

  it('is none where a call is refused before it is full, and the bucket is what it was before', () => {
    const { hint, taken } = learn(bucket(9, 3), 300_000);
    expect(hint?.windows).toEqual([]);
    expect(hint?.bucket?.perMs).toBeCloseTo(0.009, 3);
    expect(taken).toBeGreaterThan(0.93 * 300 * 9);
  });
});

/** Each call is to keep its distance from the last one; what would flow in during a block is lost. */
describe('a bucket that holds hardly a call', () => {
  const small: readonly [perS: number, burst: number, ofAMinute: number, ofFive: number][] = [
    [30, 1, 0.85, 0.9],
    [14, 1, 0.7, 0.84],
    [14, 2, 0.85, 0.93],
    [8, 1, 0.7, 0.85],
    [9, 3, 0.85, 0.93],
    [3, 1, 0.7, 0.83],
    [1.5, 1, 0.8, 0.87],
  ];

  it.each(small)('is learned within a minute: %d a second, %i at once', (perS, burst, ofAMinute, ofFive) => {
    expect(learn(bucket(perS, burst), 60_000).taken / (burst + 60 * perS)).toBeGreaterThan(ofAMinute);
    const { taken, refused } = learn(bucket(perS, burst), 300_000);
    expect(taken / (burst + 300 * perS)).toBeGreaterThan(ofFive);
    expect(refused / (taken + refused)).toBeLessThan(0.03);
  });

  it.each(small)(
    'control: who only waits is refused all the time: %d a second, %i at once',
    (perS, burst) => {
      const waits = new PatientThrottle(NEAR.tripMs);
      const { taken, refused } = callsUnder(bucket(perS, burst), 60_000, waits, NEAR);
      expect(refused).toBeGreaterThan(0.2 * (taken + refused));
    },
  );
});

describe('a window that is known', () => {
  /** Whoever shares it leaves a call or two in each of its spans. */
  function leftOvers(throttle: AdaptiveThrottle, fromMs: number): Hint | undefined {
    let nowMs = fromMs;
    for (let span = 0; span < 8; span++) {
      for (let call = 0; call <= span % 3; call++) {
        nowMs = Math.max(nowMs, throttle.nextSendAt(nowMs, PLENTY)) + 10;
        throttle.answered(throttle.sent(nowMs), nowMs, { kind: 'accepted' });
      }
      nowMs += 10;
      throttle.answered(throttle.sent(nowMs), nowMs, {
        kind: 'refused',
        retryAfterMs: 4000 + 1000 * (span % 4),
      });
    }
    return throttle.hint();
  }

  it('is not given up for a few calls: others took the rest', () => {
    const throttle = new AdaptiveThrottle(() => 0.5);
    callsUnder(fixed(40, 10), 300_000, throttle, NEAR);
    expect(leftOvers(throttle, 300_000)).toEqual({ windows: [{ calls: 40, spanMs: 10_000 }] });
  });

  it('from an earlier run is not either', () => {
    const hint = { windows: [{ calls: 40, spanMs: 10_000 }] };
    expect(leftOvers(new AdaptiveThrottle(() => 0.5, hint), 0)).toEqual(hint);
  });

  it('from an earlier run is dropped, and nothing put in its place, once more calls pass', () => {
    const throttle = new AdaptiveThrottle(() => 0.5, { windows: [{ calls: 10, spanMs: 10_000 }] });
    const { taken, refused } = callsUnder({ kind: 'none' }, 20_000, throttle, NEAR);
    expect([taken > 100, refused, throttle.hint()]).toEqual([true, 0, undefined]);
  });

  it('says when it opens where Graph does not', () => {
    const throttle = new AdaptiveThrottle(() => 0.5, { windows: [{ calls: 2, spanMs: 50_000 }] });
    for (const nowMs of [0, 100]) throttle.answered(throttle.sent(nowMs), nowMs, { kind: 'accepted' });
    throttle.answered(throttle.sent(200), 210, { kind: 'refused' });
    expect(throttle.closedUntilMs).toBe(50_000);
  });
});

describe('what is forecast', () => {
  const bucketHint = { windows: [], bucket: { perMs: 0.02, burst: 30, blockMs: 1000 } };

  it('of a bucket is its burst and what flows in', () => {
    const forecast = new AdaptiveThrottle(() => 0.5, bucketHint).forecast(0, 60_000);
    expect(Math.abs(forecast - 1230)).toBeLessThan(0.03 * 1230);
  });

  it('of a bucket is no more than it still holds, and what flows in', () => {
    const throttle = new AdaptiveThrottle(() => 0.5, bucketHint);
    for (let i = 0; i < 20; i++) throttle.answered(throttle.sent(1000), 1010, { kind: 'accepted' });
    expect(throttle.forecast(1000, 1000)).toBe(0);
    expect([1001, 2000].map((untilMs) => Math.round(throttle.forecast(1000, untilMs)))).toEqual([10, 30]);
  });

  it('of several limits is what the tightest lets pass', () => {
    const windows = [
      { calls: 100, spanMs: 30_000 },
      { calls: 500, spanMs: 60_000 },
    ];
    expect(new AdaptiveThrottle(() => 0.5, { ...bucketHint, windows }).forecast(0, 59_000)).toBe(200);
  });

  it('begins when Graph’s wait is over', () => {
    const throttle = new AdaptiveThrottle(() => 0.5, { windows: [{ calls: 100, spanMs: 30_000 }] });
    throttle.answered(throttle.sent(0), 10, { kind: 'refused', retryAfterMs: 20_000 });
    expect([15_000, 20_010, 20_011].map((untilMs) => throttle.forecast(1000, untilMs))).toEqual([0, 0, 100]);
  });
});

describe('what teaches nothing of the limit', () => {
  /** Ten calls that were taken, half a second apart. */
  function afterTen(): { throttle: AdaptiveThrottle; nowMs: number } {
    const throttle = new AdaptiveThrottle(() => 0.5);
    let nowMs = 0;
    for (; nowMs < 5000; nowMs += 500) throttle.answered(throttle.sent(nowMs), nowMs, { kind: 'accepted' });
    return { throttle, nowMs };
  }

  it('nobody there', () => {
    const { throttle, nowMs } = afterTen();
    throttle.answered(throttle.sent(nowMs), nowMs, { kind: 'unreachable' });
    const openMs = throttle.closedUntilMs;
    throttle.answered(throttle.sent(openMs), openMs, { kind: 'accepted' });
    expect(throttle.hint()).toBeUndefined();
  });

  it('control: a refusal does', () => {
    const { throttle, nowMs } = afterTen();
    throttle.answered(throttle.sent(nowMs), nowMs, { kind: 'refused', retryAfterMs: 1000 });
    throttle.answered(throttle.sent(nowMs + 1000), nowMs + 1000, { kind: 'accepted' });
    expect(throttle.hint()).toBeDefined();
  });

  it('a refusal, come late, of a call that left before the last block was over', () => {
    const { throttle, nowMs } = afterTen();
    const late = throttle.sent(nowMs);
    throttle.answered(throttle.sent(nowMs + 1), nowMs + 10, { kind: 'refused', retryAfterMs: 1000 });
    throttle.answered(throttle.sent(nowMs + 1010), nowMs + 1020, { kind: 'accepted' });
    const hint = throttle.hint();
    for (let i = 0; i < 8; i++) {
      throttle.answered(throttle.sent(nowMs + 1100 + i), nowMs + 1100 + i, { kind: 'accepted' });
    }
    throttle.answered(late, nowMs + 1200, { kind: 'refused', retryAfterMs: 9000 });
    throttle.answered(throttle.sent(nowMs + 10_200), nowMs + 10_200, { kind: 'accepted' });
    expect(throttle.hint()).toEqual(hint);
  });
});
