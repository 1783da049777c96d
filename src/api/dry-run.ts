import type { DryRun } from '../model/dry-run.js';
import { verdictOf, type Verdict } from '../model/exit-codes.js';
import { systemClock } from '../model/clock.js';
import { checkOffline, checkOnline } from '../run/dry-run.js';
import { withListeners } from './listeners.js';
import { graphOf, ignore, onGraph, requestOf } from './on-graph.js';
import type { EnrollOptions } from './options.js';
import { filesIn, type RunFiles } from './result.js';
import { sourceOf, type EnrollInput, type Source } from './rows.js';

/** How a dry run is carried out. */
export interface DryRunOptions extends EnrollOptions {
  /** Ask nobody: only the rows and their deadlines are looked at. */
  readonly offline?: boolean | undefined;
}

/** What a dry run found. No journal is written, as nothing is done, and no page. */
export interface DryRunResult extends DryRun {
  readonly verdict: Verdict;
  readonly files: Pick<RunFiles, 'results' | 'recollect' | 'summary'>;
}

/**
 * Says of each row what would come of it, and changes nothing, as `oath-enroll run --dry-run` does.
 *
 * @throws {OathEnrollError} `usage` for options or a run folder that cannot be; `input` for an unusable input; `host` for a
 *   Graph URL that no token may go to; `environment` where the results cannot be written. And what a listener throws.
 */
export function dryRun(input: EnrollInput, options: DryRunOptions = {}): Promise<DryRunResult> {
  return withListeners(options, async (heard) => {
    const found = await check(sourceOf(input), heard);
    const { folder, exitCode } = found.summary;
    const { results, recollect, summary } = filesIn(folder);
    return { ...found, verdict: verdictOf(exitCode), files: { results, recollect, summary } };
  });
}

function check(source: Source, options: DryRunOptions): Promise<DryRun> {
  const { offline, rate, onEvent = ignore, onReading = ignore } = options;
  if (offline === true) {
    const request = { ...requestOf(source, options), rates: rate === undefined ? [] : [rate] };
    return checkOffline(request, { clock: systemClock, stdin: source.stdin, observe: onEvent });
  }
  const graph = graphOf(options);
  const [request, ports] = onGraph(source, options, graph);
  const { reads } = graph;
  return checkOnline(request, { ...ports, reads, granted: () => graph.granted(), watch: onReading });
}
