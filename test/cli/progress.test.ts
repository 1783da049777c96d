import { describe, expect, test } from 'vitest';
import { DryRunProgress } from '../../src/cli/telling/dry-run-progress.js';
import { Narrator } from '../../src/cli/telling/narrator.js';
import { Progress } from '../../src/cli/telling/progress.js';
import type { Foresight } from '../../src/model/foresight.js';
import type { Status } from '../../src/model/outcome.js';
import type { RunEvent } from '../../src/model/run-event.js';
import { START_MS } from '../support/rows.js';
import { VirtualClock } from '../support/virtual-clock.js';

const row = (line: number): RunEvent => ({
  type: 'row',
  line,
  cells: [],
  serialNumber: `S${line}`,
  user: 'amy@contoso.com',
  hasSeed: false,
});

const outcome = (line: number, status: Status, attempts = 1): RunEvent => ({
  type: 'outcome',
  line,
  status,
  reason: '',
  needsRecollection: status === 'expired' || status === 'code_rejected',
  attempts,
  completedAtMs: START_MS,
});

const refusal = (clock: VirtualClock, waitMs: number): RunEvent => ({
  type: 'answer',
  line: 2,
  ask: 'activate',
  attempt: 1,
  sentAtMs: clock.now(),
  atMs: clock.now(),
  httpStatus: 429,
  waitMs,
});

const foresight = (over: Partial<Foresight> = {}): Foresight => ({
  codes: 0,
  canMakeIt: 0,
  timeless: 0,
  paceIsKnown: false,
  ceilingHolds: false,
  shutForMs: 0,
  leftMs: undefined,
  ...over,
});

function begin(rows: number): { clock: VirtualClock; progress: Progress } {
  const clock = new VirtualClock(START_MS);
  const progress = new Progress(clock);
  for (let line = 2; line < rows + 2; line++) progress.see(row(line));
  return { clock, progress };
}

/** Settles rows by calls, one every `everyMs`. */
async function send(
  { clock, progress }: ReturnType<typeof begin>,
  rows: number,
  everyMs: number,
): Promise<void> {
  progress.see({ type: 'intent', line: 2, attempt: 1, atMs: clock.now() });
  for (let i = 0; i < rows; i++) {
    await clock.advance(everyMs);
    progress.see(outcome(i + 2, 'enrolled'));
  }
}

describe('the figures of a run', () => {
  test('count what became of the rows', () => {
    const { progress } = begin(9);
    const settled: Status[] = ['enrolled', 'already_enrolled', 'expired', 'code_rejected', 'failed'];
    [...settled, 'unresolved', 'invalid', 'duplicate'].forEach((status, at) =>
      progress.see(outcome(at + 2, status as Status)),
    );
    expect(progress.figures()).toMatchObject({ rows: 9, done: 8, succeeded: 1, recollect: 2, failed: 3 });
    expect(progress.figures().isImport).toBe(false);
  });

  test('are those of an import where rows end in the inventory', () => {
    const { progress } = begin(3);
    progress.see(outcome(2, 'imported'));
    progress.see(outcome(3, 'already_imported'));
    expect(progress.figures()).toMatchObject({ isImport: true, done: 2, succeeded: 1 });
  });

  test('tell the pace of the rows that took calls, once there is something to tell', async () => {
    const run = begin(100);
    for (let line = 62; line < 102; line++) run.progress.see(outcome(line, 'invalid', 0));
    await send(run, 1, 1000);
    expect(run.progress.figures().perMinute).toBeUndefined();
    await send(run, 19, 1000);
    expect(run.progress.figures().perMinute).toBe(60);
  });

  test('the pace is that of the last five minutes', async () => {
    const run = begin(2000);
    await send(run, 600, 100);
    expect(run.progress.figures().perMinute).toBeCloseTo(600);
    await send(run, 60, 6000);
    expect(run.progress.figures().perMinute).toBeCloseTo(10, 0);
  });

  test('time left is what the throttle foresees, else what the pace so far makes of it', async () => {
    const run = begin(50);
    await send(run, 20, 1000);
    expect(run.progress.figures()).toMatchObject({ areAll: false, leftMs: undefined });
    run.progress.watch(() => foresight());
    expect(run.progress.figures()).toMatchObject({ areAll: true, leftMs: 30_000 });
    run.progress.watch(() => foresight({ paceIsKnown: true, leftMs: 240_000 }));
    expect(run.progress.figures().leftMs).toBe(240_000);
  });

  test('a wait counts down, also one that an earlier run was told of', async () => {
    const { clock, progress } = begin(1);
    progress.see(refusal(clock, 90_000));
    await clock.advance(30_000);
    expect(progress.figures().waitMs).toBe(60_000);
    await clock.advance(60_000);
    expect(progress.figures().waitMs).toBe(0);
    progress.watch(() => foresight({ shutForMs: 5000 }));
    expect(progress.figures().waitMs).toBe(5000);
  });
});

describe('where nothing can be drawn', () => {
  async function linesOf(lines: boolean, forMs: number): Promise<string[]> {
    const { clock, progress } = begin(2);
    const told: string[] = [];
    const tells = { foresight: true, rows: false, lines };
    const narrator = new Narrator((text) => told.push(text), clock, progress, tells);
    progress.see(outcome(2, 'enrolled'));
    progress.see(refusal(clock, 15_000));
    await clock.advance(forMs);
    narrator.close();
    await clock.advance(60_000);
    return told;
  }

  test('a line comes every ten seconds, until the end', async () => {
    expect(await linesOf(true, 9999)).toEqual([]);
    expect(await linesOf(true, 20_000)).toEqual([
      '2 rows so far, 1 done, 1 enrolled, 0 to re-collect, 0 failed, 6 a minute, waiting for Graph: 5 s\n',
      '2 rows so far, 1 done, 1 enrolled, 0 to re-collect, 0 failed, 3 a minute\n',
    ]);
  });

  test('control: none where a bar tells it', async () => {
    expect(await linesOf(false, 60_000)).toEqual([]);
  });

  test('the inventory that is read before the first row is told of, and no more once there are rows', async () => {
    const { clock, progress } = begin(0);
    const told: string[] = [];
    const narrator = new Narrator((text) => told.push(text), clock, progress, {
      ...{ foresight: true, rows: false, lines: true },
    });
    await clock.advance(10_000);
    expect(told).toEqual([]);
    progress.watchReading(() => ({ count: 1, shutForMs: 25_000 - clock.elapsed() }));
    await clock.advance(10_000);
    progress.see(row(2));
    await clock.advance(10_000);
    narrator.close();
    expect(told).toEqual([
      '1 token of the inventory read, waiting for Graph: 5 s\n',
      '1 row so far, 0 done, 0 enrolled, 0 to re-collect, 0 failed\n',
    ]);
  });
});

describe('a dry run', () => {
  test('tells every ten seconds how far it is, until it is closed', async () => {
    const { clock } = begin(0);
    const told: string[] = [];
    const progress = new DryRunProgress((text) => told.push(text), clock);
    progress.see(outcome(2, 'would_enroll'));
    progress.see(outcome(3, 'failed'));
    await clock.advance(10_000);
    progress.watch(() => ({ count: 7, shutForMs: 25_000 - clock.elapsed() }));
    progress.see(outcome(4, 'would_import'));
    await clock.advance(10_000);
    progress.close();
    await clock.advance(60_000);
    expect(told).toEqual([
      '2 rows checked, 1 would be enrolled',
      '3 rows checked, 1 would be imported, waiting for Graph: 5 s',
    ]);
  });
});
