import { dryRun } from '../../api/dry-run.js';
import { systemClock } from '../../model/clock.js';
import type { DryRun } from '../../model/dry-run.js';
import { DryRunProgress } from '../telling/dry-run-progress.js';
import { dryRunText } from '../telling/dry-run-text.js';
import type { Io } from '../io.js';
import { heardBy, inputOf, sameAgain, subjectOf } from './run-action.js';
import type { RunOptions } from '../options/run-options.js';
import { telling, type Teller } from '../telling/telling.js';

/**
 * Carries out `oath-enroll run --dry-run`.
 *
 * @returns the exit code
 */
export async function dryRunAction(input: string, options: RunOptions, io: Io): Promise<number> {
  // There is nothing to be resumed.
  const next = { ...sameAgain(options), resume: () => [] };
  let found: DryRun | undefined;
  return telling(
    options,
    io,
    subjectOf(input, options, io),
    next,
    async (teller) => {
      found = await rehearse(input, options, io, teller);
      return found.summary;
    },
    (_summary, what) => (found === undefined ? '' : dryRunText(found, { what, input, options, next })),
  );
}

async function rehearse(input: string, options: RunOptions, io: Io, teller: Teller): Promise<DryRun> {
  const isTold = options.offline !== true && options.json !== true && options.verbose !== true;
  const progress = new DryRunProgress(isTold ? teller.notice : () => undefined, systemClock);
  try {
    return await dryRun(inputOf(input, io), {
      ...heardBy(teller, options, io),
      offline: options.offline,
      onReading: (look) => progress.watch(look),
      onEvent: (event) => {
        progress.see(event);
        teller.observe(event);
      },
    });
  } finally {
    progress.close();
  }
}
