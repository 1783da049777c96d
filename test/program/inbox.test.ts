import { mkdir, open, readdir, readFile, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Emulator } from '../../src/emulator/index.js';
import { activations, rollout, test, toCsv, type Desk } from '../support/desk.js';
import { makeFobs, wrongCodeOf, type Fob } from '../support/fob.js';
import { modeOf, tableOf } from '../support/run-folder.js';
import { bySeed, called } from './interrupted.js';

const tick = (emulator: Emulator, ...args: string[]): string[] => [
  ...['run', '--inbox', 'in', '--graph-url', emulator.url, ...args],
];

/** An inbox with these files, the first the oldest. */
async function inbox(desk: Desk, files: Readonly<Record<string, string | string[][]>>): Promise<void> {
  await mkdir(desk.path('in'), { recursive: true });
  for (const [at, [name, content]] of Object.entries(files).entries()) {
    const path = desk.path(join('in', name));
    await writeFile(path, typeof content === 'string' ? content : toCsv(content));
    const writtenAt = new Date(Date.now() - 3_600_000 + at * 60_000);
    await utimes(path, writtenAt, writtenAt);
  }
}

/** The one folder that a file was put away into. */
async function putAway(desk: Desk, where: 'done' | 'attention', input: string): Promise<string> {
  const folders = await readdir(desk.path(join('in', where)));
  for (const folder of folders) {
    if ((await readdir(desk.path(join('in', where, folder)))).includes(input))
      return join('in', where, folder);
  }
  throw new Error(`${input} is not in ${where}: ${folders.join(', ')}`);
}

const mistyped = (fob: Fob): string[][] =>
  rollout([fob]).map((row, at) => (at === 0 ? row : row.with(2, wrongCodeOf(fob))));

