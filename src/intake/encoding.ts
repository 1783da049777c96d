import { isUtf8 } from 'node:buffer';
import { StringDecoder } from 'node:string_decoder';
import { OathEnrollError } from '../model/errors.js';

/** Enough bytes to tell every byte order mark and file signature below. */
const SIGNATURE_BYTES = 4;

/** A byte that no UTF-8 text has: stands where the input's own encoding is broken, for the check that names the line. */
const BROKEN = Buffer.from([0xff]);

const NOTHING = Buffer.alloc(0);

const SIGNATURES: readonly (readonly [magic: string, what: string])[] = [
  ['504b0304', 'an Excel workbook (.xlsx) or a zip file'],
  ['d0cf11e0', 'an old Excel workbook (.xls)'],
  ['25504446', 'a PDF'],
];

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/**
 * Turns an input into UTF-8 bytes without a byte order mark, as its chunks arrive. UTF-16 is known by its mark;
 * everything else is taken for UTF-8 and passed on as it is, for {@link brokenLineStart} to judge line by line.
 */
export class Utf8Input {
  #encoding: Encoding | undefined;
  #bom = false;
  #held: Buffer = NOTHING;
  readonly #utf16 = new StringDecoder('utf16le');

  constructor(readonly fileName: string) {}

  /** Whether the input began with a byte order mark; known once bytes have come out. */
  get bom(): boolean {
    return this.#bom;
  }

  /** The text that is complete with this chunk; may be empty while the input's first bytes are awaited. */
  push(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    if (this.#encoding !== undefined) return this.#convert(bytes);
    if (bytes.length < SIGNATURE_BYTES) {
      this.#held = bytes;
      return NOTHING;
    }
    return this.#convert(this.#recognise(bytes));
  }

  /** What was still held back when the input ended. */
  end(): Buffer {
    const rest = this.#encoding === undefined ? this.#convert(this.#recognise(this.#held)) : NOTHING;
    if (this.#encoding === 'utf-8') return rest;
    const cutShort = this.#held.length > 0 ? [BROKEN] : [];
    return Buffer.concat([rest, encode(this.#utf16.end()), ...cutShort]);
  }

  #recognise(bytes: Buffer): Buffer {
    const start = bytes.toString('hex', 0, SIGNATURE_BYTES);
    const known = SIGNATURES.find(([magic]) => start === magic);
    if (known !== undefined) {
      throw new OathEnrollError('input', `this is ${known[1]}, not a CSV; save it as "CSV UTF-8"`, {
        file: this.fileName,
      });
    }
    const markLength = start.startsWith('efbbbf')
      ? 3
      : start.startsWith('fffe') || start.startsWith('feff')
        ? 2
        : 0;
    this.#encoding = start.startsWith('fffe') ? 'utf-16le' : start.startsWith('feff') ? 'utf-16be' : 'utf-8';
    this.#bom = markLength > 0;
    return bytes.subarray(markLength);
  }

  #convert(bytes: Buffer): Buffer {
    this.#held = NOTHING;
    if (this.#encoding === 'utf-8') return bytes;
    // UTF-16 comes in pairs of bytes; an odd one waits for its other half.
    const whole = bytes.length - (bytes.length % 2);
    this.#held = bytes.subarray(whole);
    const pairs = bytes.subarray(0, whole);
    return encode(this.#utf16.write(this.#encoding === 'utf-16be' ? Buffer.from(pairs).swap16() : pairs));
  }
}

/** UTF-8 of a text; each lone surrogate, which has no UTF-8, becomes a broken byte instead of a replacement character. */
function encode(text: string): Buffer {
  const parts = text.split(/\p{Surrogate}/u);
  if (parts.length === 1) return Buffer.from(text);
  return Buffer.concat(
    parts.flatMap((part, i) => (i === 0 ? [Buffer.from(part)] : [BROKEN, Buffer.from(part)])),
  );
}

/** Where the first line begins that is not UTF-8, as an offset in bytes; undefined if all are. */
export function brokenLineStart(bytes: Buffer): number | undefined {
  if (isUtf8(bytes)) return undefined;
  let start = 0;
  for (const { index } of bytes.toString('latin1').matchAll(/[\r\n]/g)) {
    if (!isUtf8(bytes.subarray(start, index))) break;
    start = index + 1;
  }
  return start;
}
