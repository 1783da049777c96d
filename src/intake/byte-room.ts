const NOTHING = Buffer.alloc(0);

/**
 * Bytes that are added at the end and taken from the front. However small the pieces are, each byte is copied a few
 * times at most.
 */
export class ByteRoom {
  #room: Buffer = NOTHING;
  /** The room is no piece of somebody else's. */
  #isOurs = false;
  #start = 0;
  #bytes: Buffer = NOTHING;

  /** What is there; stands until the next `append`. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Adds a piece; returns all that is there then. */
  append(piece: Buffer): Buffer {
    if (piece.length === 0) return this.#bytes;
    if (this.#bytes.length === 0) {
      this.#isOurs = false;
      return this.#hold(piece, 0, piece.length);
    }
    const held = this.#bytes.length;
    const length = held + piece.length;
    if (!this.#isOurs || this.#start + length > this.#room.length) {
      const reuse = this.#isOurs && 2 * length <= this.#room.length;
      const room = reuse ? this.#room : Buffer.allocUnsafe(2 * length);
      this.#bytes.copy(room);
      this.#isOurs = true;
      this.#hold(room, 0, held);
    }
    piece.copy(this.#room, this.#start + held);
    return this.#hold(this.#room, this.#start, length);
  }

  /** Takes so many bytes from the front; they stand until the next `append`. */
  take(count: number): Buffer {
    const taken = this.#bytes.subarray(0, count);
    this.#hold(this.#room, this.#start + count, this.#bytes.length - count);
    return taken;
  }

  #hold(room: Buffer, start: number, length: number): Buffer {
    this.#room = room;
    this.#start = start;
    this.#bytes = room.subarray(start, start + length);
    return this.#bytes;
  }
}
