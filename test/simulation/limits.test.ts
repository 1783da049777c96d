import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kindLimit, severalLimits } from './arbitraries.js';
import { makeLimit, type LimitSpec } from './limit-spec.js';
import type { Limit } from './limits.js';

/** When a clock's windows begin; nothing else of these limits is drawn by lot. */
const noPhase = (): number => 0;

/** Times between calls, in ms: many at once, and pauses in which limits are free again. */
const gapsMs = fc.array(fc.oneof(fc.nat(200), fc.nat(20_000)), { minLength: 20, maxLength: 200 });

/** What became of calls that arrive so long after each other; `before` each of them something may be asked. */
function answers(limit: Limit, gaps: readonly number[], before: (atMs: number) => void = () => undefined) {
  let atMs = 0;
  return gaps.map((gapMs) => {
    atMs += gapMs;
    before(atMs);
    return limit.arrive(atMs)?.waitMs;
  });
}

describe('the models of limits', () => {
  /** All are full at 1 s, and halve or double at 5 s. */
  const changing: readonly [LimitSpec, factor: number, waitMs: number, freeAtMs: number][] = [
    [{ kind: 'window', calls: 1, seconds: 10, alignedTo: 'first call' }, 2, 9000, 5000],
    [{ kind: 'window', calls: 2, seconds: 10, alignedTo: 'first call' }, 0.5, 9000, 10_000],
    [{ kind: 'bucket', perS: 0.1, burst: 1 }, 2, 9000, 7500],
    [{ kind: 'bucket', perS: 0.2, burst: 1 }, 0.5, 4000, 5000],
    [{ kind: 'bucket', perS: 0.1, burst: 1 }, 0.5, 9000, 15_000],
  ];

  it.each(changing)(
    'do not foresee that they change where they refuse: %j by %d',
    (spec, factor, waitMs, freeMs) => {
      const limit = makeLimit({ ...spec, change: { atS: 5, factor } } as LimitSpec, noPhase);
      while (limit.arrive(0) === undefined);
      expect(limit.arrive(1000)?.waitMs).toBeCloseTo(waitMs);
      expect(limit.freeAt(1000)).toBeCloseTo(freeMs);
    },
  );

  it('are not changed by the question when they are free, now or later', () => {
    fc.assert(
      fc.property(fc.oneof(kindLimit, severalLimits), gapsMs, fc.nat(60_000), (spec, gaps, aheadMs) => {
        const asked = makeLimit(spec, noPhase);
        const answered = answers(asked, gaps, (atMs) => {
          asked.freeAt(atMs + aheadMs);
          asked.usedAt(atMs + aheadMs);
        });
        expect(answered).toEqual(answers(makeLimit(spec, noPhase), gaps));
      }),
    );
  });

  it('control: a call that is let in is', () => {
    const full = { kind: 'sliding', calls: 1, seconds: 10 } as const;
    const taken = makeLimit(full, noPhase);
    expect(answers(taken, [0, 1], (atMs) => void taken.arrive(atMs))).not.toEqual(
      answers(makeLimit(full, noPhase), [0, 1]),
    );
  });

  it('let a call in where several hold at once if each of them does, and else tell when all of them will', () => {
    fc.assert(
      fc.property(severalLimits, gapsMs, ({ of }, gaps) => {
        const each = of.map((spec: LimitSpec) => makeLimit(spec, noPhase));
        const all = makeLimit({ kind: 'all', of }, noPhase);
        let atMs = 0;
        for (const gapMs of gaps) {
          atMs += gapMs;
          const waitsMs = each.map((limit) => limit.freeAt(atMs) - atMs);
          const refusal = all.arrive(atMs);
          expect(refusal === undefined).toBe(Math.max(...waitsMs) <= 0);
          if (refusal === undefined) each.forEach((limit) => limit.arrive(atMs));
          else expect(refusal.waitMs).toBeGreaterThanOrEqual(Math.max(...waitsMs));
        }
      }),
    );
  });
});
