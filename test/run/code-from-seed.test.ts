import { describe, expect, it } from 'vitest';
import { codeFromSeed } from '../../src/run/session/code-from-seed.js';
import { reasonOf, rowOf } from '../intake/read.js';
import { codeRow } from '../support/rows.js';

/** What a row of a file has for a seed, in base32. */
async function seedOf(cell: string): Promise<string> {
  const { proof } = await rowOf(`serial,upn,seed\nS1,a@contoso.com,${cell}\n`);
  if (proof.kind !== 'seed') throw new Error('the row has no seed');
  return proof.seed.reveal();
}

const wrongOf = (cell: string): Promise<string> => reasonOf(`serial,upn,seed\nS1,a@contoso.com,${cell}\n`);

/** Keys of RFC 6238 appendix B, as corrected by its erratum 2866: digits in ASCII, as many as the hash has bytes. */
const SHA1 = {
  hash: 'hmacsha1',
  hex: '3132333435363738393031323334353637383930',
  base32: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
};
const SHA256 = {
  hash: 'hmacsha256',
  hex: '3132333435363738393031323334353637383930313233343536373839303132',
  base32: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA',
};

/** Seconds, and the eight digits that the RFC has for them. */
const VECTORS = [
  [SHA1, 59, '94287082'],
  [SHA256, 59, '46119246'],
  [SHA1, 1111111109, '07081804'],
  [SHA256, 1111111109, '68084774'],
  [SHA1, 1111111111, '14050471'],
  [SHA256, 1111111111, '67062674'],
  [SHA1, 1234567890, '89005924'],
  [SHA256, 1234567890, '91819424'],
  [SHA1, 2000000000, '69279037'],
  [SHA256, 2000000000, '90698825'],
  [SHA1, 20000000000, '65353130'],
  [SHA256, 20000000000, '77737706'],
] as const;

describe('the code of a seed in a file', () => {
  const rows = VECTORS.flatMap(([key, seconds, digits]) =>
    [key.base32, key.hex].map((cell) => [key.hash, seconds, digits, cell] as const),
  );

  it.each(rows)('RFC 6238 appendix B: %s at %i s ends %s, from %s', async (hash, seconds, digits, cell) => {
    const row = await rowOf(`serial,upn,seed,algorithm\nS1,a@contoso.com,${cell},${hash}\n`);
    expect(codeFromSeed(row, seconds * 1000).reveal()).toBe(digits.slice(2));
    // All of its step, and no longer.
    const stepMs = Math.floor(seconds / 30) * 30_000;
    expect(codeFromSeed(row, stepMs).reveal()).toBe(digits.slice(2));
    expect(codeFromSeed(row, stepMs + 29_999).reveal()).toBe(digits.slice(2));
    expect(codeFromSeed(row, stepMs + 30_000).reveal()).not.toBe(digits.slice(2));
  });

  it('counts steps of the row’s own interval', async () => {
    const row = await rowOf(`serial,upn,seed,period\nS1,a@contoso.com,${SHA1.base32},60\n`);
    // 1111111109 s is step 37037036 of 30 s: of 60 s that is at twice the time.
    expect(codeFromSeed(row, 2 * 1111111109 * 1000).reveal()).toBe('081804');
  });

  it('is no code of the other hash function, nor of another seed', async () => {
    const row = await rowOf(`serial,upn,seed,algorithm\nS1,a@contoso.com,${SHA1.base32},hmacsha256\n`);
    expect(codeFromSeed(row, 59_000).reveal()).not.toBe('287082');
    const other = await rowOf(`serial,upn,seed\nS1,a@contoso.com,${SHA1.base32.replace('G', 'H')}\n`);
    expect(codeFromSeed(other, 59_000).reveal()).not.toBe('287082');
  });

  it('is not made of a code', () => {
    expect(() => codeFromSeed(codeRow(1), 0)).toThrow('a code, not a seed');
  });
});

/** RFC 4648 section 10, without padding. */
const BASE32 = [
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
] as const;

describe('base32', () => {
  // Hexadecimal is known as such from 16 bytes on. Whole groups of five bytes before it leave a vector as it is.
  it.each(BASE32)('of hexadecimal, RFC 4648 section 10: %j is %s', async (text, base32) => {
    const hex = Buffer.from(`foobafoobafooba${text}`).toString('hex');
    expect(await seedOf(hex)).toBe(`MZXW6YTBMZXW6YTBMZXW6YTB${base32}`);
    expect(await seedOf(hex.toUpperCase())).toBe(`MZXW6YTBMZXW6YTBMZXW6YTB${base32}`);
  });

  it.each(BASE32)('is taken with its padding and without: %j is %s', async (_, base32) => {
    const padded = base32.padEnd(Math.ceil(base32.length / 8) * 8, '=');
    for (const cell of [base32, padded, padded.toLowerCase()]) expect(await seedOf(cell)).toBe(base32);
  });

  it.each([
    ['M', 'is base32 with a character missing or too many'],
    ['MZX', 'is base32 with a character missing or too many'],
    ['MZXW6Y', 'is base32 with a character missing or too many'],
    ['MZXW6YTBO', 'is base32 with a character missing or too many'],
    ['MZXW6Y==', 'is base32 with a character missing or too many'],
    ['MZX=====', 'is base32 with a character missing or too many'],
    ['MZ=XW6YQ', 'is not base32'],
    ['=MZXW6YQ', 'is not base32'],
    ['========', 'is empty'],
    // "foobar" in hexadecimal: too short to be taken for that, and no base32.
    ['666F6F626172', 'is not base32'],
    // Half a byte is missing.
    [SHA1.hex.slice(1), 'is not base32'],
  ])('is refused where its length or padding is wrong: %s', async (cell, says) => {
    const reason = await wrongOf(cell);
    expect(reason).toContain(says);
    expect(reason).not.toContain(cell);
  });
});
