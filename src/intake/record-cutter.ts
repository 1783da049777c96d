const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

const NOTHING = Buffer.alloc(0);

/**
 * Cuts a stream of UTF-8 bytes into batches of whole records, so that a record can be parsed the moment its line
 * break has arrived: a CSV parser that reads on by itself holds back the end of what it has, until more comes.
 *
 * It knows just enough of RFC 4180 to tell a line break inside a quoted field from one that ends a record. A
 * quote opens a field only at the field's start; any other is left for the parser to refuse.
 */
export class RecordCutter {
  /** Bytes since the last cut; always starts where a record starts. */
  #rest: Buffer = NOTHING;
  #scanned = 0;
  #quoting = false;
  #openedAt = -1;
  #closedAt = -1;
  #cutAfterCr = false;
  #opensField: (byte: number | undefined) => boolean = (byte) =>
    ',;\t\r\n'.includes(String.fromCharCode(byte ?? LF));

  /** Bytes of the record that is not complete yet. */
  get rest(): Buffer {
    return this.#rest;
  }

  /** Where in {@link rest} a quoted field opened that has not closed; undefined outside of one. */
  get openedAt(): number | undefined {
    return this.#quoting ? this.#openedAt : undefined;
  }

  /** Once the delimiter is known, only it opens fields. */
  setDelimiter(delimiter: string): void {
    const code = delimiter.charCodeAt(0);
    this.#opensField = (byte) => byte === undefined || byte === code || byte === LF || byte === CR;
  }

  /** The records that are complete with this chunk, line breaks included; empty if none is. */
  push(chunk: Buffer): Buffer {
    // CR LF, cut between the two: the LF belongs to the line that has gone out.
    const fresh = this.#cutAfterCr && chunk[0] === LF ? chunk.subarray(1) : chunk;
    if (chunk.length > 0) this.#cutAfterCr = false;
    const bytes = this.#rest.length === 0 ? fresh : Buffer.concat([this.#rest, fresh]);
    const end = this.#scan(bytes);
    if (end > 0) this.#cutAfterCr = end === bytes.length && bytes[end - 1] === CR;
    this.#rest = bytes.subarray(end);
    this.#scanned = bytes.length - end;
    this.#openedAt -= end;
    this.#closedAt -= end;
    return bytes.subarray(0, end);
  }

  /** Reads on to the end of `bytes`; returns where the last complete record ends, 0 if none does. */
  #scan(bytes: Buffer): number {
    let end = 0;
    for (let i = this.#scanned; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte === QUOTE) this.#onQuote(bytes, i);
      else if ((byte === LF || byte === CR) && !this.#quoting) end = i + 1;
    }
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
}
