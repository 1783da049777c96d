import { OathEnrollError } from '../model/errors.js';
import type { Purpose } from '../model/row.js';
import { looksSecret } from './redact.js';

/** The columns that this program knows, each with the other names it goes by. */
const ALIASES = {
  serialNumber: ['serial', 'token serial'],
  user: ['upn', 'userPrincipalName', 'userId', 'object id'],
  verificationCode: ['code', 'otp', 'totp'],
  displayName: ['token name'],
  collectedAt: ['timestamp'],
  timeInterval: ['timeIntervalInSeconds', 'period'],
  secretKey: ['seed'],
  hashFunction: ['algorithm'],
  manufacturer: [],
  model: [],
} as const satisfies Record<string, readonly string[]>;

export type ColumnName = keyof typeof ALIASES;

/** Names are compared without regard to case, blanks, `_`, `-` and the invisible characters that spreadsheets leave. */
const fold = (name: string): string => name.replace(/[\s_\-\p{Cf}]/gu, '').toLowerCase();

const COLUMN_BY_NAME: ReadonlyMap<string, ColumnName> = new Map(
  Object.entries(ALIASES).flatMap(([column, aliases]) =>
    [column, ...aliases].map((name) => [fold(name), column as ColumnName] as const),
  ),
);

/** The columns that our own results add, in their order; a results file that comes back in is rid of them. */
const RESULT_COLUMNS =
  'status,needsRecollection,reason,httpStatus,graphErrorCode,graphRequestId,attempts,completedAt,line'.split(
    ',',
  );

/** The columns that rows for a purpose cannot do without; an enrolment needs a code or a seed as well. */
const NEEDED = {
  enroll: ['serialNumber', 'user'],
  import: ['serialNumber', 'secretKey', 'manufacturer', 'model'],
  import_and_enroll: ['serialNumber', 'user', 'secretKey', 'manufacturer', 'model'],
  look_up: ['serialNumber'],
} as const satisfies Record<Purpose, readonly ColumnName[]>;

/** Which column of an input is which. */
export interface Columns {
  /** Header names as they stand in the file, without the columns of our own results. */
  readonly names: readonly string[];
  /** Cells that a full record of the file has, those of our own results included. */
  readonly width: number;
  readonly index: Readonly<Partial<Record<ColumnName, number>>>;
  /** Indices of all that may hold a code or a seed, used or not: blank wherever a record is shown. */
  readonly secret: readonly number[];
  /** Indices of the cells that a row cannot do without: one of each list. */
  readonly needed: readonly (readonly number[])[];
}

/** How many of these header names are known columns. */
export function countKnown(names: readonly string[], overrides: ReadonlyMap<string, string>): number {
  const own = new Set([...overrides.values()].map(fold));
  return names.filter((name) => COLUMN_BY_NAME.has(fold(name)) || own.has(fold(name))).length;
}

/**
 * Reads a header.
 * @param overrides `--column NAME=HEADER`: the input's own header for a column, by the column's name.
 * @param purpose what the rows are for
 * @throws OathEnrollError `input` where a column is missing or stands there twice, `usage` for an unknown NAME.
 */
