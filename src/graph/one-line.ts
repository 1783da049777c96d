const HIDDEN = '[secret]';

/** What has the look of a bearer token: a JWT, or whatever follows the word Bearer. */
const BEARER = /Bearer\s+[\w.~+/-]+=*|eyJ[\w-]+\.[\w.-]+/gi;

/**
 * What has the look of a code or of a seed, perhaps of another row: six digits, or capitals of base32, or 16 bytes and
 * more in hexadecimal as vendors write them, by themselves.
 */
const PROOF = /(?<![\w-])(?:\d{6}|[A-Z2-7]{16,}|[\dA-Fa-f]{32,})(?![\w-])/g;

/** Line breaks, terminal escapes, bidirectional overrides, halves of characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/**
 * Foreign text made fit for a log, a CSV cell or a terminal: one line, nothing that a terminal would obey, at most
 * `maxLength` characters, and neither one of `secrets` nor what has the look of a bearer token, a code or a seed. A
 * foreign number of six digits is lost that way, be it a user's name: rather that than somebody's code.
 */
export function oneLine(text: string, maxLength: number, secrets: readonly string[] = []): string {
  if (text === '') return '';
  let line = text.replace(UNPRINTABLE, ' ');
  for (const secret of secrets) if (secret !== '') line = line.replaceAll(secret, HIDDEN);
  line = line.replace(BEARER, HIDDEN).replace(PROOF, HIDDEN).replace(/\s+/g, ' ').trim();
  return line.length <= maxLength ? line : `${line.slice(0, maxLength - 1).replace(UNPRINTABLE, '')}…`;
}
