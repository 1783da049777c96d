import { beforeEach, describe, expect, it } from 'vitest';
import { WaitingRows } from '../../src/dispatch/queue/waiting-rows.js';
import { newTask, type Task } from '../../src/dispatch/task.js';
import { codeRow, newTokenRow, seedRow } from '../support/rows.js';
import { VirtualClock } from '../support/virtual-clock.js';

/** Wall and elapsed time begin far apart, as they do for every process. */
const NOW_MS = 1_000_000;

let clock: VirtualClock;
let expired: number[];
let woken: number;
let waiting: WaitingRows;

beforeEach(() => {
  clock = new VirtualClock(NOW_MS);
  expired = [];
  woken = 0;
  waiting = new WaitingRows(
    clock,
    ({ row }) => expired.push(row.line),
    () => (woken += 1),
  );
});

/** The row's code lives so long from now. */
const addCode = (line: number, livesMs: number): void => waiting.addFresh(codeRow(line), NOW_MS + livesMs);
const task = (line: number, livesMs: number, over: Partial<Task> = {}): Task => ({
  ...newTask(codeRow(line), NOW_MS + livesMs),
  ...over,
});
const lines = (tasks: Iterable<Task>): number[] => [...tasks].map(({ row }) => row.line);
const always = (): boolean => true;

describe('what waiting rows ask for', () => {
  it('is the pace of whichever deadline is hardest to keep, counting all that are due before it', () => {
    addCode(1, 40_000);
    addCode(2, 10_000);
    addCode(3, 40_000);
    addCode(4, 20_000);
    waiting.addFresh(seedRow(5), Infinity);
    // By 10 s one, by 20 s two, by 40 s four: each asks for one in 10 s.
    expect(waiting.demand(false)).toEqual({
      waiting: 5,
      timeless: 1,
      due: [
        { inMs: 10_000, rows: 1 },
        { inMs: 20_000, rows: 1 },
        { inMs: 40_000, rows: 2 },
      ],
      perMs: 1 / 10_000,
      dueMs: 10_000,
      moreMayCome: false,
    });
    addCode(6, 20_000);
    expect(waiting.demand(true)).toEqual({
      waiting: 6,
      timeless: 1,
      due: [
        { inMs: 10_000, rows: 1 },
        { inMs: 20_000, rows: 2 },
        { inMs: 40_000, rows: 2 },
      ],
      perMs: 3 / 20_000,
      dueMs: 20_000,
      moreMayCome: true,
    });
    expect(waiting.deadlines()).toEqual([
      [NOW_MS + 10_000, 1],
      [NOW_MS + 20_000, 2],
      [NOW_MS + 40_000, 2],
    ]);
  });

  it('is no endless pace for a code that is nearly dead', () => {
    addCode(1, 1);
    expect(waiting.demand(false)).toMatchObject({ perMs: 1 / 1000, dueMs: 1 });
  });

  it('is nothing where no row can expire', () => {
    waiting.addFresh(seedRow(1), Infinity);
    expect(waiting.demand(false)).toMatchObject({ timeless: 1, due: [], perMs: 0, dueMs: Infinity });
  });

  it('forgets a deadline with the last row that had it', () => {
    addCode(1, 10_000);
    addCode(2, 20_000);
    waiting.take(always, 1);
    expect(waiting.deadlines()).toEqual([[NOW_MS + 20_000, 1]]);
  });
});

describe('codes that cannot make it', () => {
  const lives = ({ row }: Task): boolean => row.line > 2;

  it('expire as they are met, and no living one with them', () => {
    addCode(1, 10_000);
    addCode(2, 20_000);
    addCode(3, 30_000);
    addCode(4, 40_000);
    expect(waiting.take(lives, 9)?.row.line).toBe(3);
    expect(expired).toEqual([1, 2]);
    expect(waiting.size).toBe(1);
  });

  it('expire as many at a time as is asked for', () => {
    for (const line of [1, 2, 2, 1, 2]) addCode(line, 10_000);
    expect([waiting.take(lives, 2), expired]).toEqual([undefined, [1, 2]]);
    expect([waiting.expireDead(lives, 2), expired]).toEqual([true, [1, 2, 2, 1]]);
    expect([waiting.expireDead(lives, 2), expired]).toEqual([false, [1, 2, 2, 1, 2]]);
    expect([waiting.take(lives, 2), waiting.size]).toEqual([undefined, 0]);
  });

  it('expire while the gate is shut; look-ups among them, and what cannot expire, stay', () => {
    addCode(1, 10_000);
    waiting.add(task(2, 20_000, { ask: 'user_tokens' }));
    waiting.add(task(1, 0, { ask: 'inventory', urgencyMs: Infinity }));
    waiting.addFresh(seedRow(2), Infinity);
    expect(waiting.expireDead(lives, 9)).toBe(false);
    expect(expired).toEqual([1]);
    expect(lines(waiting.drain(9))).toEqual([2, 1, 2]);
  });
});

describe('a row that waits for a time of its own', () => {
  it('is in nobody’s way until then, and says so as it comes', async () => {
    waiting.add(task(1, 90_000, { notBeforeMs: 3000 }));
    addCode(2, 90_000);
    expect([waiting.inQueue, waiting.size]).toEqual([1, 2]);
    await clock.advance(2999);
    expect([waiting.inQueue, woken]).toEqual([1, 0]);
    await clock.advance(1);
    expect([waiting.inQueue, waiting.size, woken]).toEqual([2, 2, 1]);
    expect(waiting.take(always, 1)?.row.line).toBe(1);
  });

  it('is there at once where its time has come', async () => {
    await clock.advance(3000);
    waiting.add(task(1, 90_000, { notBeforeMs: 3000 }));
    expect([waiting.inQueue, woken]).toEqual([1, 0]);
  });

  it.each([
    ['taken out with the others', () => lines(waiting.drain(9))],
    ['to be forgotten', () => (waiting.cancel(), [1])],
  ])('wakes nobody once it is %s', async (_, end) => {
    waiting.add(task(1, 90_000, { notBeforeMs: 3000 }));
    expect(end()).toEqual([1]);
    await clock.advance(10_000);
    expect(woken).toBe(0);
    expect(waiting.inQueue).toBe(0);
  });
});

describe('tokens that are created together', () => {
  it('are the next ones, as many as asked for, and stop at another call', () => {
    for (const line of [1, 2, 3]) waiting.addFresh(newTokenRow(line), Infinity);
    expect(waiting.takeCreations(0)).toEqual([]);
    expect(lines(waiting.takeCreations(2))).toEqual([1, 2]);
    addCode(9, 10_000);
    expect(waiting.takeCreations(5)).toEqual([]);
    waiting.take(always, 1);
    expect(lines(waiting.takeCreations(5))).toEqual([3]);
    expect(waiting.takeCreations(5)).toEqual([]);
  });
});
