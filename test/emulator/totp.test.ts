import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase32, encodeBase32 } from '../../src/emulator/tenant/base32.js';
import { codeOfStep, stepAt, totpCode } from '../../src/emulator/tenant/totp.js';

describe('base32', () => {
  test.each([
    ['', ''],
    ['f', 'MY======'],
    ['fo', 'MZXQ===='],
    ['foo', 'MZXW6==='],
    ['foob', 'MZXW6YQ='],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI======'],
  ])('RFC 4648 section 10: %j is %j', (text, base32) => {
    expect(encodeBase32(Buffer.from(text))).toBe(base32);
    expect(decodeBase32(base32).toString()).toBe(text);
    expect(decodeBase32(base32.replaceAll('=', '').toLowerCase()).toString()).toBe(text);
  });

  test('decoding undoes encoding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), (bytes) => {
        expect([...decodeBase32(encodeBase32(bytes))]).toEqual([...bytes]);
      }),
    );
  });

  test.each(['MZXW6Y1B', 'MZ XW', 'MZXÖ'])('%j is refused, and not repeated in the error', (text) => {
    expect(() => decodeBase32(text)).toThrow(RangeError);
    expect(() => decodeBase32(text)).not.toThrow(text);
  });
});

describe('TOTP', () => {
  const sha1Key = Buffer.from('12345678901234567890');
  const sha256Key = Buffer.from('12345678901234567890123456789012');

  test.each([
    [59, '94287082', '46119246'],
    [1111111109, '07081804', '68084774'],
    [1111111111, '14050471', '67062674'],
    [1234567890, '89005924', '91819424'],
    [2000000000, '69279037', '90698825'],
    [20000000000, '65353130', '77737706'],
  ])('RFC 6238 appendix B at %i s', (seconds, sha1, sha256) => {
    const step = stepAt(seconds * 1000, 30);
    expect(codeOfStep(sha1Key, step, 'hmacsha1', 8)).toBe(sha1);
    expect(codeOfStep(sha256Key, step, 'hmacsha256', 8)).toBe(sha256);
    const parameters = { intervalS: 30, hashFunction: 'hmacsha1' } as const;
    expect(totpCode(encodeBase32(sha1Key), seconds * 1000, parameters)).toBe(sha1.slice(2));
  });

  test('the step changes on the interval and not before', () => {
    expect([stepAt(59_999, 30), stepAt(60_000, 30), stepAt(59_999, 60), stepAt(60_000, 60)]).toEqual([
      1, 2, 0, 1,
    ]);
  });
});
