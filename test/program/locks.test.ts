import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { describe, expect } from 'vitest';
import { test, type Desk } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';
import { bySeed, killed, resume, started } from './interrupted.js';

const FOBS = makeFobs(3);

/** Run `r1` of `in.csv`, waiting for the answer to its first call: it never comes, or after so long. */
async function running(desk: Desk, afterMs?: number) {
  const fault = afterMs === undefined ? ({ kind: 'hang' } as const) : ({ kind: 'latency', afterMs } as const);
  const emulator = await desk.graph(FOBS, { faults: [{ when: { nth: 1 }, fault }] });
  const input = await desk.write('in.csv', bySeed(FOBS));
  const program = await started(desk, emulator, input, 1, ['--request-timeout', '600']);
  return { emulator, program };
}

const locksIn = async (desk: Desk): Promise<string[]> =>
  (await readdir(desk.folder, { recursive: true })).filter((name) => name.includes('.lock'));

/** Names what is held, by whom, where and since when. */
const heldBy = (what: string): RegExp =>
  new RegExp(
    `^oath-enroll: another run holds ${what}: a run of in\\.csv \\(process \\d+ on ${hostname()}, since 20\\d\\d-.*Z\\)$`,
    'm',
  );

describe('a run that is under way', { timeout: 180_000 }, () => {
  test.concurrent.for([
    ['the same input', ['run', 'in.csv', '--run-id', 'r2'], '.*in\\.csv'],
    ['the same input by another path', ['run', './reports/../in.csv', '--run-id', 'r2'], '.*in\\.csv'],
    ['the same run id', ['run', 'other.csv', '--run-id', 'r1'], 'the run folder reports/r1'],
    ['a resumption', ['resume', 'reports/r1'], 'the run folder reports/r1'],
    // Read now and written later, it would take the place of the run's own results.
    ['a report', ['report', 'reports/r1'], 'the run folder reports/r1'],
  ] as const)(
    'refuses %s: exit code 6 names who holds it, and no call is made',
    async ([, args, what], { desk }) => {
      const { emulator, program } = await running(desk);
      await desk.write('other.csv', bySeed(FOBS));
      const graph = args[0] === 'run' ? ['--graph-url', emulator.url] : [];

      const { code, stderr, stdout } = await desk.call([...args, ...graph]);

      expect(stderr).toMatch(heldBy(what));
      expect([code, stdout]).toEqual([6, '']);
      expect(emulator.requests()).toHaveLength(1);
      expect(program.isRunning).toBe(true);
      expect(await desk.runs()).not.toContain('r2');
      program.signal('SIGKILL');
      await program.exit;
    },
  );

  test.concurrent('leaves no lock behind', async ({ desk }) => {
    const { program } = await running(desk, 2000);
    expect((await locksIn(desk)).sort()).toEqual(['in.csv.lock', 'reports/r1/.lock']);
    await program.exit;
    expect(await locksIn(desk)).toEqual([]);
  });
});

describe('a run id that is taken by a run that is over', { timeout: 180_000 }, () => {
  test.concurrent('is a slip on the command line: exit code 2', async ({ desk }) => {
    const emulator = await desk.graph(FOBS);
    const input = await desk.write('in.csv', bySeed(FOBS));
    await desk.enrol(emulator, input);

    const { code, stderr } = await desk.call(['run', input, '--graph-url', emulator.url, '--run-id', 'r1']);

    expect([code, await locksIn(desk)]).toEqual([2, []]);
    expect(stderr).toContain('choose another --run-id');
  });
});

describe('the locks of a run that was killed', { timeout: 180_000 }, () => {
  test.concurrent('keep nobody from going on with it, and are gone then', async ({ desk }) => {
    const emulator = await desk.graph(FOBS, {
      faults: [{ when: { nth: 1 }, fault: { kind: 'hang', acts: true } }],
    });
    await killed(desk, emulator, await desk.write('in.csv', bySeed(FOBS)), 1);
    expect(await locksIn(desk)).toHaveLength(2);

    const { code, stderr } = await resume(desk);

    expect([code, await locksIn(desk)]).toEqual([0, []]);
    expect(stderr).not.toContain('seeing whether that is alive');
  });

  test.concurrent('let one of two resumptions at once go on, and tell the other', async ({ desk }) => {
    const emulator = await desk.graph(FOBS, {
      faults: [{ when: { nth: 1 }, fault: { kind: 'hang', acts: true } }],
      latencyMs: 3000,
    });
    await killed(desk, emulator, await desk.write('in.csv', bySeed(FOBS)), 1);

    const both = await Promise.all([1, 2].map(() => desk.call(['resume', 'reports/r1'], { env: {} })));

    expect(both.map(({ code }) => code).sort()).toEqual([0, 6]);
    expect(both.find(({ code }) => code === 6)!.stderr).toContain('the resumption of reports/r1 (process');
    expect((await desk.readRun()).statuses).toEqual(['enrolled', 'enrolled', 'enrolled']);
    const taken = emulator.requests().filter(({ acted }) => acted);
    expect(taken).toHaveLength(3);
  });
});
