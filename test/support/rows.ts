import type { IntervalS, Row } from '../../src/model/row.js';
import { Secret } from '../../src/model/secret.js';

/** A wall time on which a 30 s and a 60 s step begin, ms since the epoch. */
export const START_MS = 1_790_000_040_000;

/** A row with a code, on `line`, collected at START_MS. */
export function codeRow(line: number, over: Partial<Row> = {}): Row {
  return {
    line,
    serialNumber: `S${line}`,
    user: `user${line}@contoso.example`,
    displayName: undefined,
    intervalS: 30,
    proof: { kind: 'code', code: new Secret('588651'), collectedAtMs: START_MS },
    ...over,
  };
}

/**
 * A row whose code, with one grace step, may be sent until `steps` steps after START_MS. 0 is START_MS itself; at a
 * 30 s interval 2 is START_MS + 60 s, the most that a code just collected has.
 */
export function rowDueIn(steps: number, line: number, intervalS: IntervalS = 30): Row {
  const collectedAtMs = START_MS + (steps - 2) * intervalS * 1000;
  return codeRow(line, { intervalS, proof: { kind: 'code', code: new Secret('588651'), collectedAtMs } });
}

/** A row with a seed: it cannot expire. */
export function seedRow(line: number): Row {
  return codeRow(line, {
    proof: { kind: 'seed', seed: new Secret('GEZDGNBVGY3TQOJQ'), hashFunction: 'hmacsha1' },
  });
}

/** A row whose token is not yet in the inventory; without a user it is only put there. */
export function newTokenRow(line: number, over: Partial<Row> = {}): Row {
  return { ...seedRow(line), maker: { manufacturer: 'Contoso', model: 'HardwareKey' }, ...over };
}
