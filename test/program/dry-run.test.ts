import { describe, expect } from 'vitest';
import { HEADER, rollout, rowOf, test } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';

const OFFLINE = ['--dry-run', '--offline'];
const TEN_MINUTES_MS = 600_000;

describe('run --dry-run --offline', () => {
  test.concurrent('tells of each row what its own cells say, and makes no call', async ({ desk }) => {
    const [good, dead, seeded] = makeFobs(3);
    const emulator = await desk.graph([good!, dead!, seeded!]);
    const input = await desk.write('in.csv', [
      [...HEADER, 'seed'],
      [...rowOf(good!), ''],
      [...rowOf(dead!, Date.now() - TEN_MINUTES_MS), ''],
      [...rowOf(good!).with(2, '12345'), ''],
      [...rowOf(good!), ''],
      [seeded!.serialNumber, seeded!.user, '', '', seeded!.secretKey],
    ]);

    const { code, run } = await desk.enrol(emulator, input, OFFLINE);

    expect(run.statuses).toEqual(['would_enroll', 'expired', 'invalid', 'duplicate', 'would_enroll']);
    expect(run.results.records.map(({ line }) => line)).toEqual(['2', '3', '4', '5', '6']);
    expect(run.recollect.records.map(({ serialNumber }) => serialNumber)).toEqual([dead!.serialNumber]);
    expect(code).toBe(4);
    expect(run.summary).toMatchObject({ rows: 5, needsRecollection: 1, calls: 0, exitCode: 4 });
    expect(emulator.requests()).toEqual([]);
  });

  test.concurrent.for([
    [0, 0],
    [3, TEN_MINUTES_MS],
  ] as const)('ends with %i where codes are %i ms old', async ([exitCode, ageMs], { desk }) => {
    const fobs = makeFobs(2);
    const rows = [rowOf(fobs[0]!), rowOf(fobs[1]!, Date.now() - ageMs)];
    const input = await desk.write('in.csv', [[...HEADER], ...rows]);
    const { code } = await desk.call(['run', input, ...OFFLINE, '--graph-url', 'http://127.0.0.1:9/beta']);
    expect(code).toBe(exitCode);
  });

  test.concurrent('--json prints its summary; a file with a header alone has no rows', async ({ desk }) => {
    const input = await desk.write('in.csv', rollout([]));
    const { code, stdout } = await desk.call(['run', input, ...OFFLINE, '--json', '--run-id', 'r1']);
    const run = await desk.readRun();
    expect([code, stdout, run.summary.rows]).toEqual([0, run.summaryText, 0]);
    expect(run.results.rows).toEqual([]);
  });

  test.concurrent('control: without it, the same file makes calls', async ({ desk }) => {
    const fobs = makeFobs(2);
    const emulator = await desk.graph(fobs);
    await desk.enrol(emulator, await desk.write('in.csv', rollout(fobs)));
    expect(emulator.requests()).toHaveLength(2);
  });
});
