import { pino, type Logger } from 'pino';
import type { RunEvent } from '../model/run-event.js';
import { unreadable } from '../run/unreadable.js';

/** No event holds these; should one ever slip in, it is blanked all the same. */
const SECRET_NAMES = ['code', 'verificationCode', 'seed', 'secretKey', 'authorization', 'token'];

/**
 * Appends every event of a run to a file, as JSON lines.
 *
 * @throws OathEnrollError `input` where the file cannot be opened
 */
export function openEventLog(path: string): { see: (event: RunEvent) => void; close: () => void } {
  const file = open(path);
  const logger: Logger = pino(
    {
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: SECRET_NAMES.flatMap((name) => [name, `*.${name}`]),
    },
    file,
  );
  return {
    see: ({ type, ...rest }) => {
      // The rows are the input's own text: the journal has them.
      if (type !== 'row') logger.info(rest, type);
    },
    close: () => file.end(),
  };
}

function open(path: string): ReturnType<typeof pino.destination> {
  try {
    return pino.destination({ dest: path, mode: 0o600, sync: true, append: true });
  } catch (error) {
    throw unreadable(path, error);
  }
}
