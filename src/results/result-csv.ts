import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { Outcome } from '../model/outcome.js';
import type { InputHeader, InputRecord } from '../model/row.js';
import { RECOLLECT, RESULTS } from '../model/run-files.js';
import { defuse } from '../model/spreadsheet.js';
import { WholeFile } from './whole-file.js';

/** What the results say of each row, behind its own columns. Users' scripts rely on names and order. */
const RESULT_COLUMNS = [
  'status',
  'needsRecollection',
  'reason',
  'httpStatus',
  'graphErrorCode',
  'graphRequestId',
  'attempts',
  'completedAt',
  'line',
] as const;

const BOM = '\uFEFF';

/** Nothing that a reader could take for more than itself: no delimiter of any locale, quote, break or blank end. */
const PLAIN = /^(?!\s)[^",;\t\r\n]*(?<!\s)$/;

/** Writes `results.csv` and `recollect.csv` side by side, row by row, in input order. */
export class ResultFiles {
  #lastTime = { atMs: Number.NaN, iso: '' };

  private constructor(
    private readonly header: InputHeader,
    private readonly results: WholeFile,
    private readonly recollect: WholeFile,
  ) {}

  static async create(folder: string, header: InputHeader): Promise<ResultFiles> {
    const names = header.names.map(defuse);
    const results = await WholeFile.create(join(folder, RESULTS));
    const recollect = await WholeFile.create(join(folder, RECOLLECT));
    const bom = header.bom ? BOM : '';
    await results.write(bom + line([...names, ...RESULT_COLUMNS], header));
    await recollect.write(bom + line(names, header));
    return new ResultFiles(header, results, recollect);
  }

  /** Adds a row; a promise is returned only when it has to be waited for. */
  add(record: InputRecord, outcome: Outcome): Promise<unknown> | undefined {
    const cells = record.cells.map(defuse);
    const told = [
      outcome.status,
      outcome.needsRecollection ? 'yes' : 'no',
      defuse(outcome.reason),
      String(outcome.httpStatus ?? ''),
      defuse(outcome.graphErrorCode ?? ''),
      defuse(outcome.graphRequestId ?? ''),
      String(outcome.attempts),
      this.#isoTime(outcome.completedAtMs),
      String(record.line),
    ];
    const written = this.results.write(line([...cells, ...told], this.header));
    if (!outcome.needsRecollection) return written;
    for (const index of this.header.blankForRecollection) cells[index] = '';
    const alsoWritten = this.recollect.write(line(cells, this.header));
    return written === undefined ? alsoWritten : Promise.all([written, alsoWritten]);
  }

  /** Puts both files in their place. */
  async commit(): Promise<void> {
    await this.results.commit();
    await this.recollect.commit();
  }

  async discard(): Promise<void> {
    await Promise.all([this.results.discard(), this.recollect.discard()]);
  }

  /** Many rows are settled in the same millisecond: its text is made once. */
  #isoTime(atMs: number): string {
    if (atMs !== this.#lastTime.atMs) this.#lastTime = { atMs, iso: new Date(atMs).toISOString() };
    return this.#lastTime.iso;
  }
}

/** A line of CSV. Only the few cells that are not plain go through the library: it takes 0.4 µs for every cell. */
function line(cells: readonly string[], { delimiter }: InputHeader): string {
  return `${cells.map((cell) => (PLAIN.test(cell) ? cell : quote(cell))).join(delimiter)}\n`;
}

/** Cells that need quotes repeat from row to row: sites, departments, reasons. */
const quoted = new Map<string, string>();
const MOST_QUOTED = 1000;
/** Longer cells hardly repeat, and a thousand of the longest would fill the memory. */
const LONGEST_KEPT = 500;

function quote(cell: string): string {
  let text = quoted.get(cell);
  if (text === undefined) {
    text = stringify([[cell]], { quoted: true, eof: false });
    if (cell.length > LONGEST_KEPT) return text;
    if (quoted.size >= MOST_QUOTED) quoted.clear();
    quoted.set(cell, text);
  }
  return text;
}
