import type { Readable } from 'node:stream';
import { CsvError, parse, type Options } from 'csv-parse/sync';
import { OathEnrollError } from '../model/errors.js';
import type { InputHeader } from '../model/row.js';
import { brokenLineStart, Utf8Input } from './encoding.js';
import { RecordCutter } from './record-cutter.js';
import { sourceChunks } from './source-chunks.js';

export type Delimiter = InputHeader['delimiter'];

/** One record as it stands in the file. The cells are the receiver's own, to be changed in place. */
export interface CsvRecord {
  /** 1-based line on which it begins. */
  readonly line: number;
  readonly cells: string[];
}

/** Records that became complete together. */
export interface Batch {
  readonly records: readonly CsvRecord[];
  /** Wall time at which their last byte came, ms since the epoch. */
  readonly arrivedAtMs: number;
}

const DELIMITERS: readonly Delimiter[] = [',', ';', '\t'];
const CSV = { record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true } satisfies Options;

/** `sep=;` on the first line is a hint from Excel to itself; the header says more. */
const HINT = /^(?:sep=.?|"sep=.?")[,;\t]*(?:\r\n|[\r\n]|$)/i;

const NO_TEXT = 'this is not text, or it is UTF-16 without a mark, save it as "CSV UTF-8"';
const NO_UTF8 =
  'this line is not UTF-8 (a letter such as ü in another encoding), save the file as "CSV UTF-8"';
const TOO_LONG = 'this line is too long to be a row of a table';
const NEVER_CLOSED = 'a quoted field opens here and is never closed, add the missing quote';
const MISPLACED_QUOTE: Readonly<Record<string, string>> = {
  INVALID_OPENING_QUOTE:
    'a quote stands inside a field that does not begin with one, put the whole field in quotes and double the quote',
  CSV_INVALID_CLOSING_QUOTE:
    'text follows the closing quote of a field, double each quote that belongs to the text',
};

/**
 * Reads a CSV of any supported encoding and line ending as it arrives. Every record comes out as soon as its line
 * break has come in; blank lines, also those of delimiters alone, are left out.
 */
export class CsvSource {
  readonly #input: Utf8Input;
  readonly #cutter = new RecordCutter();
  #delimiter: Delimiter | undefined;
  /** Line on which the next record begins. */
  #line = 1;

  /** @param recognise counts the known columns among the names of a header: that finds the delimiter. */
  constructor(
    readonly fileName: string,
    readonly now: () => number,
    readonly recognise: (names: readonly string[]) => number,
  ) {
    this.#input = new Utf8Input(fileName);
  }

  /** Whether the input began with a byte order mark; known with the first record. */
  get bom(): boolean {
    return this.#input.bom;
  }

  /** Known with the first record. */
  get delimiter(): Delimiter {
    return this.#delimiter ?? ',';
  }

  /**
   * Batches come whole or not at all.
   * @throws OathEnrollError `input`, with file and line, where the text cannot be read as CSV.
   */
  async *batches(source: Readable): AsyncGenerator<Batch, void, undefined> {
    for await (const chunk of sourceChunks(source, this.fileName)) {
      const arrivedAtMs = this.now();
      for (const records of this.#take(this.#input.push(chunk))) yield { records, arrivedAtMs };
    }
    // A record that was cut off because nobody wants more is not one.
    if (source.destroyed && !source.readableEnded) return;
    const arrivedAtMs = this.now();
    for (const records of this.#take(this.#input.end())) yield { records, arrivedAtMs };
    const last = this.#takeLast();
    if (last.length > 0) yield { records: last, arrivedAtMs };
  }

  /** What is wrong is told in the order of the input, the header being one batch, however its bytes are cut. */
  *#take(bytes: Buffer): Generator<CsvRecord[], void, undefined> {
    const nul = bytes.indexOf(0);
    const fresh = nul < 0 ? bytes : bytes.subarray(0, nul);
    let complete = this.#cutter.push(fresh);
    for (; complete.length > 0; complete = this.#cutter.push(NOTHING)) {
      const records = this.#parse(complete);
      if (records.length > 0) yield records;
    }
    const { rest, openedAt, isTooLong } = this.#cutter;
    if (isTooLong && openedAt !== undefined) throw this.#neverClosed(rest.subarray(0, openedAt));
    if (isTooLong) throw this.#errorAfter(NOTHING, TOO_LONG);
    if (nul >= 0) throw this.#errorAfter(rest, NO_TEXT);
  }

  /** The last line may end without a line break. */
  #takeLast(): CsvRecord[] {
    const { rest, openedAt } = this.#cutter;
    if (openedAt !== undefined) throw this.#neverClosed(rest.subarray(0, openedAt));
    return this.#parse(rest);
  }

