import { Command } from 'commander';
import type { Io } from '../io.js';
import { sharedOptions } from '../options/shared-options.js';
import type { TellingOptions } from '../options/run-options.js';

/** `oath-enroll resume`: finishes a run that was killed, interrupted or stopped. */
export function resumeCommand(io: Io): Command {
  const shared = sharedOptions();
  return new Command('resume')
    .summary('finish a run that was killed, interrupted or stopped')
    .description(
      'Goes on with a run where it ended, with the options that it was started with. Rows that have an outcome keep it; ' +
        'calls whose answer never came are looked up; the rest is sent while its codes live.',
    )
    .argument('<run folder>', 'such as reports/2026-01-31T09-30-00Z-rollout')
    .addOption(shared.json)
    .addOption(shared.quiet)
    .addOption(shared.verbose)
    .addOption(shared.log)
    .action(async (folder: string, options: TellingOptions) => {
      const { resumeAction } = await import('./run-action.js');
      io.exit(await resumeAction(folder, options, io));
    });
}
