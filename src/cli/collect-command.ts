import { Command, Option } from 'commander';
import { AUTH_METHODS } from '../graph/credentials.js';
import type { DeskOptions } from './collect-action.js';
import type { Io } from './io.js';
import { column, interval, rate, seconds, wholeNumber } from './option-parsers.js';
import { runDefaults, tellingOptions } from './run-command.js';
import { DEFAULT_GRAPH_URL, type RunOptions } from './run-options.js';

/** `oath-enroll collect`: codes read at a desk, each sent at once. */
export function collectCommand(io: Io): Command {
  return new Command('collect')
    .summary('at the desk: read codes one by one, each is sent at once')
    .description(
      'Asks for serial number, user and code of one token after the other, sends each code at once and says what became ' +
        'of it. With a file it asks only for the code of each row, such as those of the recollect.csv of an earlier run.',
    )
    .argument('[recollect.csv]', 'a CSV of tokens and users; codes in it are not looked at')
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
    .optionsGroup('At the desk:')
    .option('--users <file>', 'a CSV with a column of users: a part of a name is then enough')
    .option('--plain', 'plain lines that never redraw, e.g. for a screen reader')
    .optionsGroup('Results:')
    .option('--reports <dir>', 'where run folders go', 'reports')
    .option('--run-id <id>', 'name of the run’s folder (default: UTC time and input name)')
    .addOption(tellingOptions.json)
    .addOption(tellingOptions.log)
    .optionsGroup('Tokens:')
    .option('--again', 'also tokens that an earlier run in the same reports folder enrolled')
    .option('--interval <seconds>', 'time step of tokens whose rows do not say: 30 or 60', interval, 30)
    .option('--grace-steps <n>', 'steps that a code is still sent after its own', wholeNumber(0), 1)
    .addOption(
      new Option('--column <name=header>', 'the file’s own header for a column; repeatable')
        .argParser(column)
        .default(new Map<string, string>(), 'the names in the README'),
    )
    .optionsGroup('Pace:')
    .option('--rate <n/seconds>', 'our own ceiling on calls, like 200/300', rate)
    .addOption(
      new Option('--max-wait <seconds>', 'the longest throttle wait to sit out; a longer one ends the run')
        .argParser(seconds)
        .default(900_000, '900'),
    )
    .addOption(
      new Option('--request-timeout <seconds>', 'for each call').argParser(seconds).default(30_000, '30'),
    )
    .action(async (input: string | undefined, options: Partial<RunOptions> & DeskOptions) => {
      const { collectAction } = await import('./collect-action.js');
      io.exit(await collectAction(input, { ...runDefaults(io), ...options }, io));
    });
}
