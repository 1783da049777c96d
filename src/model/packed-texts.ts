/** Small enough to be let go early, large enough that a million rows are few chunks. */
const CHUNK_BYTES = 64 * 1024;

const END = 0x00;

interface Chunk {
  readonly bytes: Buffer;
  used: number;
  /** Texts that were not taken. */
  left: number;
}

/**
 * Texts that are not empty and hold no NUL, such as JSON, put away until somebody takes them: as bytes in chunks
 * outside V8's heap, where a million of them neither keep the garbage collector busy nor let the heap grow. What is
 * taken is wiped, as it may hold a secret.
 */
export class PackedTexts {
  readonly #chunks = new Map<number, Chunk>();
  #newest = -1;

  /** Puts a text away. Returns the ticket to take it with. */
  put(text: string): number {
    const length = Buffer.byteLength(text) + 1;
    let chunk = this.#chunks.get(this.#newest);
    if (chunk === undefined || chunk.used + length > chunk.bytes.length) {
      chunk = { bytes: Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, length)), used: 0, left: 0 };
      this.#chunks.set(++this.#newest, chunk);
    }
    const at = chunk.used;
    chunk.bytes.write(text, at);
    chunk.used += length;
    chunk.bytes[chunk.used - 1] = END;
    chunk.left += 1;
    // Whatever the length of a chunk, no text begins beyond its first CHUNK_BYTES.
    return this.#newest * CHUNK_BYTES + at;
  }

  /** Takes a text out, which can be done once. */
  take(ticket: number): string {
    const number = Math.floor(ticket / CHUNK_BYTES);
    const chunk = this.#chunks.get(number);
    const at = ticket % CHUNK_BYTES;
    if (chunk === undefined || chunk.bytes[at] === END) throw new Error('This text was taken already.');
    const end = chunk.bytes.indexOf(END, at);
    const text = chunk.bytes.toString('utf8', at, end);
    chunk.bytes.fill(END, at, end);
    chunk.left -= 1;
    if (chunk.left === 0) this.#chunks.delete(number);
    return text;
  }
}
