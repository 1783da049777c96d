import { crc32 } from 'node:zlib';
import type { RunEvent } from '../model/run-event.js';
import { runEventSchema } from './run-event-schema.js';

/** Of the line's layout and of the events' shapes. A reader refuses a higher one. */
const FORMAT_VERSION = 1;

const HEAD = `{"v":${FORMAT_VERSION},"crc":"`;
const CRC_DIGITS = 8;
const MIDDLE = '","event":';
const TAIL = '}';

const CRC_AT = HEAD.length;
const MIDDLE_AT = CRC_AT + CRC_DIGITS;
const EVENT_AT = MIDDLE_AT + MIDDLE.length;

/** What a line turned out to hold. */
export type Decoded =
  | { readonly kind: 'event'; readonly event: RunEvent }
  /** Not as it was written: torn, overwritten or edited. */
  | { readonly kind: 'damaged'; readonly why: string }
  /** Whole, but from a program that writes otherwise than this one. */
  | { readonly kind: 'foreign'; readonly why: string };

/**
 * An event as a line of the journal, newline included: `{"v":1,"crc":"9a0b…","event":{…}}`. The checksum is the
 * CRC-32 of zlib, eight lower-case hex digits, over the UTF-8 bytes of the event's JSON. The layout is fixed to
 * the byte, so that a reader needs no second guess; `jq .event` shows the events.
 */
export function encodeLine(event: RunEvent): string {
  const json = JSON.stringify(event);
  return `${HEAD}${checksum(json)}${MIDDLE}${json}${TAIL}\n`;
}

/** Reads a line back; `bytes` are without the newline. */
export function decodeLine(bytes: Buffer): Decoded {
  const text = bytes.toString('utf8');
  if (!text.startsWith(HEAD)) return decodeOtherHead(text);
  if (!text.startsWith(MIDDLE, MIDDLE_AT) || !text.endsWith(TAIL)) {
    return { kind: 'damaged', why: 'it is not laid out as it was written' };
  }
  if (text.slice(CRC_AT, MIDDLE_AT) !== checksum(bytes.subarray(EVENT_AT, -TAIL.length))) {
    return { kind: 'damaged', why: 'its checksum does not match' };
  }
  return decodeEvent(text.slice(EVENT_AT, -TAIL.length));
}

/**
 * Whether a whole record stands at the end of a damaged line. Then a newline before it was lost, and what looks
 * like one torn line at the end of the file is damage in its middle. (Inside a record, quotes are escaped.)
 */
export function endsInWholeRecord(bytes: Buffer): boolean {
  const at = bytes.lastIndexOf(HEAD);
  return at > 0 && decodeLine(bytes.subarray(at)).kind !== 'damaged';
}

function checksum(json: string | Uint8Array): string {
  return crc32(json).toString(16).padStart(CRC_DIGITS, '0');
}

function decodeOtherHead(text: string): Decoded {
  const version = Number(/^\{"v":(\d+),/.exec(text)?.[1] ?? 0);
  return version > FORMAT_VERSION
    ? { kind: 'foreign', why: `it has format ${version}, and this program knows ${FORMAT_VERSION}` }
    : { kind: 'damaged', why: 'it does not begin as a record does' };
}

function decodeEvent(json: string): Decoded {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { kind: 'foreign', why: 'its event is not JSON' };
  }
  const parsed = runEventSchema.safeParse(value);
  if (parsed.success) return { kind: 'event', event: parsed.data };
  // The place of the misfit only: what stands there is not ours to repeat.
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  return { kind: 'foreign', why: `its event has an unknown shape${where === '' ? '' : ` at "${where}"`}` };
}
