import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Status } from '../../src/model/outcome.js';
import type { RunEvent } from '../../src/model/run-event.js';
import { EarlierRuns } from '../../src/run/memory/earlier-runs.js';
import { end, outcome, resumed, row, run, signedIn, writeJournal } from './events.js';

const ACCOUNT = 'https://graph.microsoft.com/beta t1/a1';
const USER = 'user1@contoso.example';

let reports: string;

beforeEach(async () => {
  reports = await mkdtemp(join(tmpdir(), 'oath-enroll-earlier-'));
  for (const thisRun of ['now', 'later']) await mkdir(join(reports, thisRun), { mode: 0o700 });
});
afterEach(() => rm(reports, { recursive: true }));

const journalOf = (name: string): string => join(reports, name, 'journal.jsonl');
const gathered = (): string => join(reports, '.enrolled.jsonl');

/** A run that signed in to this account and came to these outcomes. */
const write = (name: string, events: readonly RunEvent[], account = ACCOUNT): Promise<void> =>
  writeJournal(journalOf(name), [run(name), signedIn(account), ...events]);

const enrolledBy = async (
  { serialNumber = 'S1', user = USER } = {},
  account = ACCOUNT,
  thisRun = 'now',
): Promise<string | undefined> =>
  (await EarlierRuns.read(join(reports, thisRun), account)).runThatEnrolled({ serialNumber, user });

describe('which run enrolled a token', () => {
  it.each<[what: string, events: RunEvent[], isKnown: boolean]>([
    ['enrolled', [outcome(1, 'enrolled')], true],
    ['found enrolled by its own call', [outcome(1, 'already_enrolled', 1)], true],
    ['skipped, as another run’s work', [outcome(1, 'already_enrolled', 0)], false],
    [
      'not attempted at first, enrolled by its resumption',
      [outcome(1, 'not_attempted', 0), end(5, 'interrupted', 130), resumed(9), outcome(1, 'enrolled')],
      true,
    ],
    [
      'in doubt at first, enrolled by its resumption',
      [outcome(1, 'unresolved'), resumed(9), outcome(1, 'enrolled')],
      true,
    ],
    ...(['expired', 'code_rejected', 'failed', 'not_attempted', 'unresolved'] as Status[]).map(
      (status): [string, RunEvent[], boolean] => [status, [outcome(1, status)], false],
    ),
  ])('%s', async (_, events, isKnown) => {
    await write('r1', [row(1), ...events]);
    expect(await enrolledBy()).toBe(isKnown ? 'r1' : undefined);
    // Once more, from what was gathered.
    expect(await enrolledBy()).toBe(isKnown ? 'r1' : undefined);
  });

  it('is told for the very user, by whatever case serial number and user are written in', async () => {
    await write('r1', [row(1), outcome(1, 'enrolled')]);
    expect(await enrolledBy({ serialNumber: 's1', user: USER.toUpperCase() })).toBe('r1');
    expect(await enrolledBy({ user: 'user2@contoso.example' })).toBeUndefined();
    expect(await enrolledBy({ serialNumber: 'S2' })).toBeUndefined();
  });

  it('counts in the same tenant, whichever app enrolled it, and in no other', async () => {
    await write('r1', [row(1), outcome(1, 'enrolled')]);
    expect(await enrolledBy({}, 'https://graph.microsoft.com/beta t1/a2')).toBe('r1');
    expect(await enrolledBy({}, 'https://graph.microsoft.com/beta t2/a1')).toBeUndefined();
    expect(await enrolledBy({}, 'http://127.0.0.1:8080/beta t1/a1')).toBeUndefined();
  });

  it('is never this run itself', async () => {
    await write('now', [row(1), outcome(1, 'enrolled')]);
    expect(await enrolledBy()).toBeUndefined();
    expect(await enrolledBy({}, ACCOUNT, 'later')).toBe('now');
  });

  it('is unknown where there are no runs', async () => {
    expect(await enrolledBy()).toBeUndefined();
  });
});

