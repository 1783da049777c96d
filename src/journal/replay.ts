import { createReadStream } from 'node:fs';
import { OathEnrollError } from '../model/errors.js';
import type { RunEvent } from '../model/run-event.js';
import { diskError } from './journal-error.js';
import { decodeLine, endsInWholeRecord, type Decoded } from './journal-line.js';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 256 * 1024;

/** Far above any event; a longer line is no journal's, and must not fill the memory. */
const LONGEST_LINE_BYTES = 16 * 2 ** 20;

/** A line of the file, 1-based; `isWhole` if its newline is there. */
interface Line {
  readonly number: number;
  readonly offset: number;
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}

/**
 * Reads the events of a journal back, in order, without holding more than a few of them.
 *
 * A kill or a power cut can tear the last line: it was never confirmed to anyone, so it is left out and counted in
 * {@link tornBytes}. Damage anywhere else means that the file cannot be trusted: OathEnrollError `journal` with the
 * line and the byte, as for a record of a newer program. Nothing is opened before the first event is asked for.
 */
export class Replay implements AsyncIterable<RunEvent> {
  #validBytes = 0;
  #tornBytes = 0;

  constructor(readonly path: string) {}

  /** Bytes up to the end of the last event read: where a resumed run goes on. */
  get validBytes(): number {
    return this.#validBytes;
  }

  /** Bytes of a torn last line, known once all events are read; 0 where the journal ends cleanly. */
  get tornBytes(): number {
    return this.#tornBytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RunEvent, void, undefined> {
    this.#validBytes = 0;
    this.#tornBytes = 0;
    let suspect: { readonly line: Line; readonly why: string } | undefined;
    for await (const line of linesOf(this.path)) {
      // Only the last line may be torn.
      if (suspect !== undefined) throw damaged(this.path, suspect.line, suspect.why);
      const decoded = decodeWhole(line);
      if (decoded.kind === 'event') {
        this.#validBytes = line.offset + line.bytes.length + 1;
        yield decoded.event;
      } else if (decoded.kind === 'foreign') throw foreign(this.path, line, decoded.why);
      else suspect = { line, why: decoded.why };
    }
    if (suspect === undefined) return;
    const { line, why } = suspect;
    if (endsInWholeRecord(line.bytes)) throw damaged(this.path, line, why);
    this.#tornBytes = line.bytes.length + (line.isWhole ? 1 : 0);
  }
}

function decodeWhole(line: Line): Decoded {
  return line.isWhole ? decodeLine(line.bytes) : { kind: 'damaged', why: 'its end is missing' };
}

async function* linesOf(path: string): AsyncGenerator<Line, void, undefined> {
  let number = 0;
  let offset = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunksOf(path)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end; (end = bytes.indexOf(NEWLINE, start)) !== -1; start = end + 1) {
      number += 1;
      yield { number, offset: offset + start, bytes: bytes.subarray(start, end), isWhole: true };
    }
    offset += start;
    rest = bytes.subarray(start);
    if (rest.length > LONGEST_LINE_BYTES)
      throw damaged(path, { number: number + 1, offset }, 'it has no end');
  }
  if (rest.length > 0) yield { number: number + 1, offset, bytes: rest, isWhole: false };
}

async function* chunksOf(path: string): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw diskError(path, 'read', cause);
  }
}

function damaged(
  path: string,
  { number, offset }: Pick<Line, 'number' | 'offset'>,
  why: string,
): OathEnrollError {
  return new OathEnrollError(
    'journal',
    `the journal is damaged from byte ${offset} on (${why}), so it no longer proves what was sent. ` +
      'Restore it from a copy, or check the tokens with "oath-enroll status" and start a new run.',
    { file: path, line: number },
  );
}

function foreign(path: string, { number, offset }: Line, why: string): OathEnrollError {
  return new OathEnrollError(
    'journal',
    `the record at byte ${offset} was written by another version of oath-enroll (${why}). ` +
      'Use that version, or a newer one, for this run.',
    { file: path, line: number },
  );
}
