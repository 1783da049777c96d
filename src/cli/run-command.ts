import { Command, Option } from 'commander';
import { AUTH_METHODS } from '../graph/credentials.js';
import { OathEnrollError } from '../model/errors.js';
import type { Io } from './io.js';
import { collectedAt, column, interval, rate, seconds, wholeNumber } from './option-parsers.js';
import { DEFAULT_GRAPH_URL, type RunOptions } from './run-options.js';

/** How much is told of a run, and where. */
export const tellingOptions = {
  json: new Option('--json', 'print the summary as JSON on standard output, and nothing else there'),
  quiet: new Option('--quiet', 'say nothing but errors'),
  verbose: new Option('--verbose', 'say what becomes of each row'),
  log: new Option('--log <file>', 'append a log of all that happens, as JSON lines'),
};

/** `oath-enroll run`: the main job, and its dry run. */
export function runCommand(io: Io): Command {
  return new Command('run')
    .summary('enrol the tokens of a CSV')
    .description(
      'Assigns and activates each token of a CSV (serial number, user, code) in Microsoft Entra ID, and writes a result CSV ' +
        'and a CSV of the rows whose codes must be collected again.',
    )
    .argument('[input]', 'a CSV file, or - to read rows from standard input as they arrive')
    .optionsGroup('Where to:')
    .addOption(
      new Option('--graph-url <url>', 'API root of Microsoft Graph')
        .env('OATH_ENROLL_GRAPH_URL')
        .default(DEFAULT_GRAPH_URL),
    )
    .addOption(
      new Option('--auth <method>', 'how to sign in; settings come from the AZURE_* variables')
        .choices(AUTH_METHODS)
        .env('OATH_ENROLL_AUTH')
        .default('default'),
    )
    .optionsGroup('Dry run:')
    .option('--dry-run', 'say what would happen, row by row, and write nothing to Graph')
    .option('--offline', 'with --dry-run: make no network call at all')
    .optionsGroup('Scheduled runs:')
    .option('--inbox <dir>', 'in place of an input: each CSV that has settled in this folder, then put away')
    .addOption(
      new Option('--notify <url>', 'post the counts of each summary there, as JSON').env(
        'OATH_ENROLL_NOTIFY',
      ),
    )
    .optionsGroup('Results:')
    .option('--reports <dir>', 'where run folders go', 'reports')
    .option('--run-id <id>', 'name of the run’s folder (default: UTC time and input name)')
    .addOption(tellingOptions.json)
    .addOption(tellingOptions.quiet)
    .addOption(tellingOptions.verbose)
    .addOption(tellingOptions.log)
    .optionsGroup('Rows:')
    .option('--again', 'also rows that an earlier run in the same reports folder enrolled')
    .option('--limit <n>', 'only the first n rows', wholeNumber(1))
    .option('--interval <seconds>', 'time step of tokens whose rows do not say: 30 or 60', interval, 30)
    .option('--grace-steps <n>', 'steps that a code is still sent after its own', wholeNumber(0), 1)
    .option(
      '--collected-at <time>',
      'for rows without collectedAt: auto, mtime, arrival or an ISO time',
      collectedAt,
      'auto',
    )
    .addOption(
      new Option('--column <name=header>', 'the input’s own header for a column; repeatable')
        .argParser(column)
        .default(new Map<string, string>(), 'the names in the README'),
    )
    .optionsGroup('Pace:')
    .option('--rate <n/seconds>', 'our own ceiling on calls, like 200/300', rate)
    .option('--concurrency <n>', 'calls in flight at most', wholeNumber(1), 16)
    .addOption(
      new Option('--max-wait <seconds>', 'the longest throttle wait to sit out; a longer one ends the run')
        .argParser(seconds)
        .default(900_000, '900'),
    )
    .addOption(
      new Option('--request-timeout <seconds>', 'for each call').argParser(seconds).default(30_000, '30'),
    )
    .action(async (input: string | undefined, options: RunOptions) => {
      refuseSenseless(input, options);
      const { notifier } = await import('./notify.js');
      const notify = notifier(options.notify, io);
      if (options.inbox !== undefined) {
        const { inboxAction } = await import('./inbox-action.js');
        io.exit(await inboxAction(options.inbox, options, io, notify));
      } else if (input !== undefined && options.dryRun === true) {
        const { dryRunAction } = await import('./dry-run-action.js');
        io.exit(await dryRunAction(input, options, io));
      } else if (input !== undefined) {
        const { runAction } = await import('./run-action.js');
        io.exit(await runAction(input, options, io, undefined, notify));
      }
    });
}

/** @throws OathEnrollError `usage` for options that do not go together */
function refuseSenseless(input: string | undefined, options: RunOptions): void {
  const { offline, dryRun, inbox, runId } = options;
  const refuse = (message: string): never => {
    throw new OathEnrollError('usage', message);
  };
  if ((input === undefined) === (inbox === undefined)) {
    refuse('name one input: a CSV file, - for standard input, or a folder by --inbox');
  }
  if (inbox !== undefined && dryRun === true) refuse('--dry-run takes a file, not an --inbox');
  if (inbox !== undefined && runId !== undefined) {
    refuse('--run-id takes a single run: each file of an --inbox is one of its own');
  }
  if (offline === true && dryRun !== true) refuse('--offline goes with --dry-run');
}

/** The options of a `run` that names none. */
export function runDefaults(io: Io): RunOptions {
  return runCommand(io).opts<RunOptions>();
}