describe('the journals of earlier runs', () => {
  it('are read once: later what was gathered is', async () => {
    await write('r1', [row(1), outcome(1, 'enrolled')]);
    await enrolledBy();
    // Of the same size, and nothing in it any more.
    await writeFile(journalOf('r1'), Buffer.alloc((await stat(journalOf('r1'))).size, 'x'));
    const before = await readFile(gathered(), 'utf8');
    expect(await enrolledBy()).toBe('r1');
    expect(await readFile(gathered(), 'utf8')).toBe(before);
    expect((await stat(gathered())).mode & 0o777).toBe(0o600);
  });

  it('are remembered whole where they are more than is appended at once', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => i + 1);
    await write('r1', [...lines.map((line) => row(line)), ...lines.map((line) => outcome(line, 'enrolled'))]);
    const last = { serialNumber: 'S20000', user: 'user20000@contoso.example' };
    expect([await enrolledBy(), await enrolledBy(last)]).toEqual(['r1', 'r1']);
    const text = await readFile(gathered(), 'utf8');
    expect(text.length).toBeGreaterThan(2 ** 21);
    expect(text.trim().split('\n')).toHaveLength(20_001);
  });

  it('are read again when they have grown', async () => {
    await write('r1', [row(1), row(2), outcome(1, 'enrolled')]);
    expect(await enrolledBy({ serialNumber: 'S2', user: 'user2@contoso.example' })).toBeUndefined();
    await rm(journalOf('r1'));
    await write('r1', [row(1), row(2), outcome(1, 'enrolled'), outcome(2, 'enrolled')]);
    expect(await enrolledBy({ serialNumber: 'S2', user: 'user2@contoso.example' })).toBe('r1');
    expect(await enrolledBy()).toBe('r1');
  });

  it('that are damaged tell what stands before the damage, and end nothing', async () => {
    await write('r1', [row(1), row(2), outcome(1, 'enrolled'), outcome(2, 'enrolled'), end(9)]);
    const text = await readFile(journalOf('r1'), 'utf8');
    const [first] = text.split('\n').filter((line) => line.includes('"line":2,"status"'));
    await writeFile(journalOf('r1'), text.replace(first!, first!.replace('enrolled', 'ENROLLED')));
    expect(await enrolledBy()).toBe('r1');
    expect(await enrolledBy({ serialNumber: 'S2', user: 'user2@contoso.example' })).toBeUndefined();
  });

  it('keep no row of the others from being known where one is nonsense', async () => {
    await write('r2', [row(1), outcome(1, 'enrolled')]);
    await write('r1', []);
    await writeFile(journalOf('r1'), 'nonsense\n\n{}');
    expect(await enrolledBy()).toBe('r2');
  });
});

describe('what was gathered', () => {
  it('is damaged in the middle: those lines tell nothing, the others do', async () => {
    await write('r1', [row(1), outcome(1, 'enrolled')]);
    await enrolledBy();
    await writeFile(gathered(), `nonsense\n{"tenant":1}\n${await readFile(gathered(), 'utf8')}`);
    expect(await enrolledBy()).toBe('r1');
  });

  it('was torn by a kill: the next run loses nothing of what it adds', async () => {
    await write('r1', [row(1), outcome(1, 'enrolled')]);
    await enrolledBy();
    await appendFile(gathered(), '{"tenant":"https://gra');
    await write('r2', [row(2), outcome(2, 'enrolled')]);
    const two = { serialNumber: 'S2', user: 'user2@contoso.example' };
    expect(await enrolledBy(two)).toBe('r2');
    expect(await enrolledBy(two)).toBe('r2');
    expect(await enrolledBy()).toBe('r1');
  });

  it('was removed: it is gathered anew', async () => {
    await write('r1', [row(1), outcome(1, 'enrolled')]);
    await enrolledBy();
    await rm(gathered());
    expect(await enrolledBy()).toBe('r1');
  });

  it('holds no more than serial numbers, users and runs', async () => {
    await write('r1', [row(1), outcome(1, 'enrolled')]);
    await enrolledBy();
    const lines = (await readFile(gathered(), 'utf8')).trim().split('\n');
    expect(lines.map((line) => Object.keys(JSON.parse(line) as object))).toEqual([
      ['tenant', 'serialNumber', 'user', 'run'],
      ['run', 'bytes'],
    ]);
  });
});
