import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { untilNextStepMs } from '../../src/dispatch/queue/end-of-step.js';
import type { IntervalS } from '../../src/model/row.js';
import { Secret } from '../../src/model/secret.js';
import { answered, tooMany } from '../support/answers.js';
import { codeRow, newTokenRow, rowDueIn, seedRow, START_MS } from '../support/rows.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { Bench, inTurn } from './harness.js';

const seeded = (intervalS: IntervalS) => ({ ...seedRow(1), intervalS });

describe('the wait for the next step', () => {
  it.each<[intervalS: IntervalS, intoStepMs: number, waitMs: number]>([
    [30, 0, 0],
    [30, 1, 0],
    [30, 15_000, 0],
    [30, 26_999, 0],
    [30, 27_000, 3000],
    [30, 27_100, 2900],
    [30, 29_999, 1],
    [30, 30_000, 0],
    [60, 27_100, 0],
    [60, 30_000, 0],
    [60, 56_900, 0],
    [60, 57_100, 2900],
    [60, 59_999, 1],
  ])('of %i s, %i ms into it, is %i ms for a seed', (intervalS, intoStepMs, waitMs) => {
    expect(untilNextStepMs(seeded(intervalS), START_MS + intoStepMs)).toBe(waitMs);
  });

  it('is none for a code that was read, whose step it is not', () => {
    for (const intoStepMs of [0, 27_100, 29_999]) {
      expect(untilNextStepMs(codeRow(1), START_MS + intoStepMs)).toBe(0);
    }
  });

  it('ends on a step, or is not needed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4e12 }),
        fc.constantFrom<IntervalS>(30, 60),
        (nowMs, interval) => {
          const waitMs = untilNextStepMs(seeded(interval), nowMs);
          const leftMs = interval * 1000 - ((nowMs + waitMs) % (interval * 1000));
          expect(leftMs).toBeGreaterThan(3000);
          if (waitMs > 0) expect(leftMs).toBe(interval * 1000);
        },
      ),
    );
  });
});

/** A dispatcher so far into a step, and the instants that codes were made for, in ms after the step's beginning. */
function benchAt(intoStepMs: number, over: ConstructorParameters<typeof Bench>[0] = {}) {
  const madeAtMs: number[] = [];
  const codeAt = (_: unknown, nowMs: number): Secret => {
    madeAtMs.push(nowMs - START_MS);
    return new Secret('755224');
  };
  const bench = new Bench({ clock: new VirtualClock(START_MS + intoStepMs), parts: { codeAt }, ...over });
  /** Of the activations of a line, in ms after the step's beginning. */
  const sentAtMs = (line: number): number[] =>
    bench.graph.activationsOf(line).map(({ sentWallMs }) => sentWallMs - START_MS);
  return { bench, madeAtMs, sentAtMs };
}