describe('run --inbox', { timeout: 60_000 }, () => {
  test.concurrent('runs each file and puts it away with its results', async ({ desk }) => {
    const fobs = makeFobs(3);
    const emulator = await desk.graph(fobs);
    await inbox(desk, { 'second.CSV': mistyped(fobs[1]!), 'unusable.csv': 'no,such\ncolumns,here\n' });
    await inbox(desk, { 'first.csv': bySeed([fobs[0]!]) });

    const { code, stderr } = await desk.call(tick(emulator));

    expect([code, stderr]).toEqual([2, expect.stringContaining('unusable.csv')]);
    const done = await putAway(desk, 'done', 'first.csv');
    expect((await readdir(desk.path(done))).filter((name) => name !== 'report.html').sort()).toEqual([
      'first.csv',
      'results.csv',
      'summary.json',
    ]);
    expect(tableOf(await desk.read(join(done, 'results.csv'))).records[0]).toMatchObject({
      status: 'enrolled',
    });
    const attention = await putAway(desk, 'attention', 'second.CSV');
    expect(await readdir(desk.path(attention))).toEqual(
      expect.arrayContaining(['recollect.csv', 'results.csv', 'summary.json']),
    );
    const refused = await putAway(desk, 'attention', 'unusable.csv');
    expect(await desk.read(join(refused, 'refused.txt'))).toMatch(/unusable\.csv, line 1/);
    // An input may hold seeds.
    expect(await modeOf(desk.path(join(done, 'first.csv')))).toBe('600');
    expect((await readdir(desk.path('in'))).sort()).toEqual(['attention', 'done']);
    expect((await desk.call(tick(emulator))).code).toBe(0);
  });

  test.concurrent('the oldest file goes first', async ({ desk }) => {
    const fobs = makeFobs(3);
    const emulator = await desk.graph(fobs);
    await inbox(desk, {
      'z.csv': bySeed([fobs[2]!]),
      'a.csv': bySeed([fobs[0]!]),
      'm.csv': bySeed([fobs[1]!]),
    });
    expect((await desk.call(tick(emulator))).code).toBe(0);
    expect(activations(emulator).map(({ serial }) => serial)).toEqual(['FOB-0003', 'FOB-0001', 'FOB-0002']);
  });

  test.concurrent('an empty inbox is nothing to speak of; none is a mistake', async ({ desk }) => {
    const emulator = await desk.graph([]);
    await inbox(desk, {});
    expect(await desk.call(tick(emulator))).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await desk.files()).toEqual([]);
    expect((await desk.call(['run', '--inbox', 'nowhere', '--graph-url', emulator.url])).code).toBe(2);
  });

  test.concurrent('a file that is still written stays, and is run once it is complete', async ({ desk }) => {
    const fobs = makeFobs(2);
    const emulator = await desk.graph(fobs);
    const csv = toCsv(bySeed(fobs));
    await inbox(desk, { 'growing.csv': csv.slice(0, 40), 'idle.csv': csv.slice(0, 40) });
    // One writer writes on, the other only has its file open still.
    const [growing, idle] = await Promise.all(
      ['growing', 'idle'].map((name) => open(desk.path(`in/${name}.csv`), 'a')),
    );
    const writing = setInterval(() => void growing!.write('\n'), 200);
    const early = await desk.call(tick(emulator));
    clearInterval(writing);

    expect([early.code, emulator.requests()]).toEqual([0, []]);
    expect(early.stderr).toContain('growing.csv is still being written: left for the next time.\n');
    expect(early.stderr).toContain('idle.csv is still being written: left for the next time.\n');
    await growing!.close();
    await idle!.write(csv.slice(40));
    await idle!.close();
    await writeFile(desk.path('in/growing.csv'), csv);
    expect((await desk.call(tick(emulator))).code).toBe(0);
    expect(activations(emulator).filter(({ acted }) => acted)).toHaveLength(2);
    await putAway(desk, 'done', 'growing.csv');
    await putAway(desk, 'done', 'idle.csv');
  });

  test.concurrent('names of files under way, links and folders are left alone', async ({ desk }) => {
    const fobs = makeFobs(1);
    const emulator = await desk.graph(fobs);
    const csv = bySeed(fobs);
    const names = ['.hidden.csv', '~$open.csv', 'x.csv.tmp', 'x.csv.part', '.~lock.x.csv', 'notes.txt'];
    await inbox(desk, Object.fromEntries(names.map((name) => [name, csv])));
    await mkdir(desk.path('in/folder.csv'));
    await desk.write('elsewhere.csv', csv);
    await symlink(desk.path('elsewhere.csv'), desk.path('in/link.csv'));

    const before = await desk.files();
    expect(await desk.call(tick(emulator))).toEqual({ code: 0, stdout: '', stderr: '' });
    expect([await desk.files(), emulator.requests()]).toEqual([before, []]);
  });

  test.concurrent('killed in the middle, the next time goes on with that run', async ({ desk }) => {
    const fobs = makeFobs(4);
    const emulator = await desk.graph(fobs, {
      faults: [{ when: { nth: 2 }, fault: { kind: 'hang', acts: true } }],
    });
    await inbox(desk, { 'x.csv': bySeed(fobs) });
    const program = desk.start(tick(emulator, '--concurrency', '1'));
    await called(emulator, 2);
    program.signal('SIGKILL');
    await program.exit;
    expect(await readdir(desk.path('in'))).toContain('x.csv');

    expect((await desk.call(tick(emulator))).code).toBe(0);

    expect(activations(emulator)).toHaveLength(4);
    const runs = (await desk.runs()).filter((name) => !name.startsWith('.'));
    expect(runs).toHaveLength(1);
    await putAway(desk, 'done', 'x.csv');
  });

  test.concurrent(
    'killed before it was put away, it is put away the next time, without a call',
    async ({ desk }) => {
      const fobs = makeFobs(2);
      const emulator = await desk.graph(fobs);
      await inbox(desk, { 'x.csv': bySeed(fobs) });
      // As a tick leaves it that is killed when its run has ended.
      expect((await desk.enrol(emulator, desk.path('in/x.csv'))).code).toBe(0);
      const calls = emulator.requests().length;

      expect((await desk.call(tick(emulator))).code).toBe(0);

      expect(emulator.requests()).toHaveLength(calls);
      expect(await putAway(desk, 'done', 'x.csv')).toBe('in/done/r1');
      expect(await desk.read('reports/r1/moved.json')).toContain('done/r1/x.csv');
    },
  );

  test.concurrent(
    'a file that comes back is a new run, and puts nothing over what is there',
    async ({ desk }) => {
      const fobs = makeFobs(1);
      const emulator = await desk.graph(fobs);
      for (const [times, seen] of [1, 2].entries()) {
        await inbox(desk, { 'x.csv': bySeed(fobs) });
        await utimes(desk.path('in/x.csv'), 1_790_000_000, 1_790_000_000);
        expect((await desk.call(tick(emulator))).code).toBe(0);
        expect(await readdir(desk.path('in/done'))).toHaveLength(times + 1);
        expect((await desk.runs()).filter((name) => !name.startsWith('.'))).toHaveLength(seen);
      }
    },
  );

  test.concurrent(
    'Graph out of reach: files stay for the next time, and the others are not tried',
    async ({ desk }) => {
      const fobs = makeFobs(2);
      await inbox(desk, { 'a.csv': bySeed([fobs[0]!]), 'b.csv': bySeed([fobs[1]!]) });
      const { code } = await desk.call(['run', '--inbox', 'in', '--graph-url', 'http://127.0.0.1:9/beta']);
      expect([code, (await readdir(desk.path('in'))).sort()]).toEqual([5, ['a.csv', 'b.csv']]);
      expect((await desk.runs()).filter((name) => !name.startsWith('.'))).toHaveLength(1);
    },
  );

  test.concurrent('of two at once, one leaves the file that the other holds', async ({ desk }) => {
    const fobs = makeFobs(2);
    const emulator = await desk.graph(fobs, { faults: [{ fault: { kind: 'latency', afterMs: 9000 } }] });
    await inbox(desk, { 'x.csv': bySeed(fobs) });
    const first = desk.start(tick(emulator, '--concurrency', '1'));
    await called(emulator, 1);
    const second = await desk.call(tick(emulator));
    expect([second.code, second.stderr]).toEqual([6, expect.stringContaining('another run holds')]);
    expect((await first.exit).code).toBe(0);
    expect(activations(emulator)).toHaveLength(2);
  });

  test.concurrent.for<[args: string[], says: RegExp]>([
    [[], /name one input/],
    [['x.csv', '--inbox', 'in'], /name one input/],
    [['--inbox', 'in', '--run-id', 'r'], /--run-id/],
    [['--inbox', 'in', '--dry-run', '--offline'], /--dry-run/],
    [['--inbox', 'in', '--auth', 'device-code'], /asks a person/],
    [['--inbox', 'in', '--auth', 'browser'], /asks a person/],
  ])('%j is refused', async ([args, says], { desk }) => {
    const { code, stderr } = await desk.call(['run', ...args]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(says)]);
  });
});

