import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PaceMemory } from '../../src/run/memory/pace-memory.js';

const PACE = { hint: { windows: [{ calls: 200, spanMs: 300_000 }] } };
const DAY_MS = 24 * 3_600_000;

describe('what earlier runs learned', () => {
  let reports: string;
  let nowMs = 1_790_000_000_000;
  const memory = (): PaceMemory => new PaceMemory(reports, reports, () => nowMs);

  beforeEach(async () => {
    reports = await mkdtemp(join(tmpdir(), 'oath-enroll-pace-'));
  });
  afterEach(() => rm(reports, { recursive: true }));

  it('is known to the next run against the same tenant and app, and to no other', async () => {
    await memory().keep('https://graph.microsoft.com/beta t1/a1', PACE);
    await memory().keep('https://graph.microsoft.com/beta t2/a1', {
      hint: { windows: [], bucket: { perMs: 1, burst: 2, blockMs: 3 } },
    });
    expect(await memory().recall('https://graph.microsoft.com/beta t1/a1')).toMatchObject(PACE);
    expect(await memory().recall('https://graph.microsoft.com/beta t3/a1')).toEqual({});
  });

  it('is forgotten after two weeks', async () => {
    await memory().keep('k', PACE);
    nowMs += 14 * DAY_MS;
    expect(await memory().recall('k')).toMatchObject(PACE);
    nowMs += 1;
    expect(await memory().recall('k')).toEqual({});
    await memory().keep('other', PACE);
    expect(await readFile(join(reports, '.pace.json'), 'utf8')).not.toContain('"k"');
  });

  it('is nothing where the file is damaged, and the file is mended by the next run', async () => {
    for (const damaged of [
      '',
      '{',
      '{"version":2,"paces":{}}',
      '{"version":1,"paces":{"k":{"hint":{"windows":[{"calls":-1}]}}}}',
    ]) {
      await writeFile(join(reports, '.pace.json'), damaged);
      expect(await memory().recall('k')).toEqual({});
    }
    await memory().keep('k', PACE);
    expect(await memory().recall('k')).toMatchObject(PACE);
  });

  it('is made ready in the run’s own folder, where a report removes what a kill has left of it', async () => {
    const elsewhere = new PaceMemory(reports, join(reports, 'gone'), () => nowMs);
    await elsewhere.keep('k', PACE);
    expect(await readdir(reports)).toEqual([]);
  });

  it('is readable by its owner alone', async () => {
    await memory().keep('k', PACE);
    expect((await stat(join(reports, '.pace.json'))).mode & 0o777).toBe(0o600);
  });
});
