import type { InputHeader, InputRecord } from '../model/row.js';
import { undefuse } from '../model/spreadsheet.js';
import type { Columns } from './columns.js';
import type { CsvRecord } from './csv-source.js';
import { looksSecret, redact } from './redact.js';
import { tidy } from './tidy.js';
import { rowValidator, type Invalid, type Usable, type ValidationOptions } from './validate-row.js';

interface Found {
  /** Holds no code and no seed. */
  readonly record: InputRecord;
  /** '' where it cannot be told. */
  readonly serialNumber: string;
  readonly user: string;
}

export interface RowProblem extends Invalid {
  readonly status: 'invalid' | 'duplicate';
}

/** What stands on one record of the input: a usable row, or why it is none. */
export type IntakeRow = Found &
  (
    | (Usable & { readonly problem?: undefined })
    | { readonly row?: undefined; readonly seedWasHex?: undefined; readonly problem: RowProblem }
  );

/** Says of each record of one input, in order, whether it can be used, and blanks its secrets. */
export class RowJudge {
  readonly #validate: ReturnType<typeof rowValidator>;
  /** Line of the first usable row of each serial number. */
  readonly #lineBySerial = new Map<string, number>();

  constructor(
    readonly columns: Columns,
    readonly delimiter: InputHeader['delimiter'],
    options: ValidationOptions,
  ) {
    this.#validate = rowValidator(columns, options);
  }

  /** To be called after the last row: a million serial numbers are let go before the results are made. */
  close(): void {
    this.#lineBySerial.clear();
  }

  /** Takes the record's cells over and changes them. */
  judge({ line, cells }: CsvRecord, arrivedAtMs: number): IntakeRow {
    const { width, index } = this.columns;
    for (let i = 0; i < cells.length; i++) cells[i] = undefuse(cells[i] ?? '');
    const fits = cells.length === width;
    // Spreadsheets leave empty cells at the end of some lines and not of others.
    while (cells.length > width && cells[cells.length - 1]?.trim() === '') cells.pop();

    const judgement = this.#misalignment(cells) ?? this.#validate(line, cells, arrivedAtMs);
    const isUsable = 'row' in judgement;
    const shown = !isUsable && (!fits || this.#isSwapped(cells)) ? cells.map(redact) : cells;
    const record = { line, cells: this.#blanked(shown) };
    const [serialNumber = '', user = ''] = [index.serialNumber, index.user].map((at) =>
      tidy(record.cells[at ?? -1] ?? ''),
    );
    if (!isUsable) return { record, serialNumber, user, problem: { status: 'invalid', ...judgement } };
    const firstLine = this.#claim(serialNumber, line);
    if (firstLine === line) return { record, serialNumber, user, ...judgement };
    const reason = `the same serial number stands on line ${firstLine}`;
    return { record, serialNumber, user, problem: { status: 'duplicate', reason } };
  }

  /** A line without its last cells can be used if no needed one is among them; with more cells none is where it should be. */
  #misalignment(cells: readonly string[]): Invalid | undefined {
    const { width, needed } = this.columns;
    if (cells.length === width) return undefined;
    const cellCount = `has ${cells.length} cells where the header has ${width}`;
    if (cells.length > width)
      return { reason: `${cellCount}: is there a delimiter in a field without quotes?` };
    const isComplete = needed.every((oneOf) => oneOf.some((at) => at < cells.length));
    return isComplete ? undefined : { reason: `${cellCount}: is a delimiter missing?` };
  }

  /** Whether a code seems to stand in the column of the user or of the time, or something else in the code's. */
  #isSwapped(cells: readonly string[]): boolean {
    const { verificationCode = -1, user = -1, collectedAt = -1 } = this.columns.index;
    if (/\p{L}/u.test(cells[verificationCode] ?? '')) return true;
    return looksSecret(cells[user] ?? '') || looksSecret(cells[collectedAt] ?? '');
  }

  /** As many cells as the header has names, what is surplus joined into the last; code and seed cells are ''. */
  #blanked(cells: string[]): string[] {
    const { names, width, secret } = this.columns;
    if (cells.length > width)
      cells.splice(names.length - 1, Infinity, cells.slice(names.length - 1).join(this.delimiter));
    if (cells.length > names.length) cells.length = names.length;
    while (cells.length < names.length) cells.push('');
    for (const at of secret) cells[at] = '';
    return cells;
  }

  /**
   * The line that the serial number belongs to: the first *usable* one, so that a broken line followed by its
   * correction costs neither.
   */
  #claim(serialNumber: string, line: number): number {
    const key = serialNumber.toUpperCase();
    const firstLine = this.#lineBySerial.get(key) ?? line;
    if (firstLine === line) this.#lineBySerial.set(key, line);
    return firstLine;
  }
}
