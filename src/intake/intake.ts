import type { Readable } from 'node:stream';
import { OathEnrollError } from '../model/errors.js';
import type { InputHeader } from '../model/row.js';
import { undefuse } from '../model/spreadsheet.js';
import { countKnown, readHeader } from './columns.js';
import { CsvSource, type Batch } from './csv-source.js';
import { RowJudge, type IntakeRow } from './row-judge.js';
import type { ValidationOptions } from './validate-row.js';

export type { IntakeRow };

export interface IntakeOptions extends ValidationOptions {
  /** The input's name for messages. */
  readonly fileName: string;
  /** `--column NAME=HEADER`: the input's own header for a column, by the column's name. */
  readonly columns?: ReadonlyMap<string, string> | undefined;
  /** Only the first so many rows. */
  readonly limit?: number | undefined;
}

export interface Intake {
  readonly header: InputHeader;
  /** Whether rows have codes and cannot say when these were read. */
  readonly codesLackTime: boolean;
  /** Whether rows can hold seeds. */
  readonly hasSeeds: boolean;
  /** Every record once, in the order of the input, each as soon as its line is complete. */
  readonly rows: AsyncIterable<IntakeRow>;
}

/**
 * Opens a CSV of tokens; settles when the header has come.
 * @throws OathEnrollError `input`, with file, line and column, where the input as a whole is unusable; also later,
 *   from `rows`, where that shows further down. A row that is unusable by itself is a value, not an error.
 */
export async function openIntake(source: Readable, options: IntakeOptions): Promise<Intake> {
  const { fileName, columns: overrides = new Map<string, string>(), now } = options;
  const csv = new CsvSource(fileName, now, (names) => countKnown(names, overrides));
  const batches = csv.batches(source);
  try {
    const first = await batches.next();
    const [head, ...records] = first.done === true ? [] : first.value.records;
    if (first.done === true || head === undefined) {
      throw new OathEnrollError('input', 'the file is empty', { file: fileName });
    }
    const columns = readHeader(
      head.cells.map(undefuse),
      overrides,
      { file: fileName, line: head.line },
      options.purpose,
    );
    const { verificationCode, collectedAt } = columns.index;
    const header: InputHeader = {
      names: columns.names,
      delimiter: csv.delimiter,
      bom: csv.bom,
      blankForRecollection: [verificationCode, collectedAt].filter((at) => at !== undefined),
    };
    const judge = new RowJudge(columns, header.delimiter, options);
    return {
      header,
      codesLackTime: verificationCode !== undefined && collectedAt === undefined,
      hasSeeds: columns.index.secretKey !== undefined,
      rows: judged({ ...first.value, records }, batches, judge, options.limit),
    };
  } catch (error) {
    // Lets go of the source, which may be a pipe that never ends.
    await batches.return();
    throw error;
  }
}

async function* judged(
  first: Batch,
  batches: AsyncGenerator<Batch, void, undefined>,
  judge: RowJudge,
  limit = Infinity,
): AsyncGenerator<IntakeRow, void, undefined> {
  let left = limit;
  try {
    for (let batch = first; ;) {
      for (const record of batch.records) {
        if (left === 0) return;
        yield judge.judge(record, batch.arrivedAtMs);
        left--;
      }
      if (left === 0) return;
      const next = await batches.next();
      if (next.done === true) return;
      batch = next.value;
    }
  } finally {
    judge.close();
    await batches.return();
  }
}
