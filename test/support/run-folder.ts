import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

/** What a result says of each row, behind the input's own columns. */
export const RESULT_COLUMNS =
  'status,needsRecollection,reason,httpStatus,graphErrorCode,graphRequestId,attempts,completedAt,line'.split(
    ',',
  );

/** A table as it stands in a file. */
export interface Table {
  readonly text: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Each row by the names of the header. */
  readonly records: readonly Readonly<Record<string, string>>[];
}

export interface Summary {
  readonly counts: Readonly<Record<string, number>>;
  readonly rows: number;
  readonly needsRecollection: number;
  readonly calls: number;
  readonly refusals: number;
  readonly waitedMs: number;
  readonly exitCode: number;
  readonly stopped: string | null;
}

/** An event of a journal, with what these tests ask of any. */
export interface JournalEvent {
  readonly type: string;
  readonly line?: number;
  readonly ask?: string;
  readonly sentAtMs?: number;
  readonly atMs?: number;
  readonly httpStatus?: number;
  readonly retryAfter?: string;
  readonly status?: string;
}

export interface RunFolder {
  readonly path: string;
  readonly files: readonly string[];
  readonly results: Table;
  readonly recollect: Table;
  readonly summary: Summary;
  /** As the file has it. */
  readonly summaryText: string;
  /** Empty for a dry run. */
  readonly journal: readonly JournalEvent[];
  /** `status` of each row, in the order of the results. */
  readonly statuses: readonly string[];
}

export async function readRun(path: string): Promise<RunFolder> {
  const read = (name: string): Promise<string> => readFile(join(path, name), 'utf8');
  const files = (await readdir(path)).sort();
  const summaryText = await read('summary.json');
  const journal = files.includes('journal.jsonl') ? await read('journal.jsonl') : '';
  const results = tableOf(await read('results.csv'));
  return {
    path,
    files,
    results,
    recollect: tableOf(await read('recollect.csv')),
    summary: JSON.parse(summaryText) as Summary,
    summaryText,
    journal: journal
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { event: JournalEvent }).event),
    statuses: results.records.map(({ status = '' }) => status),
  };
}

/** Reads a CSV as it stands in a file. */
export function tableOf(text: string): Table {
  const delimiter = [',', ';', '\t'].find((each) => text.split('\n')[0]?.includes(each)) ?? ',';
  const [header = [], ...rows] = parse(text, { delimiter, bom: true });
  const records = rows.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at] ?? ''])));
  return { text, header, rows, records };
}

/** Permission bits of a file or folder, as `ls` would have them in octal. */
export async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}
