import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

/** Reads what a token shows at an instant, wall time in ms; undefined for a serial number that nobody has. */
export type ReadToken = (serialNumber: string, atMs: number) => string | undefined;

/** How long ago a `{dead}` code was read. */
const DEAD_MS = 5 * 60_000;

/**
 * Plays the people who read codes off tokens, for the demo: fills the `Code` and `Collected at` columns of a
 * CSV. An empty code or `{fresh}` is read now, `{dead}` was read five minutes ago, `{wrong}` is mistyped;
 * anything else stays as it is.
 *
 * @returns undefined where it is no CSV, or has no rows
 */
export function fillCodes(csv: string, readToken: ReadToken, nowMs: number): string | undefined {
  const delimiter = [';', '\t'].find((each) => csv.split('\n', 1)[0]?.includes(each)) ?? ',';
  const records = recordsOf(csv, delimiter);
  if (records.length === 0) return undefined;
  for (const record of records) {
    const wanted = record['Code'] ?? '';
    const serialNumber = (record['Serial number'] ?? '').trim();
    const readAtMs = wanted === '{dead}' ? nowMs - DEAD_MS : nowMs;
    const shown = readToken(serialNumber, readAtMs) ?? '123456';
    if (wanted === '' || wanted === '{fresh}' || wanted === '{dead}') record['Code'] = shown;
    else if (wanted === '{wrong}') record['Code'] = mistyped(shown);
    else continue;
    record['Collected at'] = new Date(readAtMs).toISOString();
  }
  return stringify(records, { header: true, delimiter });
}

/** What is wrong with a table that cannot be read is for the run to say. */
function recordsOf(csv: string, delimiter: string): Record<string, string>[] {
  try {
    return parse(csv, { columns: true, delimiter, bom: true });
  } catch (error) {
    if (error instanceof CsvError) return [];
    throw error;
  }
}

/** The code with its last digit one off. */
const mistyped = (code: string): string => code.slice(0, 5) + String((Number(code[5]) + 1) % 10);
