import { Command, Option } from 'commander';
import { DEFAULTS } from '../../api/defaults.js';
import { OathEnrollError } from '../../model/errors.js';
import type { Io } from '../io.js';
import { collectedAt } from '../options/option-parsers.js';
import { refuseOfflineAlone, type RunOptions } from '../options/run-options.js';
import { sharedOptions } from '../options/shared-options.js';

/** `oath-enroll run`: the main job, and its dry run. */
export function runCommand(io: Io): Command {
  const shared = sharedOptions();
  return new Command('run')
    .summary('enrol the tokens of a CSV')
    .description(
      'Assigns and activates each token of a CSV (serial number, user, code) in Microsoft Entra ID, and writes a result CSV ' +
        'and a CSV of the rows whose codes must be collected again.',
    )
    .argument('[input]', 'a CSV file, or - to read rows from standard input as they arrive')
    .optionsGroup('Where to:')
    .addOption(shared.graphUrl)
    .addOption(shared.auth)
    .optionsGroup('Dry run:')
    .addOption(shared.dryRun)
    .addOption(shared.offline)
    .optionsGroup('Scheduled runs:')
    .option('--inbox <dir>', 'in place of an input: each CSV that has settled in this folder, then put away')
    .addOption(
      new Option('--notify <url>', 'post the counts of each summary there, as JSON').env(
        'OATH_ENROLL_NOTIFY',
      ),
    )
    .optionsGroup('Results:')
    .addOption(shared.reports)
    .addOption(shared.runId)
    .addOption(shared.json)
    .addOption(shared.quiet)
    .addOption(shared.verbose)
    .addOption(shared.log)
    .optionsGroup('Rows:')
    .addOption(shared.again)
    .option('--import', 'put each token into the inventory first: rows need seed, manufacturer and model')
    .addOption(shared.limit)
    .addOption(shared.interval)
    .addOption(shared.hashFunction)
    .addOption(shared.graceSteps)
    .option(
      '--collected-at <time>',
      'for rows without collectedAt: auto, mtime, arrival or an ISO time',
      collectedAt,
      DEFAULTS.collectedAt,
    )
    .addOption(shared.column)
    .optionsGroup('Pace:')
    .addOption(shared.rate)
    .addOption(shared.concurrency)
    .addOption(shared.maxWait)
    .addOption(shared.requestTimeout)
    .action(async (input: string | undefined, options: RunOptions) => {
      refuseSenseless(input, options);
      const { notifier } = await import('../telling/notify.js');
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
  const { dryRun, inbox, runId } = options;
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
  refuseOfflineAlone(options);
}

/** The options of a `run` that names none. */
export function runDefaults(io: Io): RunOptions {
  return runCommand(io).opts<RunOptions>();
}
