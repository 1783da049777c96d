import { Command } from 'commander';
import type { Io } from '../io.js';
import { sharedOptions } from '../options/shared-options.js';
import type { TellingOptions } from '../options/run-options.js';

/** `oath-enroll report`: results once more, from the journal. */
export function reportCommand(io: Io): Command {
  const shared = sharedOptions();
  return new Command('report')
    .summary('write the results of a run again, from its journal')
    .description(
      'Writes results.csv, recollect.csv, summary.json and report.html of a run again, also of one that was killed. Nothing is sent.',
    )
    .argument('<run folder>', 'such as reports/2026-01-31T09-30-00Z-rollout')
    .addOption(shared.json)
    .addOption(shared.quiet)
    .action(async (folder: string, options: TellingOptions) => {
      const { reportAction } = await import('./run-action.js');
      io.exit(await reportAction(folder, options, io));
    });
}
