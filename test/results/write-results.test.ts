import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/run-event.js';
import { writeResults } from '../../src/results/write-results.js';
import { answer, intent, outcome, row, run, withdrawn } from '../run/events.js';
import { tableOf } from '../support/run-folder.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oath-enroll-results-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What the results say of one row after these events. */
async function told(...events: readonly RunEvent[]) {
  await writeResults(folder, async function* () {
    yield* [run(), row(2), ...events];
  });
  const { records } = tableOf(await readFile(join(folder, 'results.csv'), 'utf8'));
  expect(records).toHaveLength(1);
  const { status, attempts, needsRecollection } = records[0]!;
  return [status, attempts, needsRecollection];
}

const REJECTED = [intent(2, 1, 3), answer(2, 1, 4, 400), outcome(2, 'code_rejected')];

describe('a row that was tried again with another code', () => {
  it('is what came of the last one', async () => {
    const again = [intent(2, 2, 9), answer(2, 2, 10, 204), outcome(2, 'enrolled', 2)];
    expect(await told(...REJECTED, ...again)).toEqual(['enrolled', '2', 'no']);
  });

  it('is unresolved where the run was cut off during that try', async () => {
    expect(await told(...REJECTED, intent(2, 2, 9))).toEqual(['unresolved', '2', 'no']);
  });

  it('is not attempted where that call did not leave', async () => {
    const cut = await told(...REJECTED, intent(2, 2, 9), withdrawn(2, 2, 9));
    expect(cut).toEqual(['not_attempted', '0', 'yes']);
  });

  it('control: without another try its outcome stands', async () => {
    expect(await told(...REJECTED)).toEqual(['code_rejected', '1', 'yes']);
  });
});
