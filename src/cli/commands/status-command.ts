import { Command } from 'commander';
import type { Io } from '../io.js';
import { runDefaults } from './run-command.js';
import type { RunOptions } from '../options/run-options.js';
import type { StatusOptions } from './status-action.js';
import { sharedOptions } from '../options/shared-options.js';

/** `oath-enroll status`: what the tenant has. */
export function statusCommand(io: Io): Command {
  const shared = sharedOptions();
  return new Command('status')
    .summary('what the tenant’s inventory says of tokens')
    .description(
      'Shows the tokens of a file, or all that the tenant has: available, assigned, activated or failedActivation, and whose ' +
        'they are. Nothing is changed.',
    )
    .argument('[input.csv]', 'a CSV with a column of serial numbers, or - for standard input')
    .addOption(shared.graphUrl)
    .addOption(shared.auth)
    .addOption(shared.column)
    .option('--csv', 'print CSV instead of a table')
    .option('--json', 'print JSON instead of a table')
    .addOption(shared.rate)
    .addOption(shared.maxWait)
    .addOption(shared.requestTimeout)
    .action(async (input: string | undefined, given: Partial<RunOptions> & StatusOptions) => {
      const { statusAction } = await import('./status-action.js');
      io.exit(await statusAction(input, { ...runDefaults(io), ...given }, io));
    });
}
