import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { HEADER, rollout, rowOf, test } from '../support/desk.js';
import { codeOf, makeFobs, wrongCodeOf, type Fob } from '../support/fob.js';
import { modeOf, RESULT_COLUMNS } from '../support/run-folder.js';

const OFFLINE = ['--dry-run', '--offline'];
const TEN_MINUTES_MS = 600_000;

describe('the folder of a run', () => {
  test.concurrent('has its files, for their owner alone', async ({ desk }) => {
    const fobs = makeFobs(2);
    const input = await desk.write('in.csv', rollout(fobs));

    const { run } = await desk.enrol(await desk.graph(fobs), input, ['--log', 'run.log']);

    expect(run.files).toEqual([
      'journal.jsonl',
      'recollect.csv',
      'report.html',
      'results.csv',
      'summary.json',
    ]);
    const modes = await Promise.all(run.files.map((name) => modeOf(join(run.path, name))));
    expect(modes).toEqual(['600', '600', '600', '600', '600']);
    expect([await modeOf(run.path), await modeOf(desk.path('run.log'))]).toEqual(['700', '600']);
  });

  test.concurrent(
    'is named after UTC time and input, and a second one does not fall into the first',
    async ({ desk }) => {
      const input = await desk.write('wave 1.csv', rollout(makeFobs(1)));
      const codes = [
        await desk.call(['run', input, ...OFFLINE]),
        await desk.call(['run', input, ...OFFLINE]),
      ];
      expect(codes.map(({ code }) => code)).toEqual([0, 0]);
      const runs = await desk.runs();
      expect(runs).toHaveLength(2);
      for (const name of runs) expect(name).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-wave-1(-2)?$/);
    },
  );

  test.concurrent(
    'results.csv: the input’s columns with code and seed blanked, then ours',
    async ({ desk }) => {
      const [enrolled, rejected, seeded] = makeFobs(3) as [Fob, Fob, Fob];
      const now = new Date().toISOString();
      const emulator = await desk.graph([enrolled, rejected, seeded], { refusals: 'plain' });
      const input = await desk.write('in.csv', [
        ['Site', 'OTP', 'Token Serial', 'seed', 'UPN', 'timestamp', 'Note'],
        ['Köln', codeOf(enrolled), enrolled.serialNumber, '', enrolled.user, now, 'a, "b"\nc'],
        ['東京', wrongCodeOf(rejected), rejected.serialNumber, '', rejected.user, now, ''],
        ['Łódź', '', seeded.serialNumber, seeded.secretKey, seeded.user, '', ' x '],
      ]);

      const { run } = await desk.enrol(emulator, input);

      const { header, rows, records } = run.results;
      expect(header).toEqual([
        'Site',
        'OTP',
        'Token Serial',
        'seed',
        'UPN',
        'timestamp',
        'Note',
        ...RESULT_COLUMNS,
      ]);
      expect(rows.map((row) => row.slice(0, 7))).toEqual([
        ['Köln', '', enrolled.serialNumber, '', enrolled.user, now, 'a, "b"\nc'],
        ['東京', '', rejected.serialNumber, '', rejected.user, now, ''],
        ['Łódź', '', seeded.serialNumber, '', seeded.user, '', ' x '],
      ]);
      expect(records).toMatchObject([
        {
          status: 'enrolled',
          needsRecollection: 'no',
          reason: '',
          httpStatus: '204',
          attempts: '1',
          line: '2',
        },
        {
          ...{
            status: 'code_rejected',
            needsRecollection: 'yes',
            httpStatus: '400',
            attempts: '1',
            line: '4',
          },
          graphErrorCode: 'invalidVerificationCode',
        },
        { status: 'enrolled', needsRecollection: 'no', attempts: '1', line: '5' },
      ]);
      for (const { completedAt, graphRequestId } of records) {
        expect(Date.parse(completedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(now));
        expect(graphRequestId).toMatch(/^[0-9a-f-]{36}$/);
      }
    },
  );

  test.concurrent('recollect.csv: filled in and run as it is, it enrols everybody', async ({ desk }) => {
    const fobs = makeFobs(6);
    const readLongAgo = fobs.map((fob) => rowOf(fob, Date.now() - TEN_MINUTES_MS));
    const rows = readLongAgo.map((row, at) => (at === 0 ? rowOf(fobs[0]!) : row));
    const emulator = await desk.graph(fobs);
    const input = await desk.write('in.csv', [
      [...HEADER, 'Desk'],
      ...rows.map((row, at) => [...row, `=desk ${at}`]),
    ]);
    const first = await desk.enrol(emulator, input, [], 'r1');
    expect(first.run.recollect.header).toEqual([...HEADER, 'Desk']);
    expect(first.run.recollect.rows).toEqual(
      rows.slice(1).map(([serial, user], at) => [serial, user, '', '', `'=desk ${at + 1}`]),
    );

    const filled = first.run.recollect.rows.map((row) => {
      const fob = fobs.find(({ serialNumber }) => serialNumber === row[0])!;
      return [...rowOf(fob), row[4]!];
    });
    const path = join('reports', 'r1', 'recollect.csv');
    await desk.write(path, [[...first.run.recollect.header], ...filled]);
    const { code, run } = await desk.enrol(emulator, path, [], 'r2');

    expect([first.code, code]).toEqual([3, 0]);
    expect(run.statuses).toEqual(filled.map(() => 'enrolled'));
    expect(run.results.rows.map((row) => row[4])).toEqual(filled.map((row) => row[4]));
    expect(run.recollect.rows).toEqual([]);
  });

  test.concurrent('--json prints summary.json and nothing else; --quiet prints nothing', async ({ desk }) => {
    const fobs = makeFobs(2);
    const emulator = await desk.graph(fobs);
    const input = await desk.write('in.csv', rollout(fobs));

    const { run, ...json } = await desk.enrol(emulator, input, ['--json']);
    const quiet = await desk.enrol(emulator, input, ['--quiet'], 'r2');

    expect([json.stdout, json.stderr]).toEqual([run.summaryText, '']);
    expect([quiet.stdout, quiet.stderr, quiet.code]).toEqual(['', '', 0]);
    expect(Object.keys(run.summary)).toEqual(
      expect.arrayContaining([
        ...['runId', 'folder', 'rows', 'counts', 'needsRecollection', 'calls', 'refusals', 'waitedMs'],
        ...['startedAt', 'finishedAt', 'exitCode', 'options'],
      ]),
    );
    expect(run.summary).toMatchObject({
      ...{ runId: 'r1', folder: join('reports', 'r1'), rows: 2, needsRecollection: 0, calls: 2, refusals: 0 },
      exitCode: 0,
    });
    expect(run.summary.counts).toEqual({
      ...{ enrolled: 2, already_enrolled: 0, expired: 0, code_rejected: 0, not_attempted: 0 },
      ...{ failed: 0, invalid: 0, duplicate: 0, unresolved: 0, would_enroll: 0 },
    });
  });

  test.concurrent(
    '--verbose tells of each row, and --log appends what happens as JSON lines',
    async ({ desk }) => {
      const fobs = makeFobs(2);
      const input = await desk.write('in.csv', rollout(fobs));
      await writeFile(desk.path('run.log'), '{"earlier":"line"}\n');

      const { stderr } = await desk.enrol(await desk.graph(fobs), input, ['--verbose', '--log', 'run.log']);

      expect(stderr).toMatch(/line 2: enrolled\n/);
      expect(stderr).toMatch(/line 3: enrolled\n/);
      const lines = (await readFile(desk.path('run.log'), 'utf8')).trimEnd().split('\n');
      const logged = lines.map((line) => JSON.parse(line) as { earlier?: string; msg?: string });
      expect(logged[0]).toEqual({ earlier: 'line' });
      expect(logged.filter(({ msg }) => msg === 'outcome')).toHaveLength(2);
    },
  );

  test.concurrent(
    'journal.jsonl: an intent stands before each call and an outcome after it',
    async ({ desk }) => {
      const fobs = makeFobs(3);
      const input = await desk.write('in.csv', rollout(fobs));

      const { run } = await desk.enrol(await desk.graph(fobs), input);

      expect(run.journal[0]?.type).toBe('run');
      expect(run.journal.at(-1)?.type).toBe('end');
      for (const line of [2, 3, 4]) {
        const life = run.journal.filter((event) => event.line === line).map(({ type }) => type);
        expect(life).toEqual(['row', 'intent', 'answer', 'outcome']);
      }
    },
  );
});
