import { pageIn } from '../../api/result.js';
import type { Foresight } from '../../model/foresight.js';
import { systemClock } from '../../model/clock.js';
import { jsonText } from '../../model/json.js';
import type { ReadSoFar } from '../../model/read.js';
import type { RunEvent } from '../../model/run-event.js';
import { visibleLines } from '../../model/words.js';
import type { Summary } from '../../model/summary.js';
import type { Io } from '../io.js';
import { Narrator } from './narrator.js';
import { Progress } from './progress.js';
import type { TellingOptions } from '../options/run-options.js';
import { summaryText, type NextSteps } from './summary-text.js';

/** Where a run tells what happens. */
export interface Teller {
  readonly observe: (event: RunEvent) => void;
  readonly watch: (look: () => Foresight) => void;
  readonly watchReading: (look: () => ReadSoFar) => void;
  readonly notice: (text: string) => void;
  /** Says what a person must do now, such as to sign in, however little is told. */
  readonly ask: (text: string) => void;
}

/** What a run is of. */
export interface Subject {
  /** In words. */
  readonly name: string;
  /** Whether rows are typed at this very terminal, so that nothing may be drawn on it. */
  readonly isTyped?: boolean;
}

/**
 * Tells of a run while it goes and when it has ended, as much as the options ask for.
 *
 * @param run the run itself
 * @param textOf what a person is told when it has ended
 * @returns its exit code
 * @throws OathEnrollError `input` where the log cannot be opened, and all that the run throws
 */
export async function telling(
  options: TellingOptions,
  io: Io,
  { name, isTyped = false }: Subject,
  next: NextSteps,
  run: (teller: Teller) => Promise<Summary>,
  textOf = summaryText,
): Promise<number> {
  // Whoever asks for codes one by one tells of each.
  const isSilent = options.quiet === true || options.json === true || next.asksForCodes === true;
  const progress = new Progress(systemClock);
  const bar =
    isSilent || isTyped || io.stderr.isTTY !== true
      ? undefined
      : new (await import('./progress-bar.js')).ProgressBar(io, () => progress.figures());
  // Names of files and columns, and words of a service or of a lock's holder, are foreign.
  const print = (text: string): void => {
    const shown = visibleLines(text);
    if (bar === undefined) io.stderr.write(shown);
    else bar.print(shown);
  };
  const tells = {
    foresight: !isSilent,
    rows: !isSilent && options.verbose === true,
    lines: !isSilent && bar === undefined,
  };
  const narrator = new Narrator(print, systemClock, progress, tells);
  const ask = (text: string): void => print(`${text}\n`);
  const notice = (text: string): void => {
    if (options.quiet !== true) ask(text);
  };
  const onInterrupt = (): void => {
    // A second signal leaves no time to tidy the terminal.
    bar?.close();
    if (!isSilent) ask('Stopping: calls under way get ten seconds to finish. Once more ends it at once.');
  };
  const log =
    options.log === undefined
      ? undefined
      : (await import('./event-log.js')).openEventLog(options.log, notice);
  io.interrupt.addEventListener('abort', onInterrupt);
  const hush = (): void => {
    io.interrupt.removeEventListener('abort', onInterrupt);
    narrator.close();
    bar?.close();
  };
  try {
    const summary = await run({
      observe: (event) => {
        progress.see(event);
        if (event.type === 'row') bar?.start();
        narrator.see(event);
        log?.see(event);
      },
      watch: (look) => {
        progress.watch(look);
        narrator.watch(look);
      },
      watchReading: (look) => {
        progress.watchReading(look);
        bar?.start();
      },
      notice,
      ask,
    });
    hush();
    if (options.json === true) io.stdout.write(`${jsonText(summary)}\n`);
    else if (options.quiet !== true) {
      const page = await pageIn(summary.folder);
      io.stdout.write(visibleLines(textOf(summary, name, narrator.troubles, next, page)));
    }
    return summary.exitCode;
  } finally {
    hush();
    log?.close();
  }
}
