const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Base32 with padding (RFC 4648 section 6). */
export function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((held >>> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  if (bits > 0) text += ALPHABET.charAt((held << (5 - bits)) & 31);
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=');
}

/**
 * The bytes of a base32 text (RFC 4648 section 6); either case, padding optional, left-over bits dropped.
 * Throws a `RangeError` on any other character; its message does not repeat the text, which may be a seed.
 */
export function decodeBase32(text: string): Buffer {
  const digits = text.replace(/=+$/, '').toUpperCase();
  const bytes = Buffer.alloc(Math.floor((digits.length * 5) / 8));
  let at = 0;
  let bits = 0;
  let held = 0;
  for (const digit of digits) {
    const value = ALPHABET.indexOf(digit);
    if (value === -1)
      throw new RangeError('not base32: only the letters A to Z and the digits 2 to 7 may occur');
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >>> bits;
    }
    held &= (1 << bits) - 1;
  }
  return bytes;
}
