import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { InputHeader, InputRecord } from '../../src/model/row.js';
import { ResultFiles } from '../../src/results/result-csv.js';
import { answerTo } from '../fuzz/answer.js';
import { dialects, tables, write } from '../fuzz/tables.js';
import { livingHeapMb } from '../support/living-heap.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oath-enroll-results-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes these records as rows whose codes expired; every one of them is in both files then. */
async function writeBoth(header: InputHeader, records: readonly InputRecord[]): Promise<void> {
  const files = await ResultFiles.create(folder, header);
  for (const record of records) {
    await files.add(record, {
      status: 'expired',
      needsRecollection: true,
      reason: '=a "reason", with\nall',
      attempts: 1,
      completedAtMs: 0,
    });
  }
  await files.commit();
}

/** The header and the cells of an input, and its codes set aside. */
async function readIn(bytes: Buffer) {
  const answer = await answerTo([bytes], true);
  if ('refused' in answer) throw answer.refused;
  return { header: answer.header, records: answer.rows.map(({ record }) => record) };
}

it('results and the rows to collect again come back in as they were, whatever stands in their cells', async () => {
  await fc.assert(
    fc.asyncProperty(tables, dialects, async (table, dialect) => {
      const first = await readIn(write(table, dialect).bytes);
      await writeBoth(first.header, first.records);
      for (const name of ['results.csv', 'recollect.csv']) {
        const again = await readIn(await readFile(join(folder, name)));
        expect(again.header).toEqual(first.header);
        expect(again.records.map(({ cells }) => cells)).toEqual(first.records.map(({ cells }) => cells));
      }
    }),
    { numRuns: 20, seed: 1 },
  );
});

it('long cells are not kept in memory once they are written', async () => {
  const header: InputHeader = { names: ['note'], delimiter: ',', bom: false, blankForRecollection: [] };
  const files = await ResultFiles.create(folder, header);
  const outcome = {
    status: 'failed',
    needsRecollection: false,
    reason: '',
    attempts: 1,
    completedAtMs: 0,
  } as const;
  const before = livingHeapMb();
  for (let line = 2; line < 102; line++) {
    await files.add({ line, cells: [`"${String(line)}${'x'.repeat(200_000)}`] }, outcome);
  }
  expect(livingHeapMb() - before).toBeLessThan(10);
  await files.discard();
});
