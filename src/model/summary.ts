import type { Counts } from './outcome.js';

/** `summary.json`, and what `--json` prints. Names are part of the contract with users' scripts. */
export interface Summary {
  readonly runId: string;
  readonly folder: string;
  readonly rows: number;
  /** Every status of a run, also those that no row has. */
  readonly counts: Counts;
  readonly needsRecollection: number;
  /** Calls to Graph, look-ups included. */
  readonly calls: number;
  /** Throttle refusals among them. */
  readonly refusals: number;
  /** Time for which Graph's Retry-After kept the gate shut. */
  readonly waitedMs: number;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly exitCode: number;
  /** Why the run ended before all rows had their turn; null when it did not. */
  readonly stopped: string | null;
  readonly options: Readonly<Record<string, unknown>>;
}
