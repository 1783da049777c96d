import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createThrottle, type ThrottleSpec } from '../../src/emulator/trouble/throttle.js';

/** Times at which calls were let through, of calls that come at these gaps. */
function admitted(spec: ThrottleSpec, gapsMs: readonly number[]): number[] {
  const throttle = createThrottle(spec);
  let nowMs = 1_000_000;
  return gapsMs.flatMap((gapMs) => {
    nowMs += gapMs;
    return throttle.judge(nowMs).allowed ? [nowMs] : [];
  });
}

const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 300 });
const calls = fc.integer({ min: 1, max: 20 });
const windowMs = fc.integer({ min: 1, max: 3000 });

/** The most of these times that fall within any span of that length. */
function mostWithin(times: readonly number[], spanMs: number): number {
  const counts = times.map((from) => times.filter((at) => at >= from && at < from + spanMs).length);
  return Math.max(0, ...counts);
}

describe('properties', () => {
  test('a sliding window never lets more than its calls through in any span of its length', () => {
    fc.assert(
      fc.property(gaps, calls, windowMs, (gapsMs, most, spanMs) => {
        const times = admitted({ kind: 'sliding', calls: most, windowMs: spanMs }, gapsMs);
        expect(mostWithin(times, spanMs)).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('a window on the clock never lets more than its calls through between two of its marks', () => {
    fc.assert(
      fc.property(gaps, calls, windowMs, (gapsMs, most, spanMs) => {
        const spec = { kind: 'window', calls: most, windowMs: spanMs, alignedTo: 'clock' } as const;
        const perWindow = new Map<number, number>();
        for (const at of admitted(spec, gapsMs)) {
          const mark = Math.floor(at / spanMs);
          perWindow.set(mark, (perWindow.get(mark) ?? 0) + 1);
        }
        expect(Math.max(0, ...perWindow.values())).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('a bucket never lets more through in any span than its burst and what it refills', () => {
    fc.assert(
      fc.property(
        gaps,
        calls,
        fc.integer({ min: 1, max: 50 }),
        windowMs,
        (gapsMs, burst, ratePerS, spanMs) => {
          const times = admitted({ kind: 'bucket', ratePerS, burst }, gapsMs);
          expect(mostWithin(times, spanMs)).toBeLessThanOrEqual(burst + (ratePerS * spanMs) / 1000 + 1e-6);
        },
      ),
    );
  });

  const anyLimit: fc.Arbitrary<ThrottleSpec> = fc.oneof(
    fc.record({ kind: fc.constant('bucket' as const), ratePerS: calls, burst: calls }),
    fc.record({ kind: fc.constant('window' as const), calls, windowMs }),
    fc.record({ kind: fc.constant('sliding' as const), calls, windowMs }),
  );

  test('whoever waits as long as told is let through, and a ms earlier is not', () => {
    const nested = fc.oneof(
      anyLimit,
      fc.record({
        kind: fc.constant('all' as const),
        of: fc.array(anyLimit, { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ kind: fc.constant('punishing' as const), of: anyLimit, blockMs: windowMs }),
    );
    fc.assert(
      fc.property(nested, gaps, fc.boolean(), (spec, gapsMs, early) => {
        const throttle = createThrottle(spec);
        let nowMs = 0;
        for (const gapMs of gapsMs) {
          nowMs += gapMs;
          const verdict = throttle.judge(nowMs);
          if (verdict.allowed) continue;
          expect(verdict.waitMs).toBeGreaterThan(0);
          nowMs += Math.ceil(verdict.waitMs) - (early ? 1 : 0);
          expect(throttle.judge(nowMs).allowed).toBe(!early);
          if (early) return;
        }
      }),
    );
  });

  test('several limits together let through no more than any one of them alone', () => {
    fc.assert(
      fc.property(anyLimit, anyLimit, gaps, (one, other, gapsMs) => {
        const together = admitted({ kind: 'all', of: [one, other] }, gapsMs).length;
        expect(together).toBeLessThanOrEqual(admitted(one, gapsMs).length);
      }),
    );
  });
});

describe('examples', () => {
  test('200 in 300 s: the 201st waits for the end of the window that the first call opened', () => {
    const throttle = createThrottle({ kind: 'window', calls: 200, windowMs: 300_000 });
    for (let call = 0; call < 200; call++) expect(throttle.judge(5000 + call).allowed).toBe(true);
    expect(throttle.judge(65_000)).toEqual({ allowed: false, waitMs: 240_000 });
    expect(throttle.judge(304_999).allowed).toBe(false);
    expect(throttle.judge(305_000)).toEqual({ allowed: true, usage: 1 / 200 });
  });

  test('an unpunished early call costs nothing, a punished one lengthens the block each time', () => {
    const inner = { kind: 'window', calls: 1, windowMs: 1000 } as const;
    const waits = (spec: ThrottleSpec) => {
      const throttle = createThrottle(spec);
      return [0, 100, 200, 300].map((atMs) => {
        const verdict = throttle.judge(atMs);
        return verdict.allowed ? 0 : atMs + verdict.waitMs;
      });
    };
    expect(waits(inner)).toEqual([0, 1000, 1000, 1000]);
    expect(waits({ kind: 'punishing', of: inner, penaltyMs: 500 })).toEqual([0, 1000, 1500, 2000]);
    expect(waits({ kind: 'punishing', of: inner, blockMs: 10_000 })).toEqual([0, 10_100, 10_100, 10_100]);
  });

  test('a call that one of several limits refuses spends nothing of the others', () => {
    const throttle = createThrottle({
      kind: 'all',
      of: [
        { kind: 'window', calls: 1, windowMs: 100 },
        { kind: 'window', calls: 2, windowMs: 1000 },
      ],
    });
    expect([0, 10, 20, 100, 200].map((at) => throttle.judge(at).allowed)).toEqual([
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  test.each([
    { kind: 'window', calls: 0, windowMs: 5 },
    { kind: 'bucket', ratePerS: 0, burst: 1 },
    { kind: 'magic' },
  ])('%j is refused', (spec) => {
    expect(() => createThrottle(spec as ThrottleSpec)).toThrow(RangeError);
  });
});
