import { Command, Option } from 'commander';
import type { Io } from './io.js';
import { interval, seconds } from './option-parsers.js';
import { runDefaults, tellingOptions } from './run-command.js';
import { DEFAULT_GRAPH_URL, type RunOptions } from './run-options.js';

/** The options of `me` besides those of a run. */
export interface MeOptions {
  readonly serial: string;
  readonly plain?: boolean;
}

/** `oath-enroll me`: people enrol their own token. */
export function meCommand(io: Io): Command {
  // A terminal reached over SSH has no browser of its own.
  const isRemote = io.env['SSH_CONNECTION'] !== undefined || io.env['SSH_TTY'] !== undefined;
  return new Command('me')
    .summary('enrol a token for whoever signs in')
    .description(
      'Signs you in, asks for the code that your token shows, and activates the token for you. It needs the delegated ' +
        'permission UserAuthenticationMethod.ReadWrite. Entra asks for a second factor if the last one is ten minutes old.',
    )
    .requiredOption('--serial <serial>', 'serial number, often printed on the back of the token')
    .addOption(
      new Option('--auth <method>', 'how to sign in; a person must')
        .choices(['browser', 'device-code', 'cli'])
        .default(isRemote ? 'device-code' : 'browser', 'browser; over SSH device-code'),
    )
    .option('--interval <seconds>', 'time step of the token: 30 or 60', interval, 30)
    .option('--plain', 'plain lines that never redraw, e.g. for a screen reader')
    .option('--reports <dir>', 'where run folders go', 'reports')
    .option('--run-id <id>', 'name of the run’s folder (default: UTC time and “me”)')
    .addOption(tellingOptions.json)
    .addOption(tellingOptions.log)
    .addOption(
      new Option('--max-wait <seconds>', 'the longest throttle wait to sit out; a longer one ends the run')
        .argParser(seconds)
        .default(900_000, '900'),
    )
    .addOption(
      new Option('--graph-url <url>', 'API root of Microsoft Graph')
        .env('OATH_ENROLL_GRAPH_URL')
        .default(DEFAULT_GRAPH_URL),
    )
    .action(async ({ serial, plain = false, ...options }: Partial<RunOptions> & MeOptions) => {
      const { meAction } = await import('./me-action.js');
      io.exit(await meAction(serial, plain, { ...runDefaults(io), ...options, self: true }, io));
    });
}
