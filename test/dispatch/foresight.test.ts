import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callsWithin } from '../../src/dispatch/pace/ceiling.js';
import { foresee, timeFor } from '../../src/dispatch/pace/foresight.js';

describe('foresight', () => {
  test('counts the codes that can be sent before they die', () => {
    const pace = (untilMs: number): number => untilMs / 100;
    const deadlines = [
      [1000, 4],
      [2000, 30],
    ] as const;
    expect(foresee(deadlines, pace)).toEqual({ codes: 34, canMakeIt: 20 });
  });

  test('says that all can make it where nothing limits the pace', () => {
    expect(foresee([[1000, 400]], () => Infinity)).toEqual({ codes: 400, canMakeIt: 400 });
  });

  test('agrees with sending them one by one', () => {
    const deadlines = fc.uniqueArray(
      fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 20 })),
      { selector: ([at]) => at },
    );
    fc.assert(
      fc.property(deadlines, fc.integer({ min: 1, max: 50 }), (unsorted, everyMs) => {
        const sorted = unsorted.sort(([a], [b]) => a - b);
        // The n-th call can leave at n * everyMs: earliest deadline first makes the most of them.
        let made = 0;
        for (const [at, count] of sorted) {
          for (let i = 0; i < count; i++) if ((made + 1) * everyMs <= at) made += 1;
        }
        expect(foresee(sorted, (untilMs) => untilMs / everyMs).canMakeIt).toBe(made);
      }),
    );
  });

  test('a ceiling lets its calls through at once, and again in each window', () => {
    const published = { calls: 200, seconds: 300 };
    expect([-900_000, -1, 0, 299_999, 300_000].map((ms) => callsWithin(published, ms))).toEqual([
      0, 0, 200, 200, 400,
    ]);
  });
});

describe('how long calls take', () => {
  const perSecond =
    (rate: number, burst = 0) =>
    (ms: number) =>
      burst + (rate * ms) / 1000;

  test.each([
    [600, perSecond(10), 60_000],
    [600, perSecond(10, 600), 1000],
    [0, perSecond(10), 1000],
    [1_000_000, perSecond(1), 1e9],
  ])('%i calls, case %#', (calls, callsWithin, ms) => {
    const took = timeFor(calls, callsWithin)!;
    expect(took).toBeGreaterThanOrEqual(ms);
    expect(took).toBeLessThanOrEqual(ms + 1000);
  });

  test('calls that never leave take no time that could be told', () => {
    expect(timeFor(1, () => 0)).toBeUndefined();
  });
});
