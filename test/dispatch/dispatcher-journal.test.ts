import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCeiling } from '../../src/dispatch/pace/ceiling.js';
import { systemClock } from '../../src/model/clock.js';
import { answered, tooMany } from '../support/answers.js';
import { rowDueIn, seedRow } from '../support/rows.js';
import { Bench, inTurn } from './harness.js';

const seeds = (count: number) => Array.from({ length: count }, (_, i) => seedRow(i + 1));

describe('the intent', () => {
  it('is on disk before the call leaves; the answer is written before the outcome', async () => {
    const bench = new Bench({ toDisk: (_, clock) => clock.sleep(50) });
    await bench.run(seedRow(1));
    expect(bench.graph.calls.map(({ sentMs }) => sentMs)).toEqual([50]);
    expect(bench.recorder.types(1)).toEqual(['asked', 'durable', 'answered', 'settled']);
  });

  it('is written for each activation, and for no look-up', async () => {
    const bench = new Bench({ reply: inTurn(tooMany('1'), answered(400), answered(404)) });
    await bench.run(seedRow(1));
    expect(bench.recorder.types(1)).toEqual([
      ...['asked', 'durable', 'answered'],
      ...['asked', 'durable', 'answered'],
      ...['answered', 'settled'],
    ]);
    expect(bench.recorder.outcomeOf(1).attempts).toBe(2);
    expect(bench.recorder.calls(1)).toEqual([
      ...['asked 1', 'durable 1', 'answered 1'],
      ...['asked 2', 'durable 2', 'answered 2'],
      'answered 2',
    ]);
  });

  it('that cannot be written stops before the call, and all that would follow', async () => {
    const full = new Error('the disk is full');
    const bench = new Bench({
      concurrency: 2,
      toDisk: (row) => (row.line === 3 ? Promise.reject(full) : Promise.resolve()),
    });
    await expect(bench.run(...seeds(20))).rejects.toBe(full);
    await bench.clock.advance(60_000);
    expect(bench.graph.activated).toEqual([1, 2]);
  });

  it('that cannot be written also ends the waits of others', async () => {
    const full = new Error('the disk is full');
    const bench = new Bench({
      concurrency: 1,
      reply: () => answered(500),
      toDisk: (row) => (row.line === 2 ? Promise.reject(full) : Promise.resolve()),
    });
    await expect(bench.run(rowDueIn(2, 1), seedRow(2))).rejects.toBe(full);
    const calls = bench.graph.calls.length;
    await bench.clock.advance(60_000);
    expect(bench.graph.calls).toHaveLength(calls);
  });
});

describe('while the intent goes to disk', () => {
  it('the gate may shut: then the call is withdrawn, and sent once it opens', async () => {
    const bench = new Bench({
      concurrency: 2,
      reply: inTurn(tooMany('10')),
      toDisk: (row, clock) => clock.sleep(row.line === 1 ? 0 : 200),
    });
    await bench.run(seedRow(1), seedRow(2));
    expect(bench.recorder.calls(2)).toEqual([
      ...['asked 1', 'durable 1', 'withdrawn 1'],
      ...['asked 1', 'durable 1', 'answered 1'],
    ]);
    expect(bench.graph.activationsOf(2).map(({ sentMs }) => sentMs)).toEqual([
      expect.toSatisfy((ms) => ms > 10_080),
    ]);
    expect(bench.recorder.outcomeOf(2)).toMatchObject({ status: 'enrolled', attempts: 1 });
  });

  it('the code may die: then it is expired and never sent', async () => {
    const bench = new Bench({ toDisk: (_, clock) => clock.sleep(30_000) });
    await bench.run(rowDueIn(1, 1));
    expect(bench.graph.calls).toEqual([]);
    expect(bench.recorder.types(1)).toEqual(['asked', 'durable', 'withdrawn', 'settled']);
    expect(bench.recorder.outcomeOf(1)).toMatchObject({ status: 'expired', attempts: 0 });
  });

  it('the run may end: then the row is not attempted', async () => {
    const bench = new Bench({ toDisk: (_, clock) => clock.sleep(1000) });
    bench.begin(seedRow(1));
    await bench.clock.advance(500);
    bench.dispatcher.stop('interrupted');
    await bench.end();
    expect(bench.graph.calls).toEqual([]);
    expect(bench.recorder.outcomeOf(1)).toMatchObject({ status: 'not_attempted', attempts: 0 });
  });
});

describe('our own ceiling', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Real clock, fake timers: the ceiling keeps time by them. */
  const sentAt = async (calls: number, toDiskMs: (line: number) => number, refuseFirst: boolean) => {
    const at: number[] = [];
    const bench = new Bench({
      toDisk: (row) => new Promise((resolve) => setTimeout(resolve, toDiskMs(row.line))),
      parts: {
        clock: systemClock,
        ceiling: createCeiling([{ calls: 3, seconds: 10 }], systemClock),
        graph: {
          ask: async () => {
            at.push(systemClock.elapsed());
            await new Promise((resolve) => setTimeout(resolve, 80));
            return refuseFirst && at.length === 1 ? tooMany('5') : answered(204);
          },
          signingIn: () => undefined,
          renewSignIn: () => undefined,
        },
      },
    });
    for (const row of seeds(calls)) bench.dispatcher.add(row);
    bench.dispatcher.start();
    bench.dispatcher.close();
    await vi.advanceTimersByTimeAsync(120_000);
    await bench.dispatcher.finished;
    return at;
  };

  it('is kept in every window', async () => {
    const at = await sentAt(12, () => 20, false);
    expect(at).toHaveLength(12);
    for (let i = 3; i < at.length; i += 1) expect(at[i]! - at[i - 3]!).toBeGreaterThanOrEqual(10_000);
  });

  it('loses no place to calls that were withdrawn', async () => {
    expect(await sentAt(12, (line) => (line === 1 ? 0 : 200), true)).toHaveLength(13);
  });
});
