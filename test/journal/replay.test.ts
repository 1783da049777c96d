import fc from 'fast-check';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeLine } from '../../src/journal/journal-line.js';
import { Journal } from '../../src/journal/journal.js';
import { Replay } from '../../src/journal/replay.js';
import type { RunEvent } from '../../src/model/run-event.js';
import { Secret } from '../../src/model/secret.js';
import { anyEvent, intent, row } from './events.js';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oath-enroll-journal-'));
  path = join(folder, 'journal.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

async function eventsOf(journal: Replay): Promise<RunEvent[]> {
  const events = [];
  for await (const event of journal) events.push(event);
  return events;
}

async function writeAll(journal: Journal, events: readonly RunEvent[]): Promise<void> {
  for (const event of events) journal.write(event);
  await journal.close();
}

/** A line with the right checksum around any text. */
function sealed(json: string, version = 1): string {
  return `{"v":${version},"crc":"${crc32(json).toString(16).padStart(8, '0')}","event":${json}}\n`;
}

const FIRST = intent(1);
const MIDDLE: RunEvent = {
  type: 'outcome',
  line: 1,
  status: 'failed',
  needsRecollection: false,
  reason: 'Benutzer „müller“ fehlt: "404"\n✓',
  httpStatus: 404,
  attempts: 1,
  completedAtMs: 1_790_000_000_500,
};
const LAST = intent(3);

describe('a journal on a real disk', () => {
  it('gives back any sequence of events', () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyEvent), async (events) => {
        await rm(path, { force: true });
        await writeAll(await Journal.create(path), events);
        const journal = new Replay(path);
        expect(await eventsOf(journal)).toEqual(events);
        expect(journal.validBytes).toBe((await stat(path)).size);
        expect(journal.tornBytes).toBe(0);
      }),
    ));

  it.each([
    ['lines far longer than a read', [row(1, '✓'.repeat(500_000)), row(2, 'x'.repeat(262_144)), row(3, '')]],
    ['more lines than one read holds', Array.from({ length: 9000 }, (_, i) => intent(i + 1))],
  ])('gives back %s', async (_, events) => {
    await writeAll(await Journal.create(path), events);
    const journal = new Replay(path);
    expect(await eventsOf(journal)).toEqual(events);
    expect(journal.validBytes).toBe((await stat(path)).size);
  });

  it('has lines that jq and a person can read', async () => {
    await writeAll(await Journal.create(path), [FIRST]);
    const [line] = (await readFile(path, 'utf8')).split('\n');
    expect(line).toMatch(/^\{"v":1,"crc":"[0-9a-f]{8}","event":\{"type":"intent","line":1,/);
    expect(JSON.parse(line!)).toMatchObject({ v: 1, event: FIRST });
  });

  it('is its owner’s alone', async () => {
    await (await Journal.create(path)).close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('is never written over', async () => {
    await writeAll(await Journal.create(path), [FIRST]);
    await expect(Journal.create(path)).rejects.toMatchObject({ code: 'journal', place: { file: path } });
    expect(await eventsOf(new Replay(path))).toEqual([FIRST]);
  });

  it('holds no secret, even if one is handed in', async () => {
    const options = { seed: new Secret('JBSWY3DPEHPK3PXP') };
    const header = { names: [], delimiter: ',', bom: false, blankForRecollection: [] } as const;
    const run: RunEvent = { type: 'run', runId: 'r', input: '-', header, options, startedAtMs: 0 };
    await writeAll(await Journal.create(path), [run]);
    expect(await readFile(path, 'utf8')).not.toContain('JBSWY3DPEHPK3PXP');
  });

  it('names a folder or file that is not there', async () => {
    const missing = join(folder, 'no', 'journal.jsonl');
    const error = { code: 'journal', place: { file: missing } };
    await expect(Journal.create(missing)).rejects.toMatchObject(error);
    await expect(Journal.append(missing, 0)).rejects.toMatchObject(error);
    await expect(eventsOf(new Replay(missing))).rejects.toMatchObject(error);
  });

  it('is empty where the run was killed before its first event', async () => {
    await writeFile(path, '');
    const journal = new Replay(path);
    expect(await eventsOf(journal)).toEqual([]);
    expect(journal.validBytes).toBe(0);
  });
});

describe('a torn tail', () => {
  const kept = encodeLine(FIRST) + encodeLine(MIDDLE);
  const whole = Buffer.from(kept + encodeLine(LAST));
  const keptBytes = Buffer.byteLength(kept);

  it('is dropped wherever it was cut, and a resumed journal goes on before it', async () => {
    for (let cut = keptBytes + 1; cut < whole.length; cut += 1) {
      await writeFile(path, whole.subarray(0, cut));
      const torn = new Replay(path);
      expect(await eventsOf(torn)).toEqual([FIRST, MIDDLE]);
      expect(torn.validBytes).toBe(keptBytes);
      expect(torn.tornBytes).toBe(cut - keptBytes);

      await writeAll(await Journal.append(path, torn.validBytes), [LAST]);
      expect(await readFile(path)).toEqual(whole);
    }
  });

  it('control: who goes on behind it makes the journal unreadable', async () => {
    await writeFile(path, whole.subarray(0, -9));
    await writeAll(await Journal.append(path, whole.length - 9), [LAST]);
    await expect(eventsOf(new Replay(path))).rejects.toMatchObject({ code: 'journal', place: { line: 3 } });
  });

  it('may be a last line of which some bytes never reached the disk', async () => {
    const holed = Buffer.from(whole).fill(0, keptBytes + 40, keptBytes + 60);
    await writeFile(path, holed);
    const journal = new Replay(path);
    expect(await eventsOf(journal)).toEqual([FIRST, MIDDLE]);
    expect(journal.tornBytes).toBe(whole.length - keptBytes);
  });

  it('is not invented: a journal that is shorter than what was read is refused', async () => {
    await writeFile(path, kept);
    await expect(Journal.append(path, keptBytes + 1)).rejects.toMatchObject({ code: 'journal' });
    expect(await readFile(path, 'utf8')).toBe(kept);
  });
});

describe('damage in the middle', () => {
  const [first, middle, last] = [FIRST, MIDDLE, LAST].map((event) => Buffer.from(encodeLine(event)));
  const start = first!.length;

  it.each([
    ['a flipped bit', (byte: number) => byte ^ 1],
    ['a flipped case', (byte: number) => byte ^ 0x20],
    ['a zero', () => 0],
    ['a newline', () => 0x0a],
    ['a quote', () => 0x22],
  ])('is a hard stop at whatever byte: %s', async (_, damage) => {
    const whole = Buffer.concat([first!, middle!, last!]);
    for (let at = start; at < start + middle!.length; at += 1) {
      const bytes = Buffer.from(whole);
      bytes[at] = damage(whole[at]!);
      if (bytes.equals(whole)) continue;
      await writeFile(path, bytes);
      await expect(eventsOf(new Replay(path)), `byte ${at}`).rejects.toMatchObject({
        code: 'journal',
        place: { file: path, line: 2 },
        message: expect.stringContaining(`byte ${start}`) as unknown,
      });
    }
  });

  it('is a hard stop also where a torn line follows', async () => {
    const bytes = Buffer.concat([first!, Buffer.from(middle!).fill('?', 50, 51), last!.subarray(0, 20)]);
    await writeFile(path, bytes);
    await expect(eventsOf(new Replay(path))).rejects.toMatchObject({ code: 'journal', place: { line: 2 } });
  });
});

describe('a record of another program', () => {
  it.each([
    ['a newer format', sealed('{"type":"party"}', 2), 'has format 2, and this program knows 1'],
    ['an unknown event', sealed('{"type":"party"}'), 'unknown shape at "type"'],
    [
      'a field of another type',
      sealed('{"type":"end","atMs":1,"exitCode":"0","reason":""}'),
      'at "exitCode"',
    ],
    ['a field too few', sealed('{"type":"intent","line":1,"atMs":1}'), 'at "attempt"'],
    ['no object', sealed('7'), 'unknown shape'],
    ['no JSON', sealed('{'), 'not JSON'],
  ])('with %s is refused with its place, also as the last', async (_, line, why) => {
    await writeFile(path, encodeLine(FIRST) + line);
    await expect(eventsOf(new Replay(path))).rejects.toMatchObject({
      code: 'journal',
      place: { file: path, line: 2 },
      message: expect.stringContaining(why) as unknown,
    });
  });
});
