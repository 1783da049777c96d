import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../src/dispatch/pace/retry-after.js';

const NOW_MS = Date.parse('2026-11-02T09:00:00Z');
const NEVER_READ = NOW_MS + 1e9;

describe('Retry-After in seconds', () => {
  it.each([
    ['0', 0],
    ['1', 1000],
    ['120', 120_000],
    ['2.128', 2128],
    ['0.5', 500],
    [' 7 ', 7000],
    ['007', 7000],
  ])('%j is %d ms', (header, waitMs) => expect(retryAfterMs(header, undefined, NOW_MS)).toBe(waitMs));

  it.each([
    ['beyond what a timer holds', '2147484', 2_147_484_000],
    ['of three years', '94608000', 94_608_000_000],
    ['beyond what a number holds', '9'.repeat(400), Infinity],
  ])('is not shortened %s', (_, header, waitMs) =>
    expect(retryAfterMs(header, undefined, NOW_MS)).toBe(waitMs),
  );

  it('is never early', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(999), (seconds, thousandths) => {
        const header = `${seconds}.${String(thousandths).padStart(3, '0')}`;
        // To a tenth of a microsecond, which is far below what any clock here shows.
        expect(retryAfterMs(header, undefined, NOW_MS)).toBeGreaterThan(seconds * 1000 + thousandths - 1e-4);
      }),
    );
  });
});

describe('Retry-After as an HTTP-date', () => {
  const forms = [
    ['IMF-fixdate', 'Mon, 02 Nov 2026 09:00:42 GMT'],
    ['RFC 850', 'Monday, 02-Nov-26 09:00:42 GMT'],
    ['asctime', 'Mon Nov  2 09:00:42 2026'],
    ['asctime with two digits', 'Mon Nov 02 09:00:42 2026'],
  ] as const;

  it.each(forms)('in the form of %s is read against the Date of the answer', (_, header) => {
    expect(retryAfterMs(header, NOW_MS + 2000, NEVER_READ)).toBe(40_000);
  });

  it.each(forms)('in the form of %s is read against our clock where the answer has no Date', (_, header) => {
    expect(retryAfterMs(header, undefined, NOW_MS)).toBe(42_000);
  });

  it('in the past asks for no wait', () => {
    expect(retryAfterMs('Mon, 02 Nov 2026 08:00:00 GMT', NOW_MS, NEVER_READ)).toBe(0);
  });

  it('far off is not shortened', () => {
    expect(retryAfterMs('Sun, 02 Nov 2036 09:00:00 GMT', NOW_MS, NOW_MS)).toBe(3653 * 86_400_000);
  });

  it('of any instant gives the time to it', () => {
    fc.assert(
      fc.property(fc.nat(4e9), (seconds) => {
        const header = new Date(seconds * 1000).toUTCString();
        expect(retryAfterMs(header, NOW_MS, NEVER_READ)).toBe(Math.max(0, seconds * 1000 - NOW_MS));
      }),
    );
  });
});

describe('no usable Retry-After', () => {
  it('is undefined where there is no header', () => {
    expect(retryAfterMs(undefined, NOW_MS, NOW_MS)).toBeUndefined();
  });

  it.each([
    '',
    '   ',
    'soon',
    '-5',
    '+5',
    '5 s',
    '5,7',
    '1e3',
    '0x10',
    'NaN',
    'Infinity',
    '.5',
    '5.',
    '2026-11-02T09:00:42Z',
    'Mon, 5 GMT',
    'Mon, 2 Nov GMT',
    'Mon Nov 2',
    'Mon, 99 Nov 2026 09:00:42 GMT',
    'Mon, 02 Nov 2026 09:00:42',
    'Mon, 02 Nov 2026 09:00:42 +0100',
    'Mon, 02 Nov 2026 25:00:42 GMT',
  ])('is undefined for %j', (header) => {
    expect(retryAfterMs(header, NOW_MS, NOW_MS)).toBeUndefined();
  });
});
