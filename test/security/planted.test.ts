import { chmod, chown, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { Journal } from '../../src/journal/journal.js';
import { EarlierRuns } from '../../src/run/memory/earlier-runs.js';
import { inputFile } from '../../src/run/input.js';
import { appendOwn, readOwn } from '../../src/run/memory/own-file.js';
import { PaceMemory } from '../../src/run/memory/pace-memory.js';
import { putAway } from '../../src/run/inbox/put-away.js';
import { activations, rollout, test } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';
import { modeOf } from '../support/run-folder.js';

const ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;

describe('what somebody laid in the way of a run', { timeout: 60_000 }, () => {
  test.concurrent('a link in the place of a lock is not followed', async ({ desk }) => {
    const input = await desk.write('in.csv', rollout(makeFobs(1)));
    await desk.write('victim', 'theirs');
    await symlink(desk.path('victim'), desk.path('in.csv.lock'));
    const emulator = await desk.graph([]);
    const before = await stat(desk.path('victim'));
    const exit = await desk.call(['run', input, '--graph-url', emulator.url]);
    expect([exit.code, exit.stderr]).toEqual([5, expect.stringContaining('in.csv cannot be locked')]);
    expect((await stat(desk.path('victim'))).mtimeMs).toBe(before.mtimeMs);
    expect(await desk.read('victim')).toBe('theirs');
  });

  test.concurrent(
    'links in the reports folder lead nowhere, and what they lead to is not touched',
    async ({ desk }) => {
      const fobs = makeFobs(2, { timeIntervalInSeconds: 60 });
      const emulator = await desk.graph(fobs);
      await mkdir(desk.path('reports'));
      for (const name of ['.enrolled.jsonl', '.pace.json']) {
        await desk.write(`victim${name}`, 'theirs\n');
        await symlink(desk.path(`victim${name}`), desk.path(`reports/${name}`));
      }
      const once = ['--interval', '60'];
      await desk.enrol(emulator, await desk.write('in.csv', rollout([fobs[0]!])), once, 'r1');
      const exit = await desk.enrol(emulator, await desk.write('in.csv', rollout([fobs[1]!])), once, 'r2');
      expect([exit.code, activations(emulator).length]).toEqual([0, 2]);
      expect(await desk.read('victim.enrolled.jsonl')).toBe('theirs\n');
      expect(await desk.read('victim.pace.json')).toBe('theirs\n');
      expect(await modeOf(desk.path('reports/.pace.json'))).toBe('600');
    },
  );

  test.concurrent('a link in the place of a run folder is a name that is taken', async ({ desk }) => {
    const input = await desk.write('in.csv', rollout(makeFobs(1)));
    await mkdir(desk.path('elsewhere'));
    await mkdir(desk.path('reports'));
    await symlink(desk.path('elsewhere'), desk.path('reports/r1'));
    const emulator = await desk.graph([]);
    const exit = await desk.call(['run', input, '--graph-url', emulator.url, '--run-id', 'r1']);
    expect([exit.code, exit.stderr]).toEqual([2, expect.stringContaining('exists already')]);
    expect((await desk.files()).filter((name) => name.startsWith('elsewhere'))).toEqual([]);
  });

  test('a link in the place of a journal is not written to', async ({ desk }) => {
    await desk.write('victim', 'theirs\n');
    await symlink(desk.path('victim'), desk.path('journal.jsonl'));
    for (const opened of [
      () => Journal.create(desk.path('journal.jsonl')),
      () => Journal.append(desk.path('journal.jsonl'), 0),
    ])
      await expect(opened()).rejects.toMatchObject({ code: 'journal' });
    expect(await desk.read('victim')).toBe('theirs\n');
  });

  test('a link in the place of done keeps a file in the inbox', async ({ desk }) => {
    await mkdir(desk.path('elsewhere'));
    await symlink(desk.path('elsewhere'), desk.path('done'));
    await desk.write('x.csv', 'serialNumber\nA\n');
    const file = await inputFile(desk.path('x.csv'));
    await expect(putAway(file, desk.path('done'), { refusal: '', id: 'x' })).rejects.toThrow('it is a link');
    expect(await desk.files()).toEqual(['x.csv']);
  });

  test('a link that took the place of a file since does not have its target’s mode changed', async ({
    desk,
  }) => {
    await desk.write('victim', 'theirs');
    await chmod(desk.path('victim'), 0o644);
    await symlink(desk.path('victim'), desk.path('x.csv'));
    await putAway(await inputFile(desk.path('x.csv')), desk.path('done'), { refusal: '', id: 'x' });
    expect(await modeOf(desk.path('victim'))).toBe('644');
  });
});

describe('what others could have written is not believed', () => {
  const LINE = {
    tenant: 'https://graph.microsoft.com/beta t1',
    serialNumber: 'S1',
    user: 'a@b.example',
    run: 'r0',
  };
  const row = { serialNumber: 'S1', user: 'a@b.example' };
  const pace = { version: 1, paces: { k: { learnedAtMs: 0, closedUntilMs: 9e15 } } };

  async function plant(folder: string, mode: number, owner?: number): Promise<void> {
    for (const [name, text] of [
      ['.enrolled.jsonl', `${JSON.stringify(LINE)}\n`],
      ['.pace.json', JSON.stringify(pace)],
    ] as const) {
      await writeFile(`${folder}/${name}`, text);
      await chmod(`${folder}/${name}`, mode);
      if (owner !== undefined) await chown(`${folder}/${name}`, owner, owner);
    }
  }

  async function believed(folder: string, modeOfRun = 0o700): Promise<unknown[]> {
    const run = `${folder}/now`;
    await mkdir(run);
    await chmod(run, modeOfRun);
    const earlier = await EarlierRuns.read(run, `${LINE.tenant}/a1`);
    const memory = new PaceMemory(folder, run, () => 0);
    return [earlier.runThatEnrolled(row), (await memory.recall('k')).closedUntilMs];
  }

  test('control: one’s own is', async ({ desk }) => {
    await plant(desk.folder, 0o600);
    expect(await believed(desk.folder)).toEqual(['r0', 9e15]);
  });

  test.for(['666', '620', '602'])('mode %s', async (mode, { desk }) => {
    await plant(desk.folder, parseInt(mode, 8));
    expect(await believed(desk.folder)).toEqual([undefined, undefined]);
  });

  test('control: where the run’s own folder looks no better, as on a share without modes', async ({
    desk,
  }) => {
    await plant(desk.folder, 0o777);
    expect(await believed(desk.folder, 0o777)).toEqual(['r0', 9e15]);
  });

  test('of another user, where a test may make such a file', async ({ desk }) => {
    await plant(desk.folder, 0o600, ROOT ? NOBODY : undefined);
    expect(await believed(desk.folder)).toEqual(ROOT ? [undefined, undefined] : ['r0', 9e15]);
  });

  test('nor added to', async ({ desk }) => {
    await writeFile(desk.path('f'), 'theirs\n');
    await chmod(desk.path('f'), 0o666);
    await appendOwn(desk.path('f'), 'ours\n', desk.folder);
    expect([await readFile(desk.path('f'), 'utf8'), await readOwn(desk.path('f'), desk.folder)]).toEqual([
      'theirs\n',
      '',
    ]);
    await appendOwn(desk.path('new'), 'ours\n', desk.folder);
    expect([await readOwn(desk.path('new'), desk.folder), await modeOf(desk.path('new'))]).toEqual([
      'ours\n',
      '600',
    ]);
  });
});

test('a reports folder that a run makes is its owner’s alone', async ({ desk }) => {
  const input = await desk.write('in.csv', rollout(makeFobs(1)));
  await desk.call(['run', input, '--dry-run', '--offline', '--run-id', 'r1']);
  expect([await modeOf(desk.path('reports')), await modeOf(desk.path('reports/r1'))]).toEqual(['700', '700']);
});
