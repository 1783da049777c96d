import { ByteRoom } from './byte-room.js';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const BLANK = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;

/** No record of tokens is longer: beyond this a quote is not closed, or it is no table. */
const MAX_RECORD_BYTES = 1024 * 1024;

/**
 * Cuts a stream of UTF-8 bytes into batches of whole records, so that a record can be parsed the moment its line
 * break has arrived: a CSV parser that reads on by itself holds back the end of what it has, until more comes.
 *
 * It knows just enough of RFC 4180 to tell a line break inside a quoted field from one that ends a record. A
 * quote opens a field only at the field's start; any other is left for the parser to refuse.
 *
 * Where records end does not depend on how the bytes are cut into chunks.
 */
export class RecordCutter {
  /** Bytes since the last cut; always starts where a record starts. */
  readonly #room = new ByteRoom();
  #scanned = 0;
  #quoting = false;
  #openedAt = -1;
  #closedAt = -1;
  #cutAfterCr = false;
  #isTooLong = false;
  /** The record that is not complete yet has more than blanks, and no delimiter is known. */
  #mayBeHeader = false;
  #delimiter: number | undefined;

  /** @param delimiter until it is known, records come out up to the first that may be a header, and that one by itself. */
  constructor(delimiter?: string) {
    if (delimiter !== undefined) this.setDelimiter(delimiter);
  }

  /** Bytes of the record that is not complete yet. */
  get rest(): Buffer {
    return this.#room.bytes;
  }

  /** Where in {@link rest} a quoted field opened that has not closed; undefined outside of one. */
  get openedAt(): number | undefined {
    return this.#quoting ? this.#openedAt : undefined;
  }

  /** The record in {@link rest} is longer than any may be; what follows is not looked at any more. */
  get isTooLong(): boolean {
    return this.#isTooLong;
  }

  /** Once the delimiter is known, only it opens fields. */
  setDelimiter(delimiter: string): void {
    this.#delimiter = delimiter.charCodeAt(0);
  }

  /**
   * Records that are complete with this chunk, line breaks included; empty if none is. As long as some come out,
   * there may be more without another chunk.
   */
  push(chunk: Buffer): Buffer {
    // CR LF, cut between the two: the LF belongs to the line that has gone out.
    const fresh = this.#cutAfterCr && chunk[0] === LF ? chunk.subarray(1) : chunk;
    if (chunk.length > 0) this.#cutAfterCr = false;
    const bytes = this.#room.append(fresh);
    const end = this.#scan(bytes);
    if (end > 0) this.#cutAfterCr = end === bytes.length && bytes[end - 1] === CR;
    this.#scanned -= end;
    this.#openedAt -= end;
    this.#closedAt -= end;
    return this.#room.take(end);
  }

  /** Reads on in `bytes`; returns where the last complete record ends, 0 if none does. */
  #scan(bytes: Buffer): number {
    let end = 0;
    let at = this.#scanned;
    for (; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if ((byte === LF || byte === CR) && !this.#quoting) {
        end = at + 1;
        if (!this.#mayBeHeader) continue;
        this.#mayBeHeader = false;
        if (byte === CR && bytes[end] === LF) end++;
        at = end;
        break;
      }
      if (at - end >= MAX_RECORD_BYTES) {
        this.#isTooLong = true;
        break;
      }
      if (byte === QUOTE) this.#onQuote(bytes, at);
      else if (this.#delimiter === undefined && isContent(byte)) this.#mayBeHeader = true;
    }
    this.#scanned = at;
    return end;
  }

  #onQuote(bytes: Buffer, at: number): void {
    if (this.#quoting) {
      this.#quoting = false;
      this.#closedAt = at;
    } else if (this.#opensField(bytes[at - 1])) {
      this.#quoting = true;
      this.#openedAt = at;
    } else if (this.#closedAt === at - 1) {
      // Straight after a closing quote it is an escaped one: the field goes on.
      this.#quoting = true;
    }
  }

  #opensField(before: number | undefined): boolean {
    if (before === undefined || before === LF || before === CR) return true;
    if (this.#delimiter !== undefined) return before === this.#delimiter;
    return before === COMMA || before === SEMICOLON || before === TAB;
  }
}

const isContent = (byte: number): boolean => byte > BLANK && byte !== COMMA && byte !== SEMICOLON;
