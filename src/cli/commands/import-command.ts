import { Command } from 'commander';
import type { Io } from '../io.js';
import { runDefaults } from './run-command.js';
import { refuseOfflineAlone, type RunOptions } from '../options/run-options.js';
import { sharedOptions } from '../options/shared-options.js';

/** `oath-enroll import`: a vendor's tokens into the tenant's inventory. */
export function importCommand(io: Io): Command {
  const shared = sharedOptions();
  return new Command('import')
    .summary('put the tokens of a vendor’s file into the tenant’s inventory')
    .description(
      'Reads the tenant’s inventory, then adds the tokens of the file that are not in it. Tokens that are there already ' +
        'are compared. Nobody is given a token: “run” does that, and “run --import” does both.',
    )
    .argument('<vendor.csv>', 'a CSV with serial number, secret key, time interval, manufacturer and model')
    .optionsGroup('Where to:')
    .addOption(shared.graphUrl)
    .addOption(shared.auth)
    .optionsGroup('Dry run:')
    .addOption(shared.dryRun)
    .addOption(shared.offline)
    .optionsGroup('Results:')
    .addOption(shared.reports)
    .addOption(shared.runId)
    .addOption(shared.json)
    .addOption(shared.quiet)
    .addOption(shared.verbose)
    .addOption(shared.log)
    .optionsGroup('Tokens:')
    .addOption(shared.limit)
    .addOption(shared.interval)
    .addOption(shared.hashFunction)
    .addOption(shared.column)
    .optionsGroup('Pace:')
    .addOption(shared.rate)
    .addOption(shared.concurrency)
    .addOption(shared.maxWait)
    .addOption(shared.requestTimeout)
    .action(async (input: string, given: Partial<RunOptions>) => {
      refuseOfflineAlone(given);
      const options: RunOptions = { ...runDefaults(io), ...given, import: 'only' };
      const { runAction } = await import('./run-action.js');
      const { dryRunAction } = await import('./dry-run-action.js');
      io.exit(await (options.dryRun === true ? dryRunAction : runAction)(input, options, io));
    });
}
