import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { encodeLine } from '../../src/journal/journal-line.js';
import type { RunEvent } from '../../src/model/run-event.js';
import { activations, rollout, test, times, toCsv } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';
import { bySeed, called, journaled, killed, resume, started } from './interrupted.js';

/** Graph enrols the token of the third call and never says so. */
const THIRD_IS_CUT = { faults: [{ when: { nth: 3 }, fault: { kind: 'hang', acts: true } as const }] };

describe('a run that is resumed', { timeout: 180_000 }, () => {
  test.concurrent(
    'after SIGKILL: what is done stays, what is in doubt is looked up, the rest is sent',
    async ({ desk }) => {
      const fobs = makeFobs(6);
      const emulator = await desk.graph(fobs, THIRD_IS_CUT);
      await killed(desk, emulator, await desk.write('in.csv', bySeed(fobs)), 3);

      const { code, run, stderr } = await resume(desk);

      expect([code, run.statuses]).toEqual([0, times(6, 'enrolled')]);
      expect(activations(emulator).map(({ serial }) => serial)).toEqual(fobs.map((fob) => fob.serialNumber));
      expect(emulator.requests()[3]).toMatchObject({ method: 'GET' });
      expect(run.summary).toMatchObject({ calls: emulator.requests().length, stopped: null, exitCode: 0 });
      expect(stderr).toContain('2 of 6 rows are done');
    },
  );

  test.concurrent(
    'after SIGKILL: a call that did not reach Graph is sent again, 10 s after it left at the earliest',
    { timeout: 40_000 },
    async ({ desk }) => {
      const fobs = makeFobs(2);
      const emulator = await desk.graph(fobs, { faults: [{ when: { nth: 1 }, fault: { kind: 'hang' } }] });
      await killed(desk, emulator, await desk.write('in.csv', bySeed(fobs)), 1);

      const { code, run } = await resume(desk);

      expect([code, run.statuses]).toEqual([0, times(2, 'enrolled')]);
      const first = activations(emulator)[0]!.serial;
      expect(activations(emulator).filter(({ serial }) => serial === first)).toHaveLength(2);
      // Counted from the intent, which was on disk before the call left.
      const intents = run.journal.filter(({ type, line }) => type === 'intent' && line === 2);
      const lookUp = run.journal.findLast(({ ask }) => ask === 'user_tokens')!;
      expect(lookUp.sentAtMs! - intents[0]!.atMs!).toBeGreaterThanOrEqual(9998);
      expect(intents[1]!.atMs!).toBeGreaterThanOrEqual(lookUp.sentAtMs!);
    },
  );

  test.concurrent('after SIGINT: rows without a turn get theirs', async ({ desk }) => {
    const fobs = makeFobs(4);
    const emulator = await desk.graph(fobs, {
      faults: [{ when: { nth: 1 }, fault: { kind: 'latency', afterMs: 500 } }],
    });
    const program = await started(desk, emulator, await desk.write('in.csv', bySeed(fobs)), 1);
    program.signal('SIGINT');
    expect((await program.exit).code).toBe(130);
    expect((await desk.readRun()).statuses).toEqual(['enrolled', ...times(3, 'not_attempted')]);

    const { code, run } = await resume(desk);

    expect([code, run.statuses]).toEqual([0, times(4, 'enrolled')]);
    expect(activations(emulator).map(({ serial }) => serial)).toEqual(fobs.map((fob) => fob.serialNumber));
    expect(run.recollect.rows).toEqual([]);
    expect(run.summary).toMatchObject({ calls: 4, stopped: null, exitCode: 0 });
  });

  test.concurrent(
    'from another folder: it finds its input, and what is learned goes to its own reports',
    async ({ desk }) => {
      const fobs = makeFobs(4);
      const emulator = await desk.graph(fobs, THIRD_IS_CUT);
      await killed(desk, emulator, await desk.write('in.csv', bySeed(fobs)), 3);

      const { code } = await desk.call(['resume', '.'], { cwd: desk.path('reports/r1') });

      expect([code, (await desk.readRun()).statuses]).toEqual([0, times(4, 'enrolled')]);
      expect((await desk.readRun()).files).toEqual([
        'journal.jsonl',
        'recollect.csv',
        'report.html',
        'results.csv',
        'summary.json',
      ]);
      expect((await desk.runs()).sort()).toEqual(['.pace.json', 'r1']);
    },
  );

  test.concurrent('whose folder was renamed since', async ({ desk }) => {
    const fobs = makeFobs(4);
    const emulator = await desk.graph(fobs, THIRD_IS_CUT);
    await killed(desk, emulator, await desk.write('in.csv', bySeed(fobs)), 3);
    await rename(desk.path('reports/r1'), desk.path('reports/monday'));

    const { code, stderr } = await desk.call(['resume', 'reports/monday/']);

    expect([code, (await desk.readRun('monday')).statuses], stderr).toEqual([0, times(4, 'enrolled')]);
    expect((await desk.runs()).sort()).toEqual(['.pace.json', 'monday']);
  });

  test.concurrent('that is finished makes no call, and needs no input', async ({ desk }) => {
    const fobs = makeFobs(3);
    const emulator = await desk.graph(fobs);
    const before = await desk.enrol(emulator, await desk.write('in.csv', bySeed(fobs)));
    await rm(desk.path('in.csv'));

    const { code, run } = await resume(desk);

    expect([before.code, code]).toEqual([0, 0]);
    expect(emulator.requests()).toHaveLength(3);
    expect([run.results.text, run.summaryText]).toEqual([before.run.results.text, before.run.summaryText]);
  });

  test.concurrent('twice goes on twice', async ({ desk }) => {
    const fobs = makeFobs(6);
    const emulator = await desk.graph(fobs, {
      faults: [{ when: { nth: [2, 5] }, fault: { kind: 'hang', acts: true } }],
    });
    const input = await desk.write('in.csv', bySeed(fobs));
    await killed(desk, emulator, input, 2);
    const second = desk.start(['resume', 'reports/r1']);
    await called(emulator, 5);
    second.signal('SIGKILL');
    await second.exit;

    const { code, run } = await resume(desk);

    expect([code, run.statuses]).toEqual([0, times(6, 'enrolled')]);
    expect(new Set(activations(emulator).map(({ serial }) => serial)).size).toBe(
      activations(emulator).length,
    );
  });

  test.concurrent(
    'whose rows came over standard input: calls in doubt are looked up, others cannot be sent',
    async ({ desk }) => {
      const fobs = makeFobs(5);
      const emulator = await desk.graph(fobs, THIRD_IS_CUT);
      const program = desk.start([
        ...['run', '-', '--graph-url', emulator.url, '--run-id', 'r1', '--concurrency', '1'],
      ]);
      program.write(toCsv(rollout(fobs)));
      program.endInput();
      await called(emulator, 3);
      await journaled(desk, fobs[4]!.serialNumber);
      program.signal('SIGKILL');
      await program.exit;

      const { code, run } = await resume(desk);

      expect([code, run.statuses]).toEqual([3, [...times(3, 'enrolled'), ...times(2, 'not_attempted')]]);
      expect(activations(emulator)).toHaveLength(3);
      expect(run.results.records[3]!['reason']).toContain('it came over standard input');
      expect(run.recollect.rows).toHaveLength(2);
    },
  );

  test.concurrent('is refused where another tenant is signed in to', async ({ desk }) => {
    const fobs = makeFobs(4);
    const emulator = await desk.graph(fobs, THIRD_IS_CUT);
    await killed(desk, emulator, await desk.write('in.csv', bySeed(fobs)), 3);
    await rewriteJournal(desk.path('reports/r1'), (event) =>
      event.type === 'signed_in' ? { ...event, account: `${emulator.url} other-tenant/app` } : event,
    );

    const { code, stderr } = await desk.call(['resume', 'reports/r1']);

    expect(code).toBe(5);
    expect(stderr).toContain('another tenant');
    expect(emulator.requests()).toHaveLength(3);
  });

  test.concurrent('is refused where the folder is none of a run', async ({ desk }) => {
    const { code, stderr } = await desk.call(['resume', 'reports']);
    expect(code).not.toBe(0);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

async function rewriteJournal(folder: string, change: (event: RunEvent) => RunEvent): Promise<void> {
  const path = join(folder, 'journal.jsonl');
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const events = lines.map((line) => (JSON.parse(line) as { event: RunEvent }).event);
  await writeFile(path, events.map((event) => encodeLine(change(event))).join(''));
}
