import { Command, Option } from 'commander';
import type { Io } from '../io.js';
import { interval } from '../options/option-parsers.js';
import { runDefaults } from './run-command.js';
import type { RunOptions } from '../options/run-options.js';
import { sharedOptions } from '../options/shared-options.js';

/** The options of `me` besides those of a run. */
export interface MeOptions {
  readonly serial: string;
  readonly plain?: boolean;
}

/** `oath-enroll me`: people enrol their own token. */
export function meCommand(io: Io): Command {
  // A terminal reached over SSH has no browser of its own.
  const isRemote = io.env['SSH_CONNECTION'] !== undefined || io.env['SSH_TTY'] !== undefined;
  const shared = sharedOptions();
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
    .addOption(
      new Option('--interval <seconds>', 'time step of your token: 30 or 60').argParser(interval).default(30),
    )
    .option('--plain', 'plain lines that never redraw, e.g. for a screen reader')
    .addOption(shared.reports)
    .addOption(shared.runId)
    .addOption(shared.json)
    .addOption(shared.log)
    .addOption(shared.maxWait)
    .addOption(shared.graphUrl)
    .action(async ({ serial, plain = false, ...options }: Partial<RunOptions> & MeOptions) => {
      const { meAction } = await import('./me-action.js');
      io.exit(await meAction(serial, plain, { ...runDefaults(io), ...options, self: true }, io));
    });
}
