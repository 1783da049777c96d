import { pino, type Logger } from 'pino';
import type { RunEvent } from '../../model/run-event.js';
import { systemCode } from '../../model/errors.js';
import { unreadable } from '../../run/unreadable.js';

/** No event holds these; should one ever slip in, it is blanked all the same. */
const SECRET_NAMES = ['code', 'verificationCode', 'seed', 'secretKey', 'authorization', 'token'];

/**
 * Appends every event of a run to a file, as JSON lines. A disk that takes no more ends the log, not the run.
 *
 * @param onEnd told why the log ends before the run does
 * @throws OathEnrollError `input` where the file cannot be opened
 */
export function openEventLog(
  path: string,
  onEnd: (why: string) => void,
): { see: (event: RunEvent) => void; close: () => void } {
  let hasEnded = false;
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
      if (type === 'row' || hasEnded) return;
      try {
        logger.info(rest, type);
      } catch (error) {
        if (systemCode(error) === '') throw error;
        hasEnded = true;
        onEnd(`The log ${path} cannot be written any more (${systemCode(error)}); the run goes on.`);
      }
    },
    close: () => {
      if (hasEnded) file.destroy();
      else file.end();
    },
  };
}

function open(path: string): ReturnType<typeof pino.destination> {
  try {
    return pino.destination({ dest: path, mode: 0o600, sync: true, append: true });
  } catch (error) {
    throw unreadable(path, error);
  }
}
