import { createHmac } from 'node:crypto';
import { decodeBase32 } from './base32.js';

export type HashFunction = 'hmacsha1' | 'hmacsha256';

export interface TotpParameters {
  readonly intervalS: 30 | 60;
  readonly hashFunction: HashFunction;
}

const HASHES = { hmacsha1: 'sha1', hmacsha256: 'sha256' } as const;

/** The time step that an instant falls in (RFC 6238 section 4.2, T0 = 0). */
export function stepAt(atMs: number, intervalS: number): number {
  return Math.floor(atMs / 1000 / intervalS);
}

/** HOTP (RFC 4226 section 5.3) of a step, `digits` long with its leading zeros. */
export function codeOfStep(key: Uint8Array, step: number, hashFunction: HashFunction, digits = 6): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac(HASHES[hashFunction], key).update(counter).digest();
  const offset = mac.readUInt8(mac.length - 1) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/** The six digits that a fob with this base32 seed shows at `atMs` (ms since the epoch). */
export function totpCode(seedBase32: string, atMs: number, parameters: TotpParameters): string {
  const { intervalS, hashFunction } = parameters;
  return codeOfStep(decodeBase32(seedBase32), stepAt(atMs, intervalS), hashFunction);
}
