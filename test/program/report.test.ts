import { mkdir, readFile, rm } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { HEADER, rollout, rowOf, test, type Desk } from '../support/desk.js';
import { makeFobs, wrongCodeOf, type Fob } from '../support/fob.js';
import { bySeed, killed, resume, started } from './interrupted.js';

const FILES = ['results.csv', 'recollect.csv', 'summary.json', 'report.html'] as const;

const filesOf = (desk: Desk): Promise<string[]> =>
  Promise.all(FILES.map((name) => desk.read(`reports/r1/${name}`)));

async function removeFiles(desk: Desk): Promise<void> {
  for (const name of FILES) await rm(desk.path(`reports/r1/${name}`));
}

const report = (desk: Desk, options = {}) => desk.call(['report', 'reports/r1', '--json'], options);
/** A page holds the text of a function: only the built program writes what the built program wrote. */
const APART = { env: {} };

describe('results that are written again from the journal', { timeout: 180_000 }, () => {
  test.concurrent(
    'are to the byte those that the run wrote, and the exit code is its own',
    async ({ desk }) => {
      const fobs = makeFobs(5);
      const emulator = await desk.graph(fobs);
      const rows = rollout(fobs);
      rows[2]![2] = wrongCodeOf(fobs[1]!);
      rows[3]![2] = 'none';
      const { code } = await desk.enrol(emulator, await desk.write('in.csv', rows));
      const written = await filesOf(desk);
      const calls = emulator.requests().length;
      await removeFiles(desk);
      await rm(desk.path('in.csv'));

      const again = await report(desk);

      expect(await filesOf(desk)).toEqual(written);
      expect([again.code, again.stdout]).toEqual([code, written[2]]);
      expect(code).toBe(4);
      expect(emulator.requests()).toHaveLength(calls);
    },
  );

  test.concurrent('so are those of a run that was interrupted, and of its resumption', async ({ desk }) => {
    const fobs = makeFobs(4);
    const emulator = await desk.graph(fobs, {
      faults: [{ when: { nth: 1 }, fault: { kind: 'latency', afterMs: 500 } }],
    });
    const program = await started(desk, emulator, await desk.write('in.csv', bySeed(fobs)), 1);
    program.signal('SIGTERM');
    await program.exit;
    for (const exitCode of [143, 0]) {
      if (exitCode === 0) await desk.call(['resume', 'reports/r1'], APART);
      const written = await filesOf(desk);
      await removeFiles(desk);
      expect((await report(desk, APART)).code).toBe(exitCode);
      expect(await filesOf(desk)).toEqual(written);
    }
  });

  test.concurrent('after SIGKILL: tell of every row what is known, the same each time', async ({ desk }) => {
    const fobs = makeFobs(5);
    const emulator = await desk.graph(fobs, {
      faults: [{ when: { nth: 3 }, fault: { kind: 'hang', acts: true } }],
    });
    await killed(desk, emulator, await desk.write('in.csv', bySeed(fobs)), 3);

    const first = await report(desk);
    const written = await filesOf(desk);
    const second = await report(desk);

    const run = await desk.readRun();
    expect([first.code, second.code]).toEqual([4, 4]);
    expect(await filesOf(desk)).toEqual(written);
    expect(run.statuses).toEqual(['enrolled', 'enrolled', 'unresolved', 'not_attempted', 'not_attempted']);
    expect(run.summary).toMatchObject({ stopped: 'it was cut off', calls: 3 });
    expect(emulator.requests()).toHaveLength(3);
  });

  test.concurrent('after SIGKILL and a report, the run can be resumed all the same', async ({ desk }) => {
    const fobs = makeFobs(4);
    const emulator = await desk.graph(fobs, {
      faults: [{ when: { nth: 3 }, fault: { kind: 'hang', acts: true } }],
    });
    await killed(desk, emulator, await desk.write('in.csv', bySeed(fobs)), 3);
    await report(desk);

    const { code, run } = await resume(desk);

    expect([code, run.statuses]).toEqual([0, Array(4).fill('enrolled')]);
  });

  test.concurrent('where the page cannot be written the results stand, and it is said', async ({ desk }) => {
    const fobs = makeFobs(2);
    const emulator = await desk.graph(fobs);
    const { stdout } = await desk.enrol(emulator, await desk.write('in.csv', rollout(fobs)));
    expect(stdout).toContain('A page with the pictures: reports/r1/report.html\n');
    const written = await filesOf(desk);
    await removeFiles(desk);
    await mkdir(desk.path('reports/r1/report.html'));

    const { code, stdout: said, stderr } = await desk.call(['report', 'reports/r1']);

    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^report\.html cannot be written: .*The results are complete.*oath-enroll report reports\/r1/,
    );
    expect(said).not.toContain('A page');
    const texts = FILES.slice(0, 3).map((name) => desk.read(`reports/r1/${name}`));
    expect(await Promise.all(texts)).toEqual(written.slice(0, 3));
  });
});

test('the journal says from when until when a code lives, and nothing of the kind of a seed', async ({
  desk,
}) => {
  const [coded, seeded] = makeFobs(2) as [Fob, Fob];
  const readAtMs = Math.floor(Date.now() / 1000) * 1000;
  const input = await desk.write('in.csv', [
    [...HEADER, 'seed'],
    [...rowOf(coded, readAtMs), ''],
    [seeded.serialNumber, seeded.user, '', '', seeded.secretKey],
  ]);
  await desk.enrol(await desk.graph([coded, seeded]), input);
  const journal = await readFile(desk.path('reports/r1/journal.jsonl'), 'utf8');
  const lives = journal.match(/"type":"intent".*/g)!.map((line) => /"life":(\{.*?\})/.exec(line)?.[1]);
  // Its own step of 30 s, and one more.
  const deadlineMs = (Math.floor(readAtMs / 30_000) + 2) * 30_000;
  expect(lives.sort()).toEqual([JSON.stringify({ collectedAtMs: readAtMs, deadlineMs }), undefined]);
});
