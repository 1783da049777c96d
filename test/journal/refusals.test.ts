import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeLine } from '../../src/journal/journal-line.js';
import { Journal } from '../../src/journal/journal.js';
import { Replay } from '../../src/journal/replay.js';
import { intent } from './events.js';
import { errno, FakeDisk } from './fake-disk.js';
import { openIn } from './open-in.js';

const PATH = 'run/journal.jsonl';
const RESUME = 'go on with "oath-enroll resume" and the run folder';

type Step = 'create' | 'reopen' | 'append' | 'sync' | 'close';

/** What a user is told where the disk fails at a step. */
async function toldAt(step: Step, code: string): Promise<string> {
  const disk = new FakeDisk((one) => {
    if (one === step) throw errno(code);
  });
  const act = async (): Promise<void> => {
    const journal = await (step === 'reopen' ? Journal.append(PATH, 0, disk) : Journal.create(PATH, disk));
    journal.write(intent(1));
    await journal.synced().catch(() => undefined);
    await journal.close();
  };
  return act().then(
    () => 'nothing',
    (error: unknown) => String(error),
  );
}

describe('a disk that fails', () => {
  it.each<[Step, string]>([
    ['append', 'written'],
    ['sync', 'written'],
    ['close', 'closed'],
  ])('at %s, in the middle of a run, is told with how to go on', async (step, verb) => {
    const text = await toldAt(step, 'EIO');
    expect(text).toBe(
      `${PATH}: the journal cannot be ${verb}: EIO: no luck. ` +
        `Nothing is sent without it, so the run stopped; mend that, then ${RESUME}`,
    );
  });

  it.each<[Step, string]>([
    ['create', 'created'],
    ['reopen', 'continued'],
  ])('at %s has left no run to go on with', async (step, verb) => {
    expect(await toldAt(step, 'EIO')).toBe(`${PATH}: the journal cannot be ${verb}: EIO: no luck`);
  });

  it.each([
    ['ENOSPC', 'the disk is full'],
    ['EDQUOT', 'the disk quota is used up'],
    ['EACCES', 'its file or folder is not open to this account'],
    ['EEXIST', 'it exists already, and no run writes over the journal of another'],
    ['ENOENT', 'there is no such file or folder'],
    ['ELOOP', 'a link stands in its place'],
  ])('with %s is told in plain words', async (code, words) => {
    expect(await toldAt('create', code)).toBe(`${PATH}: the journal cannot be created: ${words}`);
  });

  it('by taking a part of the bytes says how many', async () => {
    const disk = new FakeDisk(undefined, () => 7);
    const journal = await Journal.create(PATH, disk);
    journal.write(intent(1));
    const { length } = encodeLine(intent(1));
    await expect(journal.synced()).rejects.toThrow(`written: the disk took 7 of ${length} bytes. `);
  });
});

