import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCeiling, type Ceiling } from '../../src/dispatch/pace/ceiling.js';
import type { Rate } from '../../src/model/rate.js';
import { systemClock } from '../../src/model/clock.js';

/** The most instants within any window `[t, t + seconds)`. */
function mostInAnyWindow(sentAt: readonly number[], seconds: number): number {
  return Math.max(
    0,
    ...sentAt.map((from) => sentAt.filter((at) => at >= from && at < from + seconds * 1000).length),
  );
}

/** Asks for leave `calls` times, each `thinkMs[i]` after the last and then as long again until it is sent. */
async function send(ceiling: Ceiling, thinkMs: readonly number[], calls: number): Promise<number[]> {
  const sentAt: number[] = [];
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const all = (async () => {
    for (let i = 0; i < calls; i += 1) {
      const think = thinkMs[i % thinkMs.length]!;
      if (think > 0) await sleep(think);
      await ceiling.permit(1);
      if (think > 0) await sleep(think);
      sentAt.push(systemClock.elapsed());
      ceiling.sent();
    }
  })();
  await vi.advanceTimersByTimeAsync(1000 * 1000);
  await all;
  return sentAt;
}

const noCeiling: Ceiling = {
  permit: () => Promise.resolve(1),
  sent: () => undefined,
  callsWithin: () => Infinity,
};

describe('leave for several calls at once', () => {
  it('is given for as many as fit, and for one at least', async () => {
    const rates = [
      { calls: 30, seconds: 10 },
      { calls: 50, seconds: 60 },
    ];
    const ceiling = createCeiling(rates, systemClock);
    expect(await ceiling.permit(20)).toBe(20);
    expect(await ceiling.permit(20)).toBe(10);
  });

  it('is foretold by the rate that lets fewer pass', () => {
    const rates = [
      { calls: 30, seconds: 10 },
      { calls: 50, seconds: 60 },
    ];
    const ceiling = createCeiling(rates, systemClock);
    expect([0, 10_000, 59_999, 60_000].map((ms) => ceiling.callsWithin(ms))).toEqual([30, 50, 50, 100]);
  });
});

describe('what a ceiling will let through', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is told by what it let through before', async () => {
    const ceiling = createCeiling([{ calls: 30, seconds: 10 }], systemClock);
    for (let i = 0; i < 20; i++) ceiling.sent();
    await vi.advanceTimersByTimeAsync(4000);
    for (let i = 0; i < 10; i++) ceiling.sent();
    expect([0, 5999, 6000, 9999, 10_000, 16_000].map((ms) => ceiling.callsWithin(ms))).toEqual([
      0, 0, 20, 20, 30, 50,
    ]);
  });
});

describe('a ceiling on calls', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('lets so many pass at once, and the next when the window of the first is over', async () => {
    const sentAt = await send(createCeiling([{ calls: 5, seconds: 10 }], systemClock), [0], 12);
    const first = sentAt[0]!;
    expect(sentAt.map((at) => Math.floor((at - first) / 10_000))).toEqual([
      0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2,
    ]);
  });

  const rate = fc.record({ calls: fc.integer({ min: 1, max: 8 }), seconds: fc.integer({ min: 1, max: 20 }) });
  const thinkMs = fc.array(fc.oneof(fc.constant(0), fc.nat(3000)), { minLength: 1, maxLength: 6 });

  it('is kept in any window, not only in aligned ones, for every rate', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(rate, { minLength: 1, maxLength: 2 }),
        thinkMs,
        async (rates: Rate[], think) => {
          const sentAt = await send(createCeiling(rates, systemClock), think, 30);
          expect(sentAt).toHaveLength(30);
          for (const { calls, seconds } of rates) {
            expect(mostInAnyWindow(sentAt, seconds)).toBeLessThanOrEqual(calls);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('control: without it, a burst exceeds it', async () => {
    expect(mostInAnyWindow(await send(noCeiling, [0], 12), 10)).toBe(12);
  });

  it('wastes no time: a saturated ceiling gives all its calls', async () => {
    const sentAt = await send(createCeiling([{ calls: 20, seconds: 10 }], systemClock), [0], 200);
    expect(sentAt.at(-1)! - sentAt[0]!).toBeLessThan(95_000);
  });
});
