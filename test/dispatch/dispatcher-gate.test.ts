import { describe, expect, it } from 'vitest';
import { answered, device, found, noAnswer, tooMany } from '../support/answers.js';
import { rowDueIn, seedRow } from '../support/rows.js';
import type { Call, Reply } from '../support/scripted-graph.js';
import { Bench, callsTooEarly, careless, inTurn } from './harness.js';
import { makeThrottle } from './throttle-under-test.js';

const seeds = (count: number) => Array.from({ length: count }, (_, i) => seedRow(i + 1));

/** Refuses the 5th to 12th call, each with another Retry-After, the longest neither first nor last. */
const manyRefusals = (_: Call, nth: number): Reply => ({
  answer: nth >= 5 && nth <= 12 ? tooMany(String([3, 9, 4, 20, 1, 8, 2, 6][nth - 5])) : answered(204),
  afterMs: 50 + ((nth * 37) % 200),
});

describe('one gate for all', () => {
  it('lets no call leave before the latest Retry-After of all', async () => {
    const bench = new Bench({ reply: manyRefusals });
    await bench.run(...seeds(60));
    expect(callsTooEarly(bench.graph.calls)).toEqual([]);
    expect(bench.recorder.outcomesOf(60)).toHaveLength(1);
  });

  it('control: with a throttle that ignores Retry-After, calls leave too early', async () => {
    const bench = new Bench({ reply: manyRefusals, parts: { throttle: careless() } });
    await bench.run(...seeds(60));
    expect(callsTooEarly(bench.graph.calls).length).toBeGreaterThan(0);
  });

  it('binds whatever answer bears a Retry-After, also where nobody knows what came of the call', async () => {
    for (const status of [500, 503, 504, 509]) {
      const reply = (call: Call, nth: number) => {
        if (nth === 1) return answered(status, { retryAfter: '30' });
        return call.ask.kind === 'activate' ? answered(204) : found();
      };
      const bench = new Bench({ concurrency: 2, reply });
      await bench.run(...seeds(8));
      expect(callsTooEarly(bench.graph.calls)).toEqual([]);
    }
  });

  it('binds look-ups as well', async () => {
    const reply = ({ ask, line }: Call, nth: number) => {
      if (nth === 2) return tooMany('30');
      return ask.kind === 'activate' && line === 1
        ? answered(400)
        : answered(ask.kind === 'activate' ? 204 : 404);
    };
    const bench = new Bench({ concurrency: 1, reply });
    await bench.run(rowDueIn(2, 1), seedRow(2));
    expect(bench.graph.calls.map(({ sentMs }) => sentMs)).toEqual([0, 80, 30_160, 30_240]);
  });

  it('counts calls that were on the wire when it shut, and they finish', async () => {
    const bench = new Bench({
      concurrency: 3,
      reply: inTurn(
        { answer: tooMany('30'), afterMs: 50 },
        { answer: answered(204), afterMs: 400 },
        answered(204),
      ),
    });
    await bench.run(...seeds(200));
    expect(bench.graph.calls.slice(0, 3).map(({ sentMs }) => sentMs)).toEqual([0, 0, 0]);
    expect([1, 2, 3].map((line) => bench.statusOf(line))).toEqual(Array(3).fill('enrolled'));
  });

  it('opens for one call first, whose answer the others await', async () => {
    const bench = new Bench({ reply: inTurn(tooMany('10')), concurrency: 16 });
    const rows = seeds(40);
    bench.begin(rows[0]!);
    await bench.clock.advance(1000);
    for (const row of rows.slice(1)) bench.dispatcher.add(row);
    await bench.end();
    const sentAt = bench.graph.calls.map(({ sentMs }) => sentMs);
    expect(sentAt.filter((ms) => ms < 10_160)).toEqual([0, 10_080]);
    expect(sentAt.filter((ms) => ms === 10_160).length).toBeGreaterThan(1);
  });

  it('sends another trial where the first got no answer', async () => {
    const active = found(device('S1', { status: 'activated' }));
    const bench = new Bench({ reply: inTurn(tooMany('1'), noAnswer('timeout'), active), concurrency: 1 });
    await bench.run(...seeds(3));
    expect([1, 2, 3].map((line) => bench.statusOf(line))).toEqual(Array(3).fill('enrolled'));
  });

  it('tells how long it was shut and how often Graph refused', async () => {
    const bench = new Bench({ concurrency: 1, reply: inTurn(tooMany('10'), tooMany('5')) });
    expect(await bench.run(seedRow(1))).toMatchObject({
      stopped: undefined,
      calls: 3,
      refusals: 2,
      waitedMs: 15_000,
    });
  });
});

describe('a wait longer than --max-wait', () => {
  it('ends the run: what had no turn is not attempted', async () => {
    const bench = new Bench({ reply: inTurn(tooMany('61')), maxWaitMs: 60_000, concurrency: 1 });
    const end = await bench.run(seedRow(1), rowDueIn(2, 2), seedRow(3));
    expect(end.stopped).toContain('61 s');
    expect(bench.stops).toEqual([end.stopped]);
    expect([1, 2, 3].map((line) => bench.statusOf(line))).toEqual(Array(3).fill('not_attempted'));
    expect(bench.recorder.outcomeOf(2).needsRecollection).toBe(true);
    expect(bench.recorder.outcomeOf(3).needsRecollection).toBe(false);
    expect(bench.clock.elapsed()).toBeLessThan(1000);
  });

  it('of just that length is sat out', async () => {
    const bench = new Bench({ reply: inTurn(tooMany('60')), maxWaitMs: 60_000 });
    expect(await bench.run(seedRow(1))).toMatchObject({ stopped: undefined });
    expect(bench.statusOf(1)).toBe('enrolled');
  });

  it('beyond all numbers ends it too, and the figures stay figures', async () => {
    const bench = new Bench({ reply: inTurn(tooMany('5'), tooMany('9'.repeat(400))), concurrency: 1 });
    const end = await bench.run(seedRow(1), seedRow(2));
    expect(end.stopped).toBeDefined();
    expect(end.waitedMs).toBe(5000);
  });

  it.each([
    [61_000, 'not_attempted', 0],
    [60_000, 'enrolled', 60_000],
  ])('that is on from the start counts too: %i ms', async (waitMs, status, firstCallMs) => {
    const throttle = makeThrottle();
    throttle.answered(throttle.sent(0), 0, { kind: 'refused', retryAfterMs: waitMs });
    const bench = new Bench({ maxWaitMs: 60_000, parts: { throttle } });
    await bench.run(seedRow(1));
    expect(bench.statusOf(1)).toBe(status);
    expect(bench.graph.calls.map(({ sentMs }) => sentMs)).toEqual(firstCallMs === 0 ? [] : [firstCallMs]);
    expect(bench.stops.length).toBe(firstCallMs === 0 ? 1 : 0);
  });

  it('ends no run in which nothing waits for it', async () => {
    const throttle = makeThrottle();
    throttle.answered(throttle.sent(0), 0, { kind: 'refused', retryAfterMs: 61_000 });
    const bench = new Bench({ maxWaitMs: 60_000, parts: { throttle } });
    bench.dispatcher.close();
    bench.dispatcher.start();
    expect(await bench.clock.settle(bench.dispatcher.finished)).toMatchObject({ stopped: undefined });
  });
});