  /**
   * The error of a quoted field that opens after `before`, the beginning of its record.
   * @throws OathEnrollError what is wrong in `before` itself, as it comes first.
   */
  #neverClosed(before: Buffer): OathEnrollError {
    const error = this.#errorAfter(before, NEVER_CLOSED);
    this.#parse(before);
    return error;
  }

  #parse(bytes: Buffer): CsvRecord[] {
    const broken = brokenLineStart(bytes);
    if (broken === undefined) return this.#records(bytes);
    const sound = new RecordCutter(this.#delimiter).push(bytes.subarray(0, broken));
    this.#records(sound);
    throw this.#errorAfter(bytes.subarray(sound.length, broken), NO_UTF8);
  }

  #records(bytes: Buffer): CsvRecord[] {
    const text = this.#delimiter === undefined ? this.#openHead(bytes) : bytes;
    if (text.length === 0) return [];
    const all = this.#cells(text);
    // The last line may have no break: nothing follows that would be counted wrong.
    const isLinePerRecord = countBreaks(text) === all.length;
    const records: CsvRecord[] = [];
    for (const cells of all) {
      if (!cells.every(isBlank)) records.push({ line: this.#line, cells });
      this.#line += isLinePerRecord ? 1 : countLines(cells);
    }
    return records;
  }

  /** Leaves out what stands before the header, and finds the delimiter once the header is there. */
  #openHead(bytes: Buffer): Buffer {
    const head = bytes.toString();
    const hint = (this.#line === 1 ? HINT.exec(head)?.[0] : undefined) ?? '';
    const blank = blankRecords(head.slice(hint.length));
    const start = Buffer.byteLength(hint) + Buffer.byteLength(blank);
    this.#line += countBreaks(bytes.subarray(0, start));
    const text = bytes.subarray(start);
    if (text.length > 0) {
      this.#delimiter = this.#findDelimiter(text);
      this.#cutter.setDelimiter(this.#delimiter);
    }
    return text;
  }

  /** The delimiter under which the first record shows most known columns, and among equals most columns. */
  #findDelimiter(text: Buffer): Delimiter {
    const scored = DELIMITERS.map((delimiter) => {
      try {
        const names = parse(text, { ...CSV, delimiter, to: 1 })[0] ?? [];
        return { delimiter, known: this.recognise(names), width: names.length };
      } catch {
        return { delimiter, known: -1, width: 0 };
      }
    });
    scored.sort((a, b) => b.known - a.known || b.width - a.width);
    return scored[0]?.delimiter ?? ',';
  }

  #cells(text: Buffer): string[][] {
    // Each line break that may come is looked for at every byte: leave out those that do not.
    const breaks = text.includes(CR) ? CSV.record_delimiter : '\n';
    const options = { ...CSV, delimiter: this.delimiter, record_delimiter: breaks };
    try {
      return parse(text, options);
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      // The parser's own message quotes the cell, which may hold a code, and its line counts CR LF in quotes twice.
      const sound = Number(error['records']);
      const before = sound > 0 ? parse(text, { ...options, to: sound }) : [];
      const line = before.reduce((sum, cells) => sum + countLines(cells), this.#line);
      throw this.#error(line, MISPLACED_QUOTE[error.code] ?? NEVER_CLOSED);
    }
  }

  /** An error on the line that `before`, which follows the last record, leads up to. */
  #errorAfter(before: Buffer, message: string): OathEnrollError {
    return this.#error(this.#line + countBreaks(before), message);
  }

  #error(line: number, message: string): OathEnrollError {
    return new OathEnrollError('input', message, { file: this.fileName, line });
  }
}

const LF = 0x0a;
const CR = 0x0d;
const NOTHING = Buffer.alloc(0);

/** Records of blanks, quotes and delimiters of any kind at the beginning of a text, up to the first that has more. */
function blankRecords(text: string): string {
  let end = 0;
  let quoting = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char === '"') quoting = !quoting;
    else if ((char === '\n' || char === '\r') && !quoting) end = i + 1;
    else if (!/[\s,;]/.test(char)) break;
  }
  return text.slice(0, end);
}

const isBlank = (cell: string): boolean => cell.trim() === '';

/** Line breaks in UTF-8 bytes; CR LF is one. */
function countBreaks(text: Buffer): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) if (text[i] === LF || (text[i] === CR && text[i + 1] !== LF)) count++;
  return count;
}

/** Lines that a record with these cells takes. */
function countLines(cells: readonly string[]): number {
  return cells.reduce((lines, cell) => lines + (cell.match(/\r\n|[\r\n]/g)?.length ?? 0), 1);
}
