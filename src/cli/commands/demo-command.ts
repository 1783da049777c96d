import { Command } from 'commander';
import type { Io } from '../io.js';

/** `oath-enroll demo`: the main job on the samples, with nothing to set up. */
export function demoCommand(io: Io): Command {
  return new Command('demo')
    .summary('see the main job at work: no tenant, no set-up')
    .description(
      'Starts a local Graph, reads codes off its tokens, and enrols the sample rollout under throttling. Name the ' +
        'recollect.csv of an earlier demo to have its missing codes read and enrolled in turn.',
    )
    .argument('[recollect.csv]', 'a file whose empty codes are to be read off the local Graph’s tokens')
    .option('--reports <dir>', 'where run folders go', 'reports')
    .action(async (recollect: string | undefined, { reports }: { reports: string }) => {
      const { demoAction } = await import('./demo-action.js');
      io.exit(await demoAction(recollect, reports, io));
    });
}
