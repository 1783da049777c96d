import type { z } from 'zod';
import { Secret } from '../model/secret.js';
import type { HashFunction, IntervalS, Maker, Proof, Purpose, Row } from '../model/row.js';
import type { ColumnName, Columns } from './columns.js';
import { rowFields, type RowFields } from './fields.js';
import { tidy } from './tidy.js';

/** Why a row cannot be used. Neither text quotes a code or a seed. */
export interface Invalid {
  readonly reason: string;
  /** The header of the first column that is at fault, where one is. */
  readonly column?: string;
}

/** A row that can be used. */
export interface Usable {
  readonly row: Row;
  /** Its seed was written in hexadecimal; the row has it in base32. */
  readonly seedWasHex?: boolean | undefined;
}

export interface ValidationOptions {
  readonly defaultInterval: IntervalS;
  /** `enroll` unless told. */
  readonly purpose?: Purpose | undefined;
  /** For rows with a seed that do not say: hmacsha1, but where a token is imported and its seed leaves a doubt. */
  readonly defaultHash?: HashFunction | undefined;
  /** Wall time, ms since the epoch. */
  readonly now: () => number;
  /** For rows without a time of their own: when the code of a row that arrived then was read, both ms since the epoch. */
  readonly collectedAtMs: (arrivedAtMs: number) => number;
  /** Whether codes are still to be read: those that stand in the input are dead, and none is missed. */
  readonly codesComeLater?: boolean | undefined;
}

/** Makes rows of the cells of one input; what they must look like is set up once. */
export function rowValidator(
  { index, names }: Columns,
  options: ValidationOptions,
): (line: number, cells: readonly string[], arrivedAtMs: number) => Usable | Invalid {
  const { defaultInterval, defaultHash, now, collectedAtMs } = options;
  const { codesComeLater = false, purpose = 'enroll' } = options;
  const schema = rowFields(now, purpose, defaultHash);
  const text = (cells: readonly string[], column: ColumnName): string => {
    const at = index[column];
    return at === undefined ? '' : tidy(cells[at] ?? '');
  };
  return (line, cells, arrivedAtMs) => {
    const optional = (column: ColumnName): string | undefined => text(cells, column) || undefined;
    const seed = text(cells, 'secretKey');
    // With a seed the code is made when it is sent: one that was typed in as well, and its time, do not matter.
    const needsSeed = purpose !== 'enroll' || index.verificationCode === undefined;
    const proof =
      seed !== '' || needsSeed
        ? { secretKey: seed }
        : codesComeLater
          ? {}
          : { verificationCode: text(cells, 'verificationCode'), collectedAt: optional('collectedAt') };
    const checked = schema.safeParse({
      serialNumber: text(cells, 'serialNumber'),
      ...(purpose !== 'import' && { user: text(cells, 'user') }),
      ...(purpose !== 'enroll' && {
        manufacturer: text(cells, 'manufacturer'),
        model: text(cells, 'model'),
      }),
      timeInterval: optional('timeInterval'),
      hashFunction: optional('hashFunction'),
      displayName: optional('displayName'),
      ...proof,
    });
    if (!checked.success)
      return invalid(checked.error.issues, (column) => names[index[column] ?? -1]?.trim() ?? column);
    const { data } = checked;
    const row = {
      line,
      serialNumber: data.serialNumber,
      user: data.user ?? '',
      displayName: data.displayName,
      intervalS: data.timeInterval ?? defaultInterval,
      proof: makeProof(data, defaultHash, data.collectedAt ?? collectedAtMs(arrivedAtMs)),
      maker: makerOf(data),
    };
    return { row, seedWasHex: data.secretKey?.wasHex === true };
  };
}

type Fields = z.output<RowFields>;

function makeProof(data: Fields, defaultHash: HashFunction = 'hmacsha1', collectedAtMs: number): Proof {
  const { verificationCode: code, secretKey: seed, hashFunction = defaultHash } = data;
  if (seed !== undefined) return { kind: 'seed', seed: new Secret(seed.base32), hashFunction };
  return { kind: 'code', code: new Secret(code ?? ''), collectedAtMs };
}

function makerOf({ manufacturer, model }: Fields): Maker | undefined {
  return manufacturer === undefined || model === undefined ? undefined : { manufacturer, model };
}

/** All that is wrong, so that it can be mended in one go, under the names that the file itself uses. */
function invalid(issues: readonly z.core.$ZodIssue[], headerOf: (column: ColumnName) => string): Invalid {
  const faults = issues.map(({ path, message }) => ({ column: headerOf(path[0] as ColumnName), message }));
  const reason = faults.map(({ column, message }) => `column "${column}" ${message}`).join('; ');
  return { reason, column: faults[0]?.column ?? '' };
}
