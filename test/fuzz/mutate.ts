import { CANARIES } from './laws.js';

/** What files of tokens are made of, and what breaks them. */
const TOKENS: readonly Buffer[] = [
  ...['"', '""', '"""', ',', ';', '\t', '\n', '\r\n', '\r', '\n\n', ' ', "'", '=', '="0123"', '\u00a0'],
  ...['\ufeff', '\0', 'ü', '🏔', '\u2028', '\u200b', 'sep=;\n', ',"', '";', '"\n', '\n"', '"\r'],
  ...['serialNumber', 'serial', 'user', 'upn', 'code', 'seed', 'collectedAt', 'period', 'algorithm'],
  ...['TOTP1', 'totp1', 'a@x', '1.23E+05', '60', 'SHA256', '2026-01-31T09:29:30Z', ...CANARIES],
  ...['\nTOTP2,b@x,739154', ',status,needsRecollection,reason'],
]
  .map((text) => Buffer.from(text))
  .concat(
    ['ff', 'fffe', 'feff', 'efbbbf', '504b0304', 'd800', '00', 'c3', 'fffe0000'].map((hex) =>
      Buffer.from(hex, 'hex'),
    ),
  );

/** Inputs that each open another door. */
export const SEEDS: readonly Buffer[] = [
  'serialNumber,user,verificationCode\nTOTP1,a@x,739154\nTOTP2,b@x,"123456"\n',
  'sep=;\r\nserial;upn;code;note\r\nTOTP1;a@x;123 456;"one\r\ntwo"\r\n;;;\r\ntotp1;c@x;739154;\r\n',
  'serial\tuser\tseed\talgorithm\tperiod\rTOTP1\ta@x\tKZJW4QHD3TN6RYP2\tSHA1\t60\r',
  '\ufeffserial,user,code,collectedAt,note\n"TOTP1",a@x,\'012345,2026-01-31T09:29:30+01:00,"say ""hi"""\nshort,a@x\n',
  'serial,user,code,status,needsRecollection,reason,httpStatus,graphErrorCode,graphRequestId,attempts,completedAt,line\nTOTP1,a@x,123456,expired,yes,,,,,1,,2\n',
  'serial,user,code,seed,739154\nTOTP1,a@x,12,KZJW4QHD3TN6RYP2,x,surplus,739154\n',
].map((text) => Buffer.from(text));

type Mutator = (bytes: Buffer, random: () => number, other: Buffer) => Buffer;

const below = (random: () => number, end: number): number => Math.floor(random() * end);
const pick = <T>(random: () => number, all: readonly T[]): T => all[below(random, all.length)]!;

const replaced = (bytes: Buffer, from: number, to: number, by: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)]);

function span(bytes: Buffer, random: () => number): [from: number, to: number] {
  const from = below(random, bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + below(random, 24))];
}

function swapEncoding(bytes: Buffer, random: () => number): Buffer {
  const text = bytes.toString('utf8');
  const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');
  const forms = [
    utf16,
    Buffer.from(utf16).swap16(),
    Buffer.from(text, 'latin1'),
    Buffer.from(text, 'utf16le'),
  ];
  return pick(random, [...forms, Buffer.from(`\ufeff${text}`), bytes.subarray(1)]);
}

const DELIMITERS = [0x2c, 0x3b, 0x09] as const;
const BREAKS = ['\n', '\r\n', '\r', '\n\r'] as const;

const MUTATORS: readonly Mutator[] = [
  (bytes, random) => {
    const at = below(random, bytes.length + 1);
    return replaced(bytes, at, at, pick(random, TOKENS));
  },
  (bytes, random) => replaced(bytes, ...span(bytes, random), pick(random, TOKENS)),
  (bytes, random) => replaced(bytes, ...span(bytes, random), Buffer.alloc(0)),
  (bytes, random) => {
    const [from, to] = span(bytes, random);
    return replaced(bytes, to, to, bytes.subarray(from, to));
  },
  (bytes, random) => {
    const flipped = Buffer.from(bytes);
    const at = below(random, bytes.length);
    if (at < flipped.length) flipped[at]! ^= 1 << below(random, 8);
    return flipped;
  },
  (bytes, random, other) =>
    Buffer.concat([
      bytes.subarray(0, below(random, bytes.length + 1)),
      other.subarray(below(random, other.length + 1)),
    ]),
  swapEncoding,
  (bytes, random) => {
    const [from, to] = [pick(random, DELIMITERS), pick(random, DELIMITERS)];
    return Buffer.from(bytes.map((byte) => (byte === from ? to : byte)));
  },
  (bytes, random) =>
    Buffer.from(bytes.toString('latin1').replace(/\r\n|\r|\n/g, pick(random, BREAKS)), 'latin1'),
  // A long field, a run of quotes or of delimiters: seldom a very long one, as each costs as much as thousands.
  (bytes, random) => {
    const longest = random() < 0.002 ? 20 : 7;
    const token = pick(random, TOKENS);
    const at = below(random, bytes.length + 1);
    return replaced(bytes, at, at, Buffer.alloc(2 ** below(random, longest + 1), token));
  },
];

/** No input grows beyond what a corpus can hold; those that mutate it may. */
export const MOST_KEPT_BYTES = 4096;

/** Another input, one to a few steps away. */
export function mutate(bytes: Buffer, random: () => number, other: Buffer): Buffer {
  let mutated = bytes;
  for (let steps = 1 + below(random, 5); steps > 0; steps--)
    mutated = pick(random, MUTATORS)(mutated, random, other);
  return mutated;
}

/** Where an input is cut into chunks: everywhere, nowhere near, or in a few places. */
export function places(bytes: Buffer, random: () => number): number[] {
  if (bytes.length <= 200 && random() < 0.5) return Array.from(bytes.keys());
  return Array.from({ length: 1 + below(random, 6) }, () => below(random, bytes.length));
}
