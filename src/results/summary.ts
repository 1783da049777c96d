import { join } from 'node:path';
import { RUN_STATUSES, type Counts, type Outcome, type Status } from '../model/outcome.js';
import { SUMMARY } from '../model/run-files.js';
import type { Summary } from '../model/summary.js';
import { writeWhole } from './whole-file.js';

/** What `summary.json` is made of, besides the tally of the rows. */
export interface RunFacts {
  readonly runId: string;
  readonly folder: string;
  readonly calls: number;
  readonly refusals: number;
  readonly waitedMs: number;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly stopped: string | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Writes `summary.json` into the run's folder. */
export async function writeSummary(facts: RunFacts, tally: Tally, exitCode: number): Promise<Summary> {
  const summary: Summary = {
    runId: facts.runId,
    folder: facts.folder,
    rows: tally.rows,
    counts: tally.counts,
    needsRecollection: tally.needsRecollection,
    calls: facts.calls,
    refusals: facts.refusals,
    waitedMs: facts.waitedMs,
    startedAt: new Date(facts.startedAtMs).toISOString(),
    finishedAt: new Date(facts.finishedAtMs).toISOString(),
    exitCode,
    stopped: facts.stopped ?? null,
    options: facts.options,
  };
  await writeWhole(join(facts.folder, SUMMARY), `${JSON.stringify(summary, null, 2)}\n`);
  return summary;
}

/** Counts outcomes as they come. */
export class Tally {
  readonly #counts = new Map<Status, number>(RUN_STATUSES.map((status) => [status, 0]));
  rows = 0;
  needsRecollection = 0;

  get counts(): Counts {
    return Object.fromEntries(this.#counts) as Counts;
  }

  add(outcome: Pick<Outcome, 'status' | 'needsRecollection'>): void {
    this.rows += 1;
    this.#counts.set(outcome.status, (this.#counts.get(outcome.status) ?? 0) + 1);
    if (outcome.needsRecollection) this.needsRecollection += 1;
  }

  /**
   * The exit code that tells a script what to do: 5 mend the set-up, 4 look at the rows that failed, 3 collect
   * codes again, 0 nothing. Duplicates alone do not count.
   */
  exitCode(stopped: boolean): 0 | 3 | 4 | 5 {
    if (stopped) return 5;
    const { failed, invalid, unresolved, expired, code_rejected, not_attempted } = this.counts;
    if (failed + invalid + unresolved > 0) return 4;
    const unfinished = expired + code_rejected + not_attempted;
    return unfinished > 0 ? 3 : 0;
  }
}
