import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { Outcome } from '../model/outcome.js';
import type { InputHeader, InputRecord } from '../model/row.js';
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

/** Rows turned to text in one go: one call of the library costs as much as several rows. */
const BATCH = 500;

/** Writes `results.csv` and `recollect.csv` side by side, row by row, in input order. */
export class ResultFiles {
  #results: string[][] = [];
  #recollect: string[][] = [];

  private constructor(
    private readonly header: InputHeader,
    private readonly resultsFile: WholeFile,
    private readonly recollectFile: WholeFile,
  ) {
    const names = header.names.map(defuse);
    this.#results.push([...names, ...RESULT_COLUMNS]);
    this.#recollect.push(names);
  }

  static async create(folder: string, header: InputHeader): Promise<ResultFiles> {
    const [results, recollect] = await Promise.all([
      WholeFile.create(join(folder, 'results.csv')),
      WholeFile.create(join(folder, 'recollect.csv')),
    ]);
    if (header.bom) for (const file of [results, recollect]) await file.write(BOM);
    return new ResultFiles(header, results, recollect);
  }

  /** Adds a row; a promise is returned only when it has to be waited for. */
  add(record: InputRecord, outcome: Outcome): Promise<void> | undefined {
    const cells = record.cells.map(defuse);
    this.#results.push([
      ...cells,
      outcome.status,
      outcome.needsRecollection ? 'yes' : 'no',
      defuse(outcome.reason),
      outcome.httpStatus === undefined ? '' : String(outcome.httpStatus),
      defuse(outcome.graphErrorCode ?? ''),
      defuse(outcome.graphRequestId ?? ''),
      String(outcome.attempts),
      new Date(outcome.completedAtMs).toISOString(),
      String(record.line),
    ]);
    if (outcome.needsRecollection) {
      for (const index of this.header.blankForRecollection) cells[index] = '';
      this.#recollect.push(cells);
    }
    return this.#results.length < BATCH ? undefined : this.#flush();
  }

  /** Puts both files in their place. */
  async commit(): Promise<void> {
    await this.#flush();
    await this.resultsFile.commit();
    await this.recollectFile.commit();
  }

  async discard(): Promise<void> {
    await Promise.all([this.resultsFile.discard(), this.recollectFile.discard()]);
  }

  async #flush(): Promise<void> {
    await this.resultsFile.write(this.#text(this.#results));
    await this.recollectFile.write(this.#text(this.#recollect));
    this.#results = [];
    this.#recollect = [];
  }

  #text(rows: readonly string[][]): string {
    // Quoted also for the delimiters of other locales, and for ends that a reader might trim.
    return stringify([...rows], {
      delimiter: this.header.delimiter,
      quoted_match: /[,;\t\r\n]|^\s|\s$/,
    });
  }
}