describe('a row with a seed', () => {
  it('goes at the next step’s beginning where 2.9 s are left', async () => {
    const { bench, madeAtMs, sentAtMs } = benchAt(27_100);
    const end = await bench.run(seedRow(1));
    expect([sentAtMs(1), madeAtMs]).toEqual([[30_000], [30_000]]);
    expect([end.stopped, bench.statusOf(1)]).toEqual([undefined, 'enrolled']);
  });

  it('goes at once where 3.1 s are left', async () => {
    const { bench, madeAtMs, sentAtMs } = benchAt(26_900);
    await bench.run(seedRow(1));
    expect([sentAtMs(1), madeAtMs]).toEqual([[26_900], [26_900]]);
  });

  it('goes by its own interval', async () => {
    const half = benchAt(27_100);
    await half.bench.run({ ...seedRow(1), intervalS: 60 });
    expect(half.sentAtMs(1)).toEqual([27_100]);
    const whole = benchAt(57_100);
    await whole.bench.run({ ...seedRow(1), intervalS: 60 });
    expect(whole.sentAtMs(1)).toEqual([60_000]);
  });

  it('waits also where Graph’s own wait ends so late in a step', async () => {
    const late = benchAt(20_000, { reply: inTurn(tooMany('8'), answered(204)) });
    await late.bench.run(seedRow(1));
    expect(late.sentAtMs(1)).toEqual([20_000, 30_000]);
    // Control: where it ends earlier, the row goes as soon as it may.
    const early = benchAt(17_000, { reply: inTurn(tooMany('8'), answered(204)) });
    await early.bench.run(seedRow(1));
    expect(early.sentAtMs(1)[1]).toBeLessThan(26_000);
  });

  it('is one of many that wait, and all go in the next step', async () => {
    const { bench, madeAtMs } = benchAt(27_100);
    const end = await bench.run(...[1, 2, 3, 4, 5, 6, 7, 8].map(seedRow));
    expect([end.stopped, end.calls, madeAtMs.length]).toEqual([undefined, 8, 8]);
    expect(Math.min(...madeAtMs)).toBe(30_000);
  });

  it('of which one is sent as its step ends leaves the rest to the next', async () => {
    const { bench, madeAtMs } = benchAt(26_900, {
      concurrency: 1,
      reply: () => ({ answer: answered(204), afterMs: 400 }),
    });
    await bench.run(...[1, 2, 3].map(seedRow));
    expect(madeAtMs[0]).toBe(26_900);
    expect(madeAtMs[1]).toBe(30_000);
  });

  it('whose token is new is created at any time, and activated in a step with time left', async () => {
    // Three seconds after its creation it is activated, which would be 2.8 s before the step ends.
    const { bench, madeAtMs } = benchAt(24_100, {
      reply: ({ ask }) => answered(ask.kind === 'create' ? 201 : 204),
    });
    await bench.run(newTokenRow(1));
    expect(bench.graph.calls.map(({ ask, sentWallMs }) => [ask.kind, sentWallMs - START_MS])).toEqual([
      ['create', 24_100],
      ['activate', 30_000],
    ]);
    expect(madeAtMs).toEqual([30_000]);
  });

  it('is looked up at any time: a look-up bears no code', async () => {
    const { bench } = benchAt(27_100, { reply: ({ ask }) => answered(ask.kind === 'activate' ? 204 : 404) });
    const past = { attempts: 1, answer: answered(400), atMs: START_MS };
    bench.dispatcher.add(seedRow(1), past);
    await bench.run();
    expect(bench.graph.calls.map(({ ask, sentWallMs }) => [ask.kind, sentWallMs - START_MS])).toEqual([
      ['user_tokens', 27_100],
    ]);
  });

  it('goes at once where nobody says how long to wait', async () => {
    const { bench, madeAtMs } = benchAt(29_000);
    const free = new Bench({ clock: new VirtualClock(START_MS + 29_000), parts: { seedWaitMs: undefined } });
    await free.run(seedRow(1));
    expect(free.graph.calls.map(({ sentMs }) => sentMs)).toEqual([0]);
    // Control.
    await bench.run(seedRow(1));
    expect(madeAtMs).toEqual([30_000]);
  });

  it('that waits is stopped at once', async () => {
    const { bench, sentAtMs } = benchAt(27_100);
    bench.begin(seedRow(1));
    await bench.clock.advance(100);
    bench.dispatcher.stop('interrupted');
    const end = await bench.end();
    expect([end.stopped, end.calls, bench.statusOf(1)]).toEqual(['interrupted', 0, 'not_attempted']);
    expect([bench.clock.elapsed(), sentAtMs(1)]).toEqual([100, []]);
  });
});

describe('codes that can die', () => {
  it('are not held back as a step ends', async () => {
    const { bench, sentAtMs } = benchAt(27_100);
    await bench.run(rowDueIn(2, 1));
    expect(sentAtMs(1)).toEqual([27_100]);
  });

  it('go before seeds that wait, also those that come while they wait', async () => {
    const { bench, sentAtMs } = benchAt(27_100);
    bench.begin(seedRow(1), rowDueIn(2, 2));
    await bench.clock.advance(500);
    bench.dispatcher.add(rowDueIn(2, 3));
    await bench.end();
    expect(sentAtMs(2)).toEqual([27_100]);
    expect(sentAtMs(3)).toEqual([27_600]);
    expect(sentAtMs(1)[0]).toBeGreaterThanOrEqual(30_000);
    expect([1, 2, 3].map((line) => bench.statusOf(line))).toEqual(['enrolled', 'enrolled', 'enrolled']);
  });
});
