import { CsvError, parse } from 'csv-parse/sync';
import { readFile } from 'node:fs/promises';
import type { TokenSpec, UserSpec } from './device.js';

/**
 * Reads a vendor's token file in Microsoft's layout: `upn,serial number,secret key,time interval,manufacturer,model`
 * and perhaps `hash function`. Where the `upn` is filled in, the token is assigned to that user.
 * Throws an `Error` that names file, line and column, never a seed.
 */
export async function readTokensCsv(path: string): Promise<TokenSpec[]> {
  return (await readRecords(path, ['serial number', 'secret key'])).map(({ cells, where }) => {
    const {
      upn = '',
      serialnumber = '',
      secretkey = '',
      timeinterval = '30',
      manufacturer = '',
      model = '',
    } = cells;
    const hashFunction = cells['hashfunction'] ?? '';
    if (timeinterval !== '30' && timeinterval !== '60')
      throw new Error(`${where}: time interval must be 30 or 60`);
    if (hashFunction !== '' && hashFunction !== 'hmacsha1' && hashFunction !== 'hmacsha256')
      throw new Error(`${where}: hash function must be hmacsha1 or hmacsha256`);
    return {
      where,
      serialNumber: serialnumber,
      secretKey: secretkey,
      timeIntervalInSeconds: timeinterval === '30' ? 30 : 60,
      manufacturer,
      model,
      ...(hashFunction === '' ? {} : { hashFunction }),
      ...(upn === '' ? {} : { assignTo: upn }),
    };
  });
}

/**
 * Reads users: `userPrincipalName,id,displayName,accountEnabled,userType,otherMethods`; all but the first may be empty or
 * missing. Throws an `Error` that names file, line and column.
 */
export async function readUsersCsv(path: string): Promise<UserSpec[]> {
  return (await readRecords(path, ['userPrincipalName'])).map(({ cells, where }) => {
    const { userprincipalname = '', id = '', displayname = '', accountenabled = '', usertype = '' } = cells;
    const otherMethods = cells['othermethods'] ?? '';
    if (userprincipalname === '') throw new Error(`${where}: userPrincipalName is empty`);
    if (usertype !== '' && usertype !== 'Member' && usertype !== 'Guest')
      throw new Error(`${where}: userType must be Member or Guest`);
    if (!/^(true|false)?$/i.test(accountenabled))
      throw new Error(`${where}: accountEnabled must be true or false`);
    if (!/^\d*$/.test(otherMethods)) throw new Error(`${where}: otherMethods must be a whole number`);
    return {
      where,
      userPrincipalName: userprincipalname,
      ...(id === '' ? {} : { id }),
      ...(displayname === '' ? {} : { displayName: displayname }),
      ...(accountenabled === '' ? {} : { accountEnabled: accountenabled.toLowerCase() === 'true' }),
      ...(usertype === '' ? {} : { userType: usertype }),
      ...(otherMethods === '' ? {} : { otherMethods: Number(otherMethods) }),
    };
  });
}

interface FileRecord {
  readonly where: string;
  /** By column name, lower case and without blanks and underscores. */
  readonly cells: Readonly<Record<string, string>>;
}

const plainly = (name: string): string => name.toLowerCase().replace(/[\s_]/g, '');

async function readRecords(path: string, required: readonly string[]): Promise<FileRecord[]> {
  const text = await readFile(path);
  const columns = (names: readonly string[]): string[] => {
    const known = names.map(plainly);
    const missing = required.find((name) => !known.includes(plainly(name)));
    if (missing !== undefined) throw new Error(`${path}: its first line names no column "${missing}"`);
    return known;
  };
  let rows: { record: Record<string, string>; info: { lines: number } }[];
  try {
    rows = parse(text, { bom: true, trim: true, info: true, skip_empty_lines: true, columns });
  } catch (error) {
    throw error instanceof CsvError ? new Error(`${path}${noCsv(error)}`) : error;
  }
  return rows.map(({ record, info }) => ({ cells: record, where: `${path}, line ${info.lines}` }));
}

/** Where a file is no CSV, and why. The reader's own words may hold a seed. */
function noCsv({ code, lines }: CsvError): string {
  const why = code.includes('QUOTE')
    ? 'a quote stands where none may, or is never closed'
    : code === 'CSV_RECORD_INCONSISTENT_COLUMNS'
      ? 'it has more or fewer cells than the first line'
      : `this is no CSV (${code})`;
  return `${typeof lines === 'number' ? `, line ${lines}` : ''}: ${why}`;
}
