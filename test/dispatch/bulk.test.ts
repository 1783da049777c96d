import { describe, expect, it } from 'vitest';
import type { Answer, CreateTogether } from '../../src/model/answer.js';
import type { Row } from '../../src/model/row.js';
import { answered, device, found, noAnswer, tooMany } from '../support/answers.js';
import { newTokenRow } from '../support/rows.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { START_MS } from '../support/rows.js';
import { Bench } from './harness.js';

const rows = (count: number): Row[] =>
  Array.from({ length: count }, (_, at) => newTokenRow(at + 1, { user: '' }));

/** A Graph that takes bulk calls, and remembers how many rows each of them had. */
function bulk(
  answer: (rows: readonly Row[], nth: number) => readonly Answer[],
  toDisk?: (row: Row, clock: VirtualClock) => Promise<void>,
) {
  const clock = new VirtualClock(START_MS);
  const sizes: number[] = [];
  const taken = new Set<string>();
  const createTogether: CreateTogether = async (all) => {
    sizes.push(all.length);
    await clock.sleep(80);
    const answers = answer(all, sizes.length);
    all.forEach(({ serialNumber }, at) => {
      const one = answers[at];
      if (one?.kind === 'answered' && one.httpStatus === 201) taken.add(serialNumber);
    });
    return answers;
  };
  const bench = new Bench({
    clock,
    concurrency: 1,
    ...(toDisk && { toDisk }),
    parts: { createTogether },
    reply: ({ ask }) => {
      if (ask.kind !== 'inventory') return answered(201);
      const { serialNumber } = ask.row;
      return taken.has(serialNumber) ? found(device(serialNumber)) : found();
    },
  });
  return { bench, sizes };
}

const all201 = (all: readonly Row[]): Answer[] => all.map(() => answered(201));

describe('tokens that are put into the inventory together', () => {
  it('go in calls that hold more and more, up to a hundred', async () => {
    const { bench, sizes } = bulk(all201);
    await bench.run(...rows(400));
    expect(sizes).toEqual([10, 20, 40, 80, 100, 100, 50]);
    expect(bench.graph.calls).toHaveLength(0);
    expect(rows(400).every(({ line }) => bench.statusOf(line) === 'imported')).toBe(true);
  });

  it('each have an intent on disk before the one call leaves', async () => {
    const { bench } = bulk((all) => {
      expect(all.every(({ line }) => bench.recorder.types(line).join() === 'asked,durable')).toBe(true);
      return all201(all);
    });
    await bench.run(...rows(3));
    expect.assertions(4);
    expect(bench.recorder.types(3)).toEqual(['asked', 'durable', 'answered', 'settled']);
    // All but the first name the first: whoever counts calls leaves them out.
    expect(bench.recorder.calls(1)).toEqual(['asked 1', 'durable 1', 'answered 1']);
    expect(bench.recorder.calls(3)).toEqual(['asked 1 with 1', 'durable 1 with 1', 'answered 1 with 1']);
  });

  it('are judged one by one', async () => {
    const { bench } = bulk((all) => all.map(({ line }) => answered(line === 2 ? 400 : 201)));
    await bench.run(...rows(3));
    expect([1, 2, 3].map((line) => bench.statusOf(line))).toEqual(['imported', 'failed', 'imported']);
  });

  it('wait together where the call is throttled, and none is sent twice', async () => {
    const { bench, sizes } = bulk((all, nth) => (nth === 1 ? all.map(() => tooMany('5')) : all201(all)));
    await bench.run(...rows(4));
    expect(sizes).toEqual([4, 4]);
    expect(bench.clock.elapsed()).toBeGreaterThanOrEqual(5000);
  });

  it('are withdrawn together where the run ends while their intents go to disk', async () => {
    const { bench, sizes } = bulk(all201, (_, clock) => clock.sleep(1000));
    bench.begin(...rows(3));
    await bench.clock.advance(500);
    bench.dispatcher.stop('interrupted');
    await bench.end();
    expect(sizes).toEqual([]);
    expect(bench.recorder.calls(1).at(-1)).toBe('withdrawn 1');
    expect(bench.recorder.calls(3).at(-1)).toBe('withdrawn 1 with 1');
    expect(bench.recorder.outcomeOf(3)).toMatchObject({ status: 'not_attempted', attempts: 0 });
  });

  it('are looked up and then go by themselves where the answer is not understood', async () => {
    const { bench, sizes } = bulk((all) => all.map(() => noAnswer('unreadable')));
    await bench.run(...rows(12));
    // Ten at first, then two at a time until those are not understood either.
    expect(sizes).toEqual([10, 2]);
    const created = bench.graph.calls.filter(({ ask }) => ask.kind === 'create').map(({ line }) => line);
    expect(created.sort((a, b) => a - b)).toEqual(rows(12).map(({ line }) => line));
    const lookedUp = bench.graph.calls.filter(({ ask }) => ask.kind === 'inventory');
    expect(new Set(lookedUp.map(({ line }) => line)).size).toBe(12);
  });

  it('are no bulk where there is one', async () => {
    const { bench, sizes } = bulk(all201);
    await bench.run(...rows(1));
    expect(sizes).toEqual([]);
    expect(bench.graph.calls.map(({ ask }) => ask.kind)).toEqual(['create']);
  });
});
