import { describe, expect, it } from 'vitest';
import { answered, tooMany } from '../support/answers.js';
import { newTokenRow, rowDueIn, seedRow, START_MS } from '../support/rows.js';
import { Bench, inTurn } from './harness.js';

describe('the order of calls', () => {
  it('is that of deadlines, then of the input; what cannot expire goes last', async () => {
    const bench = new Bench({ concurrency: 1 });
    await bench.run(
      seedRow(1),
      rowDueIn(2, 2),
      rowDueIn(1, 3),
      rowDueIn(2, 4),
      rowDueIn(1, 5, 60),
      seedRow(6),
    );
    expect(bench.graph.activated).toEqual([3, 2, 4, 5, 1, 6]);
  });

  it('is chosen when a call may leave: a more urgent row that came later goes first', async () => {
    const bench = new Bench({ concurrency: 1 });
    bench.begin(rowDueIn(2, 1), rowDueIn(2, 2), rowDueIn(2, 3));
    await bench.clock.advance(20);
    bench.dispatcher.add(rowDueIn(1, 4));
    await bench.end();
    expect(bench.graph.activated).toEqual([1, 4, 2, 3]);
  });

  it('is not chosen ahead: of many that may go at once, only as many are taken as calls may be in flight', async () => {
    const bench = new Bench({ concurrency: 2 });
    bench.begin(...[1, 2, 3, 4, 5].map(seedRow));
    bench.dispatcher.add(rowDueIn(1, 6));
    await bench.end();
    expect(bench.graph.activated).toEqual([1, 2, 6, 3, 4, 5]);
  });

  it('has new tokens created first, far ahead of the activations that wait for them', async () => {
    const bench = new Bench({
      concurrency: 1,
      reply: ({ ask }) => answered(ask.kind === 'create' ? 201 : 204),
    });
    await bench.run(...Array.from({ length: 100 }, (_, i) => newTokenRow(i + 1)));
    expect(bench.graph.calls.slice(0, 100).map(({ ask }) => ask.kind)).toEqual(Array(100).fill('create'));
    expect(bench.graph.activated).toHaveLength(100);
  });

  it('is chosen anew when a block is over', async () => {
    const bench = new Bench({ reply: inTurn(tooMany('5')) });
    bench.begin(rowDueIn(2, 1));
    await bench.clock.advance(1000);
    bench.dispatcher.add(rowDueIn(1, 2));
    await bench.end();
    expect(bench.graph.activated).toEqual([1, 2, 1]);
  });

  it('keeps the place of a row that was refused', async () => {
    const bench = new Bench({ concurrency: 1, reply: inTurn(tooMany('5')) });
    await bench.run(rowDueIn(2, 1), rowDueIn(2, 2), rowDueIn(1, 3));
    expect(bench.graph.activated).toEqual([3, 3, 1, 2]);
  });

  it('puts look-ups at a plain refusal behind all codes', async () => {
    const bench = new Bench({
      concurrency: 1,
      reply: ({ ask, line }) => {
        if (ask.kind !== 'activate') return answered(404);
        return answered(line === 1 ? 400 : 204);
      },
    });
    await bench.run(rowDueIn(1, 1), rowDueIn(2, 2), rowDueIn(2, 3));
    expect(bench.graph.calls.map(({ line, ask }) => `${line} ${ask.kind}`)).toEqual([
      '1 activate',
      '2 activate',
      '3 activate',
      '1 user_tokens',
    ]);
  });

  it('waits for the start, so that all rows are in the choice of the first call', async () => {
    const bench = new Bench();
    bench.dispatcher.add(rowDueIn(2, 1));
    await bench.clock.advance(5000);
    expect(bench.graph.calls).toEqual([]);
  });
});

describe('calls in flight', () => {
  it.each([1, 3, 16])('are %d at most', async (concurrency) => {
    const bench = new Bench({ concurrency });
    await bench.run(...Array.from({ length: 2000 }, (_, i) => seedRow(i)));
    expect(bench.graph.mostInFlight).toBe(concurrency);
  });
});

describe('codes that are dead', () => {
  it('cause no call', async () => {
    const bench = new Bench();
    const end = await bench.run(rowDueIn(0, 1), rowDueIn(-3, 2));
    expect(end.calls).toBe(0);
    expect(bench.recorder.outcomeOf(1)).toMatchObject({
      status: 'expired',
      needsRecollection: true,
      attempts: 0,
    });
    expect(bench.statusOf(2)).toBe('expired');
    expect(bench.recorder.types(1)).toEqual(['settled']);
  });

  it('by the time the gate opens are expired as soon as that is known, with no further call', async () => {
    const bench = new Bench({ reply: inTurn(tooMany('40')) });
    bench.begin(rowDueIn(1, 1), rowDueIn(2, 2), seedRow(3));
    await bench.clock.advance(100);
    expect(bench.statusOf(1)).toBe('expired');
    await bench.end();
    expect(bench.graph.activationsOf(1)).toHaveLength(1);
    expect([bench.statusOf(2), bench.statusOf(3)]).toEqual(['enrolled', 'enrolled']);
  });

  it('are told of at once also when they come while the gate is shut', async () => {
    const bench = new Bench({ reply: inTurn(tooMany('600')) });
    bench.begin(seedRow(1));
    await bench.clock.advance(1000);
    bench.dispatcher.add(rowDueIn(2, 2));
    await bench.clock.advance(1);
    expect(bench.statusOf(2)).toBe('expired');
  });

  it('do not keep a run waiting for the gate', async () => {
    const bench = new Bench({ reply: () => tooMany('600') });
    await bench.run(rowDueIn(2, 1));
    expect(bench.clock.elapsed()).toBeLessThan(1000);
  });

  it('are those that would die on the way, by the round trip seen so far', async () => {
    const bench = new Bench({ reply: () => ({ answer: answered(204), afterMs: 4000 }), concurrency: 1 });
    await bench.run(...Array.from({ length: 10 }, (_, i) => rowDueIn(1, i)));
    const lastSentMs = Math.max(...bench.graph.calls.map(({ sentMs }) => sentMs));
    expect(lastSentMs).toBe(24_000);
    expect([6, 7, 8, 9].map((line) => bench.statusOf(line))).toEqual([
      'enrolled',
      ...Array<string>(3).fill('expired'),
    ]);
  });
});

describe('a code that was read', () => {
  it('is what is sent', async () => {
    const bench = new Bench();
    await bench.run(rowDueIn(2, 1));
    const [{ ask } = { ask: undefined }] = bench.graph.calls;
    expect(ask?.kind === 'activate' && ask.code.reveal()).toBe('588651');
  });
});

describe('a seed', () => {
  it('gives the code of the moment of sending', async () => {
    const asked: number[] = [];
    const codeAt = (_: unknown, nowMs: number) => {
      asked.push(nowMs);
      return { reveal: () => '1' } as never;
    };
    const bench = new Bench({ parts: { codeAt }, reply: inTurn(tooMany('100')) });
    await bench.run(seedRow(1));
    expect(asked).toEqual([START_MS, START_MS + 100_080]);
  });
});
