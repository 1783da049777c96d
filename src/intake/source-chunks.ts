import type { Readable } from 'node:stream';
import { OathEnrollError, systemCode } from '../model/errors.js';

/** Larger chunks are given out in pieces, so that memory stays bounded whatever the source hands over at once. */
const PIECE_BYTES = 64 * 1024;

/**
 * The bytes of a source as they come. Where its reader destroys the source, the chunks end early and quietly.
 * @throws OathEnrollError `input` where the source cannot be read.
 */
export async function* sourceChunks(
  source: Readable,
  fileName: string,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of source as AsyncIterable<Buffer | string>) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
    }
  } catch (error) {
    // Whoever makes the source may know better what is wrong with it.
    if (error instanceof OathEnrollError) {
      throw new OathEnrollError(error.code, error.message, { file: fileName, ...error.place });
    }
    const code = systemCode(error);
    if (code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    const why = code === '' ? String(error) : code;
    const unreadable = new OathEnrollError('input', `it cannot be read (${why})`, { file: fileName });
    // What a program's own source threw is for whoever wrote that.
    if (code === '') unreadable.cause = error;
    throw unreadable;
  }
}
