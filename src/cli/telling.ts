import { stat } from 'node:fs/promises';
import type { Foresight } from '../dispatch/foresight.js';
import { systemClock } from '../model/clock.js';
import type { RunEvent } from '../model/run-event.js';
import { PAGE, type Summary } from '../results/summary.js';
import type { Io } from './io.js';
import { Narrator } from './narrator.js';
import type { TellingOptions } from './run-options.js';
import { summaryText, type NextSteps } from './summary-text.js';

/** Where a run tells what happens. */
export interface Teller {
  readonly observe: (event: RunEvent) => void;
  readonly watch: (look: () => Foresight) => void;
  readonly notice: (text: string) => void;
}

/**
 * Tells of a run while it goes and when it has ended, as much as the options ask for.
 *
 * @param what the run is of, in words
 * @param run the run itself
 * @param textOf what a person is told when it has ended
 * @returns its exit code
 * @throws OathEnrollError `input` where the log cannot be opened, and all that the run throws
 */
export async function telling(
  options: TellingOptions,
  io: Io,
  what: string,
  next: NextSteps,
  run: (teller: Teller) => Promise<Summary>,
  textOf = summaryText,
): Promise<number> {
  // Whoever asks for codes one by one tells of each.
  const isSilent = options.quiet === true || options.json === true || next.asksForCodes === true;
  const narrator = new Narrator(
    io.stderr,
    systemClock,
    isSilent ? 'nothing' : options.verbose === true ? 'rows' : 'progress',
  );
  const notice = (text: string): void => {
    if (options.quiet !== true) io.stderr.write(`${text}\n`);
  };
  const log =
    options.log === undefined
      ? undefined
      : (await import('./event-log.js')).openEventLog(options.log, notice);
  try {
    const summary = await run({
      observe: (event) => {
        narrator.see(event);
        log?.see(event);
      },
      watch: (look) => narrator.watch(look),
      notice,
    });
    if (options.json === true) io.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
    else if (options.quiet !== true) {
      const page = await pageIn(summary.folder);
      io.stdout.write(textOf(summary, what, narrator.troubles, next, page));
    }
    return summary.exitCode;
  } finally {
    narrator.close();
    log?.close();
  }
}

/** The page of a run, unless it could not be made; a dry run has none. */
async function pageIn(folder: string): Promise<string | undefined> {
  const path = `${folder}/${PAGE}`;
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? path : undefined;
}
