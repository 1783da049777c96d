import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify/sync';
import { OathEnrollError } from '../model/errors.js';

/** A cell of a row; an instant is written as ISO 8601. Missing is empty. */
export type Cell = string | number | Date | undefined;

/** A row as a program has it. Columns that are not named here are carried through to the results. */
export interface EnrollRow {
  /** Text: as a number it would lose its leading zeros. */
  readonly serialNumber: string;
  /** UPN or object id; only an import has none. */
  readonly user?: string | undefined;
  /** Six digits, as text; a row has this or a seed. */
  readonly verificationCode?: string | undefined;
  readonly displayName?: string | undefined;
  /** When the code was read; unless told, when the row came. */
  readonly collectedAt?: Date | string | undefined;
  /** Seconds. */
  readonly timeInterval?: 30 | 60 | undefined;
  /** The seed, base32. */
  readonly secretKey?: string | undefined;
  readonly hashFunction?: 'hmacsha1' | 'hmacsha256' | undefined;
  readonly manufacturer?: string | undefined;
  readonly model?: string | undefined;
  readonly [column: string]: Cell;
}

/** CSV in pieces: a `Readable`, a web stream, or whatever else gives text or bytes. */
export type CsvPieces = AsyncIterable<string | Uint8Array>;

/**
 * Where rows come from: the path of a CSV file; CSV in pieces, or rows one by one, each of them sent as it arrives; or rows
 * that are all there, of which the most urgent goes first.
 */
export type EnrollInput = string | CsvPieces | AsyncIterable<EnrollRow> | Iterable<EnrollRow>;

/** An input as a run takes it. */
export interface Source {
  /** A path, or `-` for the stream. */
  readonly input: string;
  readonly inputName?: string;
  readonly isLive?: boolean;
  readonly stdin: Readable;
}

/**
 * An input as a run takes it.
 *
 * @throws OathEnrollError `usage` for `-`, which is the command line's word
 */
export function sourceOf(input: EnrollInput): Source {
  if (typeof input === 'string') {
    if (input !== '-') return { input, stdin: Readable.from([]) };
    throw new OathEnrollError('usage', '"-" names no file: hand over process.stdin itself');
  }
  if (input instanceof Readable) return { input: '-', stdin: input };
  const isLive = Symbol.asyncIterator in input;
  return { input: '-', inputName: 'the rows', isLive, stdin: csvOf(input) };
}

/**
 * The CSV of rows; pieces that are CSV already pass as they are. It ends at once when it is closed, even while a row is
 * awaited that never comes.
 */
function csvOf(items: AsyncIterable<string | Uint8Array | EnrollRow> | Iterable<EnrollRow>): Readable {
  const iterator = iteratorOf(items);
  const table = new Table();
  return new Readable({
    read() {
      Promise.resolve(iterator.next())
        .then(({ done, value }) => this.push(done === true ? null : table.pieceOf(value)))
        .catch((error: unknown) => this.destroy(error as Error));
    },
    destroy(error, done) {
      // A generator that awaits its next row answers only then.
      Promise.resolve(iterator.return?.()).catch(() => undefined);
      done(error);
    },
  });
}

type Items = AsyncIterator<string | Uint8Array | EnrollRow> | Iterator<EnrollRow>;

const iteratorOf = (items: AsyncIterable<string | Uint8Array | EnrollRow> | Iterable<EnrollRow>): Items =>
  Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();

/** Rows as lines of one table, whose columns are those of the first row. */
class Table {
  #columns: readonly string[] | undefined;
  #rows = 0;

  pieceOf(item: string | Uint8Array | EnrollRow): string | Uint8Array {
    if (typeof item === 'string' || item instanceof Uint8Array) return item;
    this.#rows += 1;
    const isFirst = this.#columns === undefined;
    const columns = (this.#columns ??= Object.keys(item));
    const strange = Object.keys(item).find((name) => !columns.includes(name));
    if (strange !== undefined) {
      throw new OathEnrollError(
        'input',
        `row ${this.#rows} has a column that the first row has not: name each column there, if only as undefined`,
        { column: strange },
      );
    }
    const cells = columns.map((name) => cellText(item[name]));
    return stringify(isFirst ? [[...columns], cells] : [cells], { quoted: true });
  }
}

const cellText = (cell: Cell): string => {
  if (cell === undefined) return '';
  return cell instanceof Date ? cell.toISOString() : String(cell);
};
