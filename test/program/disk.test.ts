import { readdir, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, vi } from 'vitest';
import type { Emulator } from '../../src/emulator/index.js';
import { activations, rollout, test, type Desk } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';
import { onBadDisk, type BadDisk } from '../support/bad-disk.js';
import type { Exit } from '../support/program.js';

const JOURNAL = 'reports/r1/journal.jsonl';
const ENROLLED = ['enrolled', 'enrolled', 'enrolled'];

/** A rollout of three codes that live for a minute at least, and a Graph for it. */
async function threeRows(desk: Desk): Promise<Emulator> {
  const fobs = makeFobs(3, { timeIntervalInSeconds: 60 });
  await desk.write('in.csv', rollout(fobs));
  return desk.graph(fobs);
}

const runArgs = ({ url }: Emulator, ...args: readonly string[]): string[] => [
  ...['run', 'in.csv', '--graph-url', url, '--run-id', 'r1', '--interval', '60', '--concurrency', '1'],
  ...args,
];

const runOnBadDisk = (desk: Desk, emulator: Emulator, disk: BadDisk): Promise<Exit> =>
  onBadDisk(desk.folder, disk, () => desk.call(runArgs(emulator)));

const locksIn = async (desk: Desk): Promise<string[]> =>
  (await readdir(desk.folder, { recursive: true })).filter((name) => name.includes('lock'));

/** Stopped, in words for a person. */
function expectStop({ code, stderr }: Exit, ...words: readonly RegExp[]): void {
  expect(code).toBe(5);
  for (const each of words) expect(stderr).toMatch(each);
  expect(stderr).not.toMatch(/^\s+at |defect/m);
}

describe('a disk that takes no more of the journal', () => {
  test.concurrent.for<[what: string, disk: BadDisk, sent: number]>([
    ['before a row’s call is written down', { file: /journal/, from: /"intent","line":3/ }, 1],
    ['before a row’s answer is', { file: /journal/, from: /"answer","line":3/ }, 2],
    ['before a row’s outcome is', { file: /journal/, from: /"outcome","line":3/, code: 'EDQUOT' }, 2],
    ['before the end of the run is', { file: /journal/, from: /"end"/ }, 3],
  ])('%s: nothing more is sent, and resume finishes the run', async ([, disk, sent], { desk }) => {
    const emulator = await threeRows(desk);

    const stopped = await runOnBadDisk(desk, emulator, disk);
    expectStop(stopped, /the journal cannot be written: the disk (is full|quota)/, /oath-enroll resume/);
    expect(activations(emulator)).toHaveLength(sent);
    expect(await locksIn(desk)).toEqual([]);

    expect((await desk.call(['resume', 'reports/r1'])).code).toBe(0);
    const run = await desk.readRun();
    expect(run.statuses).toEqual(ENROLLED);
    expect(activations(emulator).map(({ acted }) => acted)).toEqual([true, true, true]);
  });

  test.concurrent(
    'from its first byte: nothing is sent, and nothing stands in the way of a new run',
    async ({ desk }) => {
      const emulator = await threeRows(desk);

      expectStop(await runOnBadDisk(desk, emulator, { file: /journal/ }), /the disk is full/);
      expect(emulator.requests()).toEqual([]);

      expect((await desk.call(['resume', 'reports/r1'])).code).toBe(2);
      expect((await desk.enrol(emulator, 'in.csv', ['--interval', '60'], 'r2')).code).toBe(0);
    },
  );
});

