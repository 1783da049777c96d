import fc from 'fast-check';
import { expect, test } from 'vitest';
import { oneLine } from '../../src/graph/one-line.js';

test('any text becomes one short line of whole, visible characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 40 }), (text, maxLength) => {
      const line = oneLine(text, maxLength);
      expect(line.length).toBeLessThanOrEqual(maxLength);
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('a secret does not survive, wherever it stands', () => {
  const code = fc.stringMatching(/^\d{6}$/);
  fc.assert(
    fc.property(fc.array(fc.string()), code, fc.integer({ min: 1, max: 60 }), (texts, secret, maxLength) => {
      expect(oneLine(texts.join(secret), maxLength, [secret])).not.toContain(secret);
    }),
  );
});

test('a line of just the length is whole, blanks in a row are one', () => {
  expect(oneLine('four', 4)).toBe('four');
  expect(oneLine('fours', 4)).toBe('fou…');
  expect(oneLine('a  b\n\nc', 10)).toBe('a b c');
});

test('a plain line stays as it is', () => {
  expect(oneLine('Resource “ä” does not exist.', 300, ['588651', ''])).toBe('Resource “ä” does not exist.');
});

test.each([
  ['code 588651.', 'code [secret].'],
  ['(588651)', '([secret])'],
  ['seed GEZDGNBVGY3TQOJQ!', 'seed [secret]!'],
  ['seed 3132333435363738393031323334353637383930.', 'seed [secret].'],
])('what has the look of a code or a seed does not survive: %s', (text, line) => {
  expect(oneLine(text, 300)).toBe(line);
});

test.each(['InvalidAuthenticationToken', 'AADSTS700016', '5886510', '8eb2a1f0-0000-4000-8000-588651588651'])(
  'an error code or a request id stays as it is: %s',
  (text) => expect(oneLine(text, 300)).toBe(text),
);
