import { graphOf, onGraph, requestOf } from '../../api/on-graph.js';
import { systemClock } from '../../model/clock.js';
import { checkOffline, checkOnline, type DryRun } from '../../run/dry-run.js';
import { DryRunProgress } from '../telling/dry-run-progress.js';
import { dryRunText } from '../telling/dry-run-text.js';
import type { Io } from '../io.js';
import { heardBy, sameAgain, subjectOf } from './run-action.js';
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
      found = await (options.offline === true ? offline : online)(input, options, io, teller);
      return found.summary;
    },
    (_summary, what) => (found === undefined ? '' : dryRunText(found, { what, input, options, next })),
  );
}

function offline(input: string, options: RunOptions, io: Io, { observe }: Teller): Promise<DryRun> {
  const rates = options.rate === undefined ? [] : [options.rate];
  return checkOffline(
    { ...requestOf({ input }, options), rates },
    { clock: systemClock, stdin: io.stdin, observe },
  );
}

async function online(input: string, options: RunOptions, io: Io, teller: Teller): Promise<DryRun> {
  const heard = heardBy(teller, options, io);
  const graph = graphOf(heard);
  const [request, ports] = onGraph({ input, stdin: io.stdin }, heard, graph);
  const isTold = options.json !== true && options.verbose !== true;
  const progress = new DryRunProgress(isTold ? teller.notice : () => undefined, systemClock);
  try {
    return await checkOnline(request, {
      ...ports,
      reads: graph.reads,
      granted: () => graph.granted(),
      watch: (shutForMs) => progress.watch(shutForMs),
      observe: (event) => {
        progress.see(event);
        teller.observe(event);
      },
    });
  } finally {
    progress.close();
  }
}