export function readHeader(
  cells: readonly string[],
  overrides: ReadonlyMap<string, string>,
  place: { file: string; line: number },
  purpose: Purpose = 'enroll',
): Columns {
  const fail = (message: string, column?: string): OathEnrollError =>
    new OathEnrollError(
      'input',
      message,
      column === undefined ? place : { ...place, column: shownName(column) },
    );
  const named = new Map([...overrides].map(([name, header]) => [knownColumn(name), header]));
  if (countKnown(cells, overrides) === 0) {
    // The cells are not shown: without a header they are data.
    throw fail(
      'no column is known by its name, begin with a header such as serialNumber,user,verificationCode',
    );
  }
  const names = cells.slice(0, cells.length - (endsWithResults(cells) ? RESULT_COLUMNS.length : 0));
  refuseTwins(names, fail);

  const index: Partial<Record<ColumnName, number>> = {};
  for (const [column, header] of named) {
    const at = findHeader(names, header);
    if (at < 0)
      throw fail(`no such column for --column ${column}=HEADER, the headers are ${list(names)}`, header);
    index[column] = at;
  }
  const secret: number[] = [];
  names.forEach((name, at) => {
    const alias = COLUMN_BY_NAME.get(fold(name));
    if (isSecret(alias)) secret.push(at);
    if (alias === undefined || named.has(alias) || Object.values(index).includes(at)) return;
    const twin = index[alias];
    if (twin !== undefined) {
      const both = `"${shownName(names[twin] ?? '')}" and "${shownName(name)}" both mean ${alias}`;
      throw fail(`${both}, choose with --column ${alias}=HEADER or take one away`, name);
    }
    index[alias] = at;
  });
  for (const column of [index.verificationCode, index.secretKey]) {
    if (column !== undefined && !secret.includes(column)) secret.push(column);
  }
  const needed = NEEDED[purpose].map((column) => {
    const at = index[column];
    if (at === undefined) throw fail(missing(column, names), column);
    return [at];
  });
  const proofs = [index.verificationCode, index.secretKey].filter((at) => at !== undefined);
  if (purpose === 'look_up') return { names, width: cells.length, index, secret, needed };
  if (proofs.length === 0) {
    throw fail(missing('verificationCode', names, ' (or secretKey)'), 'verificationCode');
  }
  return { names, width: cells.length, index, secret, needed: [...needed, proofs] };
}

/** Where a column stands among these header names, by its own name, its aliases or an override; -1: nowhere. */
export function findColumn(
  column: ColumnName,
  names: readonly string[],
  overrides: ReadonlyMap<string, string>,
): number {
  const own = [...overrides].find(([name]) => COLUMN_BY_NAME.get(fold(name)) === column)?.[1];
  if (own !== undefined) return findHeader(names, own);
  return names.findIndex((name) => COLUMN_BY_NAME.get(fold(name)) === column);
}

function missing(column: ColumnName, names: readonly string[], or = ''): string {
  return `there is no such column${or}, the headers are ${list(names)}; name yours with --column ${column}=HEADER`;
}

function knownColumn(name: string): ColumnName {
  const column = COLUMN_BY_NAME.get(fold(name));
  if (column !== undefined) return column;
  const known = Object.keys(ALIASES).join(', ');
  throw new OathEnrollError(
    'usage',
    `--column ${name}=…: there is no column of that name; the columns are ${known}`,
  );
}

const isSecret = (column: ColumnName | undefined): boolean =>
  column === 'verificationCode' || column === 'secretKey';

function endsWithResults(cells: readonly string[]): boolean {
  return (
    cells.length > RESULT_COLUMNS.length &&
    cells.slice(-RESULT_COLUMNS.length).join() === RESULT_COLUMNS.join()
  );
}

/** Columns without a name are what spreadsheets leave at the end; any other name may stand there once. */
function refuseTwins(names: readonly string[], fail: (message: string, column: string) => Error): void {
  const seen = new Set<string>();
  for (const name of names) {
    const key = name.trim().toLowerCase();
    if (key !== '' && seen.has(key))
      throw fail('this header stands there twice, rename or take away one', name);
    seen.add(key);
  }
}

function findHeader(names: readonly string[], header: string): number {
  const exact = names.findIndex((name) => name.trim() === header.trim());
  return exact >= 0 ? exact : names.findIndex((name) => fold(name) === fold(header));
}

/** Names for an error message; what may be a code or a seed, where data stands in for a header, is left out. */
function list(names: readonly string[]): string {
  const named = names.filter((name) => name.trim() !== '');
  const shown = named.slice(0, MOST_SHOWN).map((name) => {
    const safe = shownName(name);
    return safe === '…' ? safe : `"${safe}"`;
  });
  const more = named.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

const MOST_SHOWN = 20;
const LONGEST_SHOWN = 60;

/** A name for an error message: `…` where it may be a code or a seed, and cut where it is long. */
function shownName(name: string): string {
  if (looksSecret(name) && !COLUMN_BY_NAME.has(fold(name))) return '…';
  return name.length > LONGEST_SHOWN ? `${name.slice(0, LONGEST_SHOWN)}…` : name;
}
