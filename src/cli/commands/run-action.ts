import { enroll, resume, startedWith } from '../../api/enroll.js';
import { DEFAULTS } from '../../api/defaults.js';
import type { EnrollOptions } from '../../api/options.js';
import type { Summary } from '../../model/summary.js';
import { isRunning, self } from '../../api/this-process.js';
import { systemClock } from '../../model/clock.js';
import { reportAgain } from '../../run/report.js';
import type { Io } from '../io.js';
import type { RunOptions, TellingOptions } from '../options/run-options.js';
import type { NextSteps } from '../telling/summary-text.js';
import { telling, type Subject, type Teller } from '../telling/telling.js';
import { quoted } from '../words.js';

/** Told of a run's summary when all else was told. */
export type OnSummary = (summary: Summary) => Promise<void>;

/**
 * Carries out `oath-enroll run`.
 *
 * @param next what a person does after the run
 * @returns the exit code
 */
export async function runAction(
  input: string,
  options: RunOptions,
  io: Io,
  next: NextSteps = sameAgain(options),
  onSummary?: OnSummary,
): Promise<number> {
  let summary: Summary | undefined;
  const exitCode = await telling(options, io, subjectOf(input, options, io), next, async (teller) => {
    ({ summary } = await enroll(inputOf(input, io), heardBy(teller, options, io)));
    return summary;
  });
  if (summary !== undefined) await onSummary?.(summary);
  return exitCode;
}

/** Carries out `oath-enroll resume`, with the options that the run was started with, save those that are given. */
export async function resumeAction(
  folder: string,
  tell: TellingOptions & Partial<RunOptions>,
  io: Io,
  onSummary?: OnSummary,
): Promise<number> {
  const { input, settings } = await startedWith(folder);
  const auth = settings.auth === 'own' ? DEFAULTS.auth : settings.auth;
  let summary: Summary | undefined;
  const next = sameAgain({ ...settings, auth, ...tell });
  const exitCode = await telling(tell, io, { name: input }, next, async (teller) => {
    ({ summary } = await resume(folder, heardBy(teller, tell, io)));
    return summary;
  });
  if (summary !== undefined) await onSummary?.(summary);
  return exitCode;
}

/** Carries out `oath-enroll report`. */
export function reportAction(folder: string, tell: TellingOptions, io: Io): Promise<number> {
  const next = { rerun: () => [], resume: resumeCommand };
  return telling(tell, io, { name: folder }, next, ({ notice }) =>
    reportAgain(folder, { clock: systemClock, self: self(), isRunning, notice }),
  );
}

/** An input as the command line names it. */
export const inputOf = (input: string, { stdin }: Io): string | Io['stdin'] =>
  input === '-' ? stdin : input;

/** Options with all that a run tells going to a teller. */
export const heardBy = (
  { observe, watch, watchReading, notice, ask }: Teller,
  options: EnrollOptions,
  { env, interrupt }: Io,
): EnrollOptions => ({
  ...options,
  env,
  signal: interrupt,
  onEvent: observe,
  onForesight: watch,
  onReading: watchReading,
  onNotice: notice,
  onPrompt: ask,
});

/** The same command for another file, with the options that say how to read it and where to send it. */
export function sameAgain(
  options: RunOptions,
  command: 'run' | 'collect' | 'import' = options.import === 'only' ? 'import' : 'run',
  more: readonly string[] = [],
): NextSteps {
  const words = [
    ...(options.import === true ? ['--import'] : []),
    ...Object.entries(options.column).map(([name, header]) => `--column ${quoted(`${name}=${header}`)}`),
    ...(options.interval === DEFAULTS.interval ? [] : [`--interval ${options.interval}`]),
    ...(options.hashFunction === undefined ? [] : [`--hash-function ${options.hashFunction}`]),
    ...(options.graceSteps === DEFAULTS.graceSteps ? [] : [`--grace-steps ${options.graceSteps}`]),
    ...(options.auth === DEFAULTS.auth ? [] : [`--auth ${options.auth}`]),
    ...(options.rate === undefined ? [] : [`--rate ${options.rate.calls}/${options.rate.seconds}`]),
    ...(options.reports === DEFAULTS.reports ? [] : [`--reports ${quoted(options.reports)}`]),
    ...(options.graphUrl === DEFAULTS.graphUrl ? [] : [`--graph-url ${quoted(options.graphUrl)}`]),
  ];
  return {
    rerun: (path) => [`  ${[`npx oath-enroll ${command}`, quoted(path), ...words, ...more].join(' ')}`],
    resume: resumeCommand,
    asksForCodes: command === 'collect',
  };
}

const resumeCommand = (folder: string): string[] => [`  npx oath-enroll resume ${quoted(folder)}`];

/** What a run is of. */
export function subjectOf(input: string, { limit }: RunOptions, { stdin }: Io): Subject {
  const isLive = input === '-';
  const name = isLive ? 'standard input' : input;
  return {
    name: limit === undefined ? name : `${name} (--limit ${limit})`,
    isTyped: isLive && stdin.isTTY === true,
  };
}