describe('a disk that takes no results', () => {
  test.concurrent.for<BadDisk>([
    { file: /results\.csv/ },
    { file: /results\.csv/, code: 'EACCES' },
    { file: /recollect\.csv/, code: 'EROFS' },
    { file: /summary\.json/ },
  ])('($file, $code): nothing is lost, and report makes them later', async (disk, { desk }) => {
    const emulator = await threeRows(desk);

    const stopped = await runOnBadDisk(desk, emulator, disk);
    expectStop(stopped, /results cannot be written/, /oath-enroll report \S*reports\/r1/);
    expect((await readdir(desk.path('reports/r1'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);

    expect((await desk.call(['report', 'reports/r1'])).code).toBe(0);
    expect((await desk.readRun()).statuses).toEqual(ENROLLED);
    expect(activations(emulator)).toHaveLength(3);
  });
});

describe('a disk that takes nothing that a run can do without', () => {
  test.concurrent('what was learned of the pace is not kept, and the run ends well', async ({ desk }) => {
    const emulator = await threeRows(desk);
    const { code } = await runOnBadDisk(desk, emulator, { file: /\.pace\.json/ });
    expect(code).toBe(0);
    expect((await desk.readRun()).statuses).toEqual(ENROLLED);
  });

  test.concurrent('a log that is full is told of once, and the run goes on', async ({ desk }) => {
    const emulator = await threeRows(desk);
    const { code, stderr } = await desk.call(runArgs(emulator, '--log', '/dev/full'));
    expect(code).toBe(0);
    expect(stderr.match(/The log \/dev\/full cannot be written any more \(ENOSPC\)/g)).toHaveLength(1);
    expect((await desk.readRun()).statuses).toEqual(ENROLLED);
  });
});

describe('a place that cannot be written to', () => {
  test.concurrent('no lock can be written: the run does not begin', async ({ desk }) => {
    const emulator = await threeRows(desk);
    expectStop(await runOnBadDisk(desk, emulator, { file: /lock/ }), /in\.csv cannot be locked/);
    expect([await desk.runs(), await locksIn(desk), emulator.requests()]).toEqual([[], [], []]);
  });

  test.concurrent('a lock that may not lie beside the input lies elsewhere', async ({ desk }) => {
    const emulator = await threeRows(desk);
    const { code } = await runOnBadDisk(desk, emulator, { file: /in\.csv\.lock/, code: 'EROFS' });
    expect(code).toBe(0);
  });

  test.concurrent('a file stands where run folders should go', async ({ desk }) => {
    const emulator = await threeRows(desk);
    const { code, stderr } = await desk.call(runArgs(emulator, '--reports', 'in.csv'));
    expect([code, stderr]).toEqual([2, expect.stringMatching(/cannot make a run folder in in\.csv/)]);
    expect([await locksIn(desk), emulator.requests()]).toEqual([[], []]);
  });
});

describe('a run that was killed while a call was under way', () => {
  /** Killed once the second call had arrived, before its answer came. */
  async function killed(desk: Desk, acts = true): Promise<Emulator> {
    const emulator = await threeRows(desk);
    const rule = emulator.faults.add({
      when: { method: 'POST', nth: 2 },
      fault: { kind: 'hang', acts },
    });
    const program = desk.start(runArgs(emulator));
    await vi.waitFor(() => expect(activations(emulator)).toHaveLength(2), { timeout: 10_000 });
    program.signal('SIGKILL');
    await program.exit;
    emulator.faults.clear(rule);
    return emulator;
  }

  test.concurrent.for([1, 40, -2])(
    'resume goes on before a last record that was torn (byte %i)',
    async (at, { desk }) => {
      const emulator = await killed(desk, false);
      // A call leaves once its record is whole, so where it is torn Graph has seen no call.
      const journal = await readFile(desk.path(JOURNAL));
      const begin = journal.lastIndexOf('\n', journal.length - 2) + 1;
      await writeFile(desk.path(JOURNAL), journal.subarray(0, at > 0 ? begin + at : journal.length + at));

      expect((await desk.call(['resume', 'reports/r1'])).code).toBe(0);

      expect((await desk.readRun()).statuses).toEqual(ENROLLED);
      expect(activations(emulator).map(({ acted }) => acted)).toEqual([true, false, true, true]);
    },
  );

  test.concurrent.for(['resume', 'report'])(
    '%s stops hard at damage in the middle of the journal',
    async (command, { desk }) => {
      const emulator = await killed(desk);
      const calls = emulator.requests().length;
      const journal = await readFile(desk.path(JOURNAL));
      const lines = journal.toString('latin1').split('\n');
      const begin = lines.slice(0, 3).join('\n').length + 1;
      journal[begin + 60]! ^= 1;
      await writeFile(desk.path(JOURNAL), journal);

      const exit = await desk.call([command, 'reports/r1']);

      expectStop(exit, /journal\.jsonl, line 4: /, new RegExp(`damaged from byte ${begin} on`));
      expect(await readFile(desk.path(JOURNAL))).toEqual(journal);
      expect(emulator.requests()).toHaveLength(calls);
    },
  );
});
