import { Secret as OtpSecret } from 'otpauth';
import { z } from 'zod';
import type { HashFunction, IntervalS, Purpose } from '../model/row.js';
import { parseMoment } from './collected-at.js';

/** How far ahead of ours the clock at the desk may be; a later time would let a dead code count as living. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** Generous: serial numbers on fobs have 8 to 16 characters. */
const MAX_SERIAL_LENGTH = 128;

/** 64 for the name, `@` and 255 for the domain (RFC 5321 section 4.5.3.1); Entra's own limit is lower. */
const MAX_USER_LENGTH = 320;

/** Graph, hardwareOathTokenAuthenticationMethodDevice: `secretKey`. */
const MAX_SEED_LENGTH = 128;

/** Longer base32 seeds are taken for SHA-256 by some tools, and are SHA-1 for others. */
const SURE_SHA1_LENGTH = 32;

const MAX_ORIGIN_LENGTH = 256;

const AS_TEXT = 'format the column as text';
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const SCIENTIFIC = /^\d+(?:[.,]\d+E\+?|E\+)\d+$/i;
const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** What may be wrong with a text, and the words for it. The first that holds is told; no words quote the text. */
type Wrongs = readonly (readonly [holds: (text: string) => boolean, words: string])[];

function textField(wrongs: Wrongs): z.ZodType<string, string> {
  return z.string().superRefine((text, context) => {
    const wrong = wrongs.find(([holds]) => holds(text));
    if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong[1] });
  });
}

/** A field whose text stands for a value; `read` gives the value or the words for what is wrong. */
function readField<T>(read: (text: string) => { value: T } | { wrong: string }): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    const result = read(text);
    if ('value' in result) return result.value;
    context.addIssue({ code: 'custom', message: result.wrong });
    return z.NEVER;
  });
}

const serialNumber = textField([
  [(text) => text === '', 'is empty'],
  [
    (text) => SCIENTIFIC.test(text),
    `was turned into a number like 1.23E+11 by a spreadsheet, ${AS_TEXT} and enter it anew`,
  ],
  [(text) => /^\d+[.,]0+$/.test(text), `was turned into a decimal number by a spreadsheet, ${AS_TEXT}`],
  [(text) => HIDDEN.test(text), 'holds a line break or another character that cannot be seen'],
  [(text) => text.length > MAX_SERIAL_LENGTH, `is longer than ${MAX_SERIAL_LENGTH} characters`],
]);

const user = textField([
  [(text) => text === '', 'is empty'],
  [(text) => text.length > MAX_USER_LENGTH, `is longer than ${MAX_USER_LENGTH} characters`],
  [(text) => HIDDEN.test(text), 'holds a line break or another character that cannot be seen'],
  [(text) => /\s/.test(text), 'holds a space; write a user principal name (amy@contoso.com) or an object id'],
  [
    (text) => !GUID.test(text) && !/^[^@]+@[^@]+$/.test(text),
    'is neither a user principal name (amy@contoso.com) nor an object id',
  ],
]);

const verificationCode = readField<string>((text) => {
  if (/^[0-9]{6}$/.test(text)) return { value: text };
  // As the display of a fob shows it.
  if (/^[0-9]{3}[\s-][0-9]{3}$/.test(text)) return { value: text.slice(0, 3) + text.slice(4) };
  return { wrong: CODE_WRONGS.find(([holds]) => holds(text))?.[1] ?? 'is not a code of six digits' };
});

