import { Command } from 'commander';
import type { DeskOptions } from './collect-action.js';
import type { Io } from '../io.js';
import { runDefaults } from './run-command.js';
import type { RunOptions } from '../options/run-options.js';
import { sharedOptions } from '../options/shared-options.js';

/** `oath-enroll collect`: codes read at a desk, each sent at once. */
export function collectCommand(io: Io): Command {
  const shared = sharedOptions();
  return new Command('collect')
    .summary('at the desk: read codes one by one, each is sent at once')
    .description(
      'Asks for serial number, user and code of one token after the other, sends each code at once and says what became ' +
        'of it. With a file it asks only for the code of each row, such as those of the recollect.csv of an earlier run.',
    )
    .argument('[recollect.csv]', 'a CSV of tokens and users; codes in it are not looked at')
    .optionsGroup('Where to:')
    .addOption(shared.graphUrl)
    .addOption(shared.auth)
    .optionsGroup('At the desk:')
    .option('--users <file>', 'a CSV with a column of users: a part of a name is then enough')
    .option('--plain', 'plain lines that never redraw, e.g. for a screen reader')
    .optionsGroup('Results:')
    .addOption(shared.reports)
    .addOption(shared.runId)
    .addOption(shared.json)
    .addOption(shared.log)
    .optionsGroup('Tokens:')
    .addOption(shared.again)
    .addOption(shared.interval)
    .addOption(shared.graceSteps)
    .addOption(shared.column)
    .optionsGroup('Pace:')
    .addOption(shared.rate)
    .addOption(shared.maxWait)
    .addOption(shared.requestTimeout)
    .action(async (input: string | undefined, options: Partial<RunOptions> & DeskOptions) => {
      const { collectAction } = await import('./collect-action.js');
      io.exit(await collectAction(input, { ...runDefaults(io), ...options }, io));
    });
}
