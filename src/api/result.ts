import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { verdictOf, type Verdict } from '../model/exit-codes.js';
import { JOURNAL, PAGE, RECOLLECT, RESULTS, SUMMARY } from '../model/run-files.js';
import type { Summary } from '../model/summary.js';

/** Paths of what stands in a run's folder. */
export interface RunFiles {
  /** Every row with its outcome, in input order. */
  readonly results: string;
  /** The rows that need a fresh code. */
  readonly recollect: string;
  readonly summary: string;
  readonly journal: string;
  /** The page with the pictures; undefined where it could not be made. */
  readonly page: string | undefined;
}

/** What came of a run. */
export interface EnrollResult {
  /** As `summary.json` has it: counts by status, calls, waits, the exit code that the command line would end with. */
  readonly summary: Summary;
  /** What that exit code means. */
  readonly verdict: Verdict;
  readonly files: RunFiles;
}

/** What came of a run, by its summary. */
export async function resultOf(summary: Summary): Promise<EnrollResult> {
  const { folder, exitCode } = summary;
  return {
    summary,
    verdict: verdictOf(exitCode),
    files: { ...filesIn(folder), page: await pageIn(folder) },
  };
}

/** Where the files of a run are. */
export const filesIn = (folder: string): Omit<RunFiles, 'page'> => ({
  results: join(folder, RESULTS),
  recollect: join(folder, RECOLLECT),
  summary: join(folder, SUMMARY),
  journal: join(folder, JOURNAL),
});

/** The page of a run, unless it could not be made; a dry run has none. */
export async function pageIn(folder: string): Promise<string | undefined> {
  const path = join(folder, PAGE);
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? path : undefined;
}