const CODE_WRONGS: Wrongs = [
  [(text) => text === '', 'is empty, no code was collected'],
  [(text) => /^[0-9]{1,5}$/.test(text), `lost its leading zeros in a spreadsheet, ${AS_TEXT}`],
  [(text) => /^[0-9]{7,}$/.test(text), 'has more than six digits'],
  [(text) => SCIENTIFIC.test(text), `was turned into scientific notation by a spreadsheet, ${AS_TEXT}`],
  [(text) => /^[0-9]+[.,]0+$/.test(text), `was turned into a decimal number by a spreadsheet, ${AS_TEXT}`],
  [
    (text) => /^[0-9]{1,3}[.,'’][0-9]{3}$/.test(text),
    `was given a thousands separator by a spreadsheet, ${AS_TEXT}`,
  ],
  [
    (text) => /^[\p{Nd}\s-]+$/u.test(text) && /[^0-9\s-]/.test(text),
    'has full-width or other digits that are not 0 to 9',
  ],
];

/** A seed as Graph wants it. */
interface Seed {
  readonly base32: string;
  readonly wasHex: boolean;
}

const secretKey = readField<Seed>((text) => {
  const written = text
    .replace(/[\s-]/g, '')
    .replace(/(?<!=)=+$/, '')
    .toUpperCase();
  const wasHex = isHex(written);
  const base32 = wasHex ? OtpSecret.fromHex(written).base32 : written;
  const wrong = SEED_WRONGS.find(([holds]) => holds(base32));
  return wrong === undefined ? { value: { base32, wasHex } } : { wrong: wrong[1] };
});

/** Base32 has no 0, 1, 8 and 9. At least 16 bytes: a shorter text may as well be a slip. */
const isHex = (text: string): boolean => /^(?:[0-9A-F]{2}){16,}$/.test(text) && /[0189]/.test(text);

const SEED_WRONGS: Wrongs = [
  [(seed) => seed === '', 'is empty'],
  // 20 and 32 bytes, the usual lengths, in hexadecimal; in base32 these would be odd ones.
  [
    (seed) => /^(?:[A-F2-7]{40}|[A-F2-7]{64})$/.test(seed),
    'could be hexadecimal as well as base32, and nothing tells which: write it in base32',
  ],
  [(seed) => !/^[A-Z2-7]*$/.test(seed), 'is not base32, which has the letters A to Z and the digits 2 to 7'],
  [(seed) => seed.length > MAX_SEED_LENGTH, `is longer than ${MAX_SEED_LENGTH} characters of base32`],
  // RFC 4648 section 6: base32 of whole bytes never leaves 1, 3 or 6 characters over.
  [(seed) => [1, 3, 6].includes(seed.length % 8), 'is base32 with a character missing or too many'],
];

const timeInterval = readField<IntervalS>((text) => {
  const seconds = /^(30|60)(?:[.,]0+)?\s*(?:s|sec|seconds)?$/i.exec(text)?.[1];
  return seconds === undefined
    ? { wrong: 'is neither 30 nor 60 seconds' }
    : { value: seconds === '30' ? 30 : 60 };
});

const HASH_FUNCTIONS: ReadonlyMap<string, HashFunction> = new Map([
  ['sha1', 'hmacsha1'],
  ['hmacsha1', 'hmacsha1'],
  ['sha256', 'hmacsha256'],
  ['hmacsha256', 'hmacsha256'],
]);

const hashFunction = readField<HashFunction>((text) => {
  const value = HASH_FUNCTIONS.get(text.replace(/[\s_-]/g, '').toLowerCase());
  return value === undefined
    ? { wrong: 'is neither hmacsha1 nor hmacsha256, which are all that Entra knows' }
    : { value };
});

/** The collected time is held against `now`, ms since the epoch: a code cannot come from the future. */
const collectedAt = (now: () => number): z.ZodType<number, string> =>
  readField((text) => {
    const moment = parseMoment(text);
    if ('wrong' in moment) return moment;
    const isAhead = moment.ms > now() + CLOCK_SKEW_MS;
    return isAhead
      ? { wrong: 'lies in the future, check the clock and the time zone' }
      : { value: moment.ms };
  });

/** What the inventory is told of a token's origin. */
const originText = textField([
  [(text) => text === '', 'is empty, and the inventory wants it'],
  [(text) => text.length > MAX_ORIGIN_LENGTH, `is longer than ${MAX_ORIGIN_LENGTH} characters`],
  [(text) => HIDDEN.test(text), 'holds a line break or another character that cannot be seen'],
]);

/**
 * The fields of a row as texts without outer blanks; those that the row does not have, or leaves empty, are missing.
 *
 * @param defaultHash what counts for seeds of rows that do not say; where a token is imported without it, a long seed
 *   must say
 */
export const rowFields = (now: () => number, purpose: Purpose, defaultHash: HashFunction | undefined) =>
  z
    .object({
      serialNumber,
      user: user.optional(),
      verificationCode: verificationCode.optional(),
      collectedAt: collectedAt(now).optional(),
      secretKey: secretKey.optional(),
      timeInterval: timeInterval.optional(),
      hashFunction: hashFunction.optional(),
      displayName: z.string().optional(),
      manufacturer: originText.optional(),
      model: originText.optional(),
    })
    .superRefine(({ secretKey: seed, hashFunction: hash = defaultHash }, context) => {
      if (purpose === 'enroll' || hash !== undefined || seed === undefined) return;
      if (seed.base32.length <= SURE_SHA1_LENGTH) return;
      const message =
        'does not say hmacsha1 or hmacsha256, and the seed is so long that it could be for either: ' +
        'ask the vendor, then fill in the column or give --hash-function';
      context.addIssue({ code: 'custom', message, path: ['hashFunction'] });
    });

export type RowFields = ReturnType<typeof rowFields>;
