import { describe, expect, it } from 'vitest';
import { createCeiling } from '../../src/dispatch/pace/ceiling.js';
import type { Throttle } from '../../src/dispatch/pace/throttle.js';
import { answered, tooMany } from '../support/answers.js';
import { rowDueIn, seedRow, START_MS } from '../support/rows.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { Bench } from './harness.js';
import { makeThrottle } from './throttle-under-test.js';

const codes = (count: number) => Array.from({ length: count }, (_, i) => rowDueIn(2, i + 1));

/** One that knows that ten calls a second can leave. */
function tenASecond(): Throttle {
  const learning = makeThrottle();
  return Object.assign(learning, { forecast: (nowMs: number, untilMs: number) => (untilMs - nowMs) / 100 });
}

describe('what can be made of the rows that wait', () => {
  it('is reckoned with the published limit while Graph’s own is not known', () => {
    const bench = new Bench();
    for (const row of [...codes(250), seedRow(300), seedRow(301)]) bench.dispatcher.add(row);
    expect(bench.dispatcher.foresight()).toEqual({
      codes: 250,
      canMakeIt: 200,
      timeless: 2,
      paceIsKnown: false,
      ceilingHolds: false,
      shutForMs: 0,
      leftMs: undefined,
    });
  });

  it('tells whether our own ceiling lets fewer make it', () => {
    const foresights = [300, 100].map((calls) => {
      const clock = new VirtualClock(START_MS);
      const bench = new Bench({ clock, parts: { ceiling: createCeiling([{ calls, seconds: 300 }], clock) } });
      for (const row of codes(250)) bench.dispatcher.add(row);
      return bench.dispatcher.foresight();
    });
    expect(foresights).toMatchObject([
      { canMakeIt: 200, ceilingHolds: false },
      { canMakeIt: 100, ceilingHolds: true },
    ]);
  });

  it('is reckoned at the pace that is known, seeds after the codes', () => {
    const bench = new Bench({ parts: { throttle: tenASecond() } });
    for (const row of [...codes(300), ...Array.from({ length: 300 }, (_, i) => seedRow(1000 + i))]) {
      bench.dispatcher.add(row);
    }
    const foresight = bench.dispatcher.foresight();
    expect(foresight).toMatchObject({ codes: 300, canMakeIt: 300, timeless: 300, paceIsKnown: true });
    // Six hundred at ten a second, told to a second or so.
    expect(foresight.leftMs).toBeGreaterThanOrEqual(60_000);
    expect(foresight.leftMs).toBeLessThan(62_000);
  });

  it('counts the time that Graph asks to wait', async () => {
    const bench = new Bench({ concurrency: 1, reply: () => tooMany('40') });
    bench.begin(...codes(5), seedRow(9));
    await bench.clock.advance(100);
    expect(bench.dispatcher.shutForMs).toBe(40_000 - 20);
    expect(bench.dispatcher.foresight()).toMatchObject({ codes: 5, shutForMs: 40_000 - 20 });
  });
});

describe('a wait that is longer than --max-wait', () => {
  const asksForLong = () => answered(204, { retryAfter: '1000' });

  it('ends no run that has nothing more to send', async () => {
    const bench = new Bench({ reply: asksForLong });
    expect(await bench.run(seedRow(1))).toMatchObject({ stopped: undefined });
    expect(bench.statusOf(1)).toBe('enrolled');
  });

  it('ends one to which rows may still be added, at once', async () => {
    const bench = new Bench({ reply: asksForLong });
    bench.begin(seedRow(1));
    await bench.clock.advance(100);
    expect(bench.stops).toEqual(['Graph asks to wait 1000 s, longer than the 900 s of --max-wait']);
  });

  it('ends one that has rows waiting', async () => {
    const bench = new Bench({ reply: asksForLong, concurrency: 1 });
    expect((await bench.run(seedRow(1), seedRow(2))).stopped).toContain('Graph asks to wait 1000 s');
    expect(bench.statusOf(2)).toBe('not_attempted');
  });
});
