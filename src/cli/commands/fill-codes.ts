import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

/** Reads what a token shows at an instant, wall time in ms; undefined for a serial number that nobody has. */
export type ReadToken = (serialNumber: string, atMs: number) => string | undefined;

/** How long ago a `{dead}` code was read. */
const DEAD_MS = 5 * 60_000;

/**
 * Plays the people who read codes off tokens, for the demo: fills the `Code` and `Collected at` columns of a
 * semicolon CSV. An empty code or `{fresh}` is read now, `{dead}` was read five minutes ago, `{wrong}` is mistyped;
 * anything else stays as it is.
 */
export function fillCodes(csv: string, readToken: ReadToken, nowMs: number): string {
  const records = parse<Record<string, string>>(csv, { columns: true, delimiter: ';', bom: true });
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
  return stringify(records, { header: true, delimiter: ';' });
}

/** The code with its last digit one off. */
const mistyped = (code: string): string => code.slice(0, 5) + String((Number(code[5]) + 1) % 10);
