import { BatchReader, type BatchReaderOptions, type BatchReaderParts } from '../../dispatch/batch-reader.js';

/** Reads by batches in `read`, until that has settled; an interrupt ends the reading. */
export async function reading<T>(
  parts: BatchReaderParts,
  options: BatchReaderOptions,
  interrupt: AbortSignal,
  read: (reader: BatchReader) => Promise<T>,
): Promise<T> {
  const reader = new BatchReader(parts, options);
  const stop = (): void => reader.stop('interrupted');
  interrupt.addEventListener('abort', stop);
  try {
    if (interrupt.aborted) stop();
    return await read(reader);
  } finally {
    interrupt.removeEventListener('abort', stop);
    reader.close();
  }
}