describe('a file that is not as a journal was left', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oath-enroll-refusals-'));
    path = join(folder, 'journal.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is not gone on with where it is a link, and what it leads to is left as it was', async () => {
    const victim = join(folder, 'victim');
    await writeFile(victim, 'theirs');
    await symlink(victim, path);
    await expect(Journal.append(path, 0)).rejects.toThrow('a link stands in its place');
    expect(await readFile(victim, 'utf8')).toBe('theirs');
  });

  it('is not gone on with where it became shorter, with both sizes', async () => {
    await writeFile(path, 'short');
    await expect(Journal.append(path, 6)).rejects.toThrow('it has 5 bytes, fewer than the 6 just read');
  });

  const line = encodeLine(intent(1));
  const { length } = line;
  const HEAD = '{"v":1,"crc":"';

  async function toldOf(text: string): Promise<string> {
    await writeFile(path, text);
    const read = async (): Promise<string> => {
      for await (const event of new Replay(path)) expect(event).toEqual(intent(1));
      return 'nothing';
    };
    return read().catch((error: unknown) => String(error));
  }

  it.each([
    ['begins otherwise', 'x'.repeat(80), 'it does not begin as a record does'],
    ['names a format later on', `x{"v":9,"crc":"00000000"}`, 'it does not begin as a record does'],
    ['begins almost so', '{"v":1,"sum":"00000000"}', 'it does not begin as a record does'],
    ['has no format', '{"v":none}', 'it does not begin as a record does'],
    [
      'is laid out otherwise',
      line.replace('"event"', '"evemt"').trimEnd(),
      'it is not laid out as it was written',
    ],
    ['ends otherwise', `${line.slice(0, -2)}]`, 'it is not laid out as it was written'],
    [
      'has other contents',
      line.replace('"attempt":1', '"attempt":2').trimEnd(),
      'its checksum does not match',
    ],
  ])('is damaged, with place and reason, where a line %s', async (_, damaged, why) => {
    expect(await toldOf(`${line}${damaged}\n${line}`)).toBe(
      `${path}, line 2: the journal is damaged from byte ${length} on (${why}), so it no longer proves what was sent. ` +
        'Restore it from a copy, or check the tokens with "oath-enroll status" and start a new run.',
    );
  });

  it('is damaged where a newline is lost before the last record, torn or not', async () => {
    const from = `line 2: the journal is damaged from byte ${length} on`;
    expect(await toldOf(`${line}${HEAD}${line}`)).toContain(`${from} (it is not laid out as it was written)`);
    expect(await toldOf(`${line}${HEAD}${line.slice(0, -1)}`)).toContain(`${from} (its end is missing)`);
  });

  it('is whole where its last record was torn, and that stands behind the head of another', async () => {
    for (const cut of [20, 40, -2]) {
      expect(await toldOf(`${line}${HEAD}${line.slice(0, cut)}`)).toBe('nothing');
    }
  });

  it('is of another version where an event has something else in it, with the place', async () => {
    const sealed = (json: string): string =>
      `${HEAD}${crc32(json).toString(16).padStart(8, '0')}","event":${json}}\n`;
    const life =
      '{"type":"intent","line":1,"attempt":1,"atMs":1,"life":{"collectedAtMs":"x","deadlineMs":1}}';
    expect(await toldOf(sealed(life))).toContain('(its event has an unknown shape at "life.collectedAtMs")');
    expect(await toldOf(sealed('7'))).toContain('(its event has an unknown shape)');
  });

  it('is no journal where there is none', async () => {
    const read = async (): Promise<unknown> => new Replay(path)[Symbol.asyncIterator]().next();
    await expect(read()).rejects.toThrow('the journal cannot be read: there is no such file or folder');
  });

  it('is left closed, whatever was read or refused', async () => {
    const { append, create } = { append: Journal.append.bind(Journal), create: Journal.create.bind(Journal) };
    await (await create(path)).close();
    await expect(create(path)).rejects.toThrow('exists already');
    await expect(append(path, 6)).rejects.toThrow('it has 0 bytes');
    await (await append(path, 0)).close();
    expect(await openIn(folder)).toEqual([]);
  });

  it('is damaged where a line has no end for 16 MiB, in whatever line that is', async () => {
    const text = await toldOf(line + 'x'.repeat(17 * 2 ** 20));
    expect(text).toMatch(`line 2: the journal is damaged from byte ${length} on (it has no end)`);
  });

  it('is of another version where its format is higher, or it holds what this one does not know', async () => {
    const text = await toldOf(`${line}{"v":12,"crc":"00000000","event":{}}\n`);
    expect(text).toBe(
      `${path}, line 2: the record at byte ${length} was written by another version of oath-enroll ` +
        '(it has format 12, and this program knows 1). Use that version, or a newer one, for this run.',
    );
  });

  it('is read anew each time, and tells of its end as it is then', async () => {
    const replay = new Replay(path);
    const read = async (): Promise<number> => {
      let events = 0;
      for await (const event of replay) events += event.type === 'intent' ? 1 : 0;
      return events;
    };
    await writeFile(path, `${line}${line.slice(0, 20)}`);
    expect([await read(), replay.validBytes, replay.tornBytes]).toEqual([1, length, 20]);
    await writeFile(path, `${line}torn\n`);
    expect([await read(), replay.validBytes, replay.tornBytes]).toEqual([1, length, 5]);
    await writeFile(path, line.slice(0, 9));
    expect([await read(), replay.validBytes, replay.tornBytes]).toEqual([0, 0, 9]);
    await writeFile(path, line);
    expect([await read(), replay.validBytes, replay.tornBytes]).toEqual([1, length, 0]);
  });
});