test(
  'a row that came while its file was run keeps the file in the inbox',
  { timeout: 60_000 },
  async ({ desk }) => {
    const fobs = makeFobs(3);
    const emulator = await desk.graph(fobs, {
      faults: [{ when: { nth: 1 }, fault: { kind: 'latency', afterMs: 1500 } }],
    });
    await inbox(desk, { 'x.csv': bySeed(fobs.slice(0, 2)) });
    const program = desk.start(tick(emulator, '--concurrency', '1'));
    await called(emulator, 1);
    const { serialNumber, user, secretKey } = fobs[2]!;
    await writeFile(desk.path('in/x.csv'), `${serialNumber},${user},${secretKey}\n`, { flag: 'a' });
    const { code, stderr } = await program.exit;
    expect([code, stderr]).toEqual([0, expect.stringContaining('x.csv was changed while it was run')]);
    expect((await desk.call(tick(emulator))).code).toBe(0);
    expect(activations(emulator).map(({ serial }) => serial)).toEqual(fobs.map((fob) => fob.serialNumber));
    await putAway(desk, 'done', 'x.csv');
    expect(await readFile(desk.path('in/x.csv')).catch(() => 'gone')).toBe('gone');
  },
);

test(
  'what another run has put away meanwhile is told of, and is no fault',
  { timeout: 60_000 },
  async ({ desk }) => {
    const fobs = makeFobs(2);
    const emulator = await desk.graph(fobs, {
      faults: [{ when: { nth: 1 }, fault: { kind: 'latency', afterMs: 1500 } }],
    });
    await inbox(desk, { 'x.csv': bySeed([fobs[0]!]), 'y.csv': bySeed([fobs[1]!]) });
    const program = desk.start(tick(emulator));
    await called(emulator, 1);
    for (const name of ['x.csv', 'y.csv']) await rename(desk.path(join('in', name)), desk.path(name));
    const { code, stderr } = await program.exit;
    expect([code, stderr]).toEqual([0, expect.stringContaining('x.csv is gone from the inbox')]);
    expect(stderr).toContain('y.csv is gone from the inbox');
    expect(activations(emulator).map(({ serial }) => serial)).toEqual(['FOB-0001']);
    expect(await readdir(desk.path('in'))).toEqual([]);
  },
);
