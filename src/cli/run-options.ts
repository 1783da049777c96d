import type { Rate } from '../model/rate.js';
import type { AuthMethod } from '../model/auth-method.js';
import { OathEnrollError } from '../model/errors.js';
import type { HashFunction, IntervalS } from '../model/row.js';

export const DEFAULT_GRAPH_URL = 'https://graph.microsoft.com/beta';

/** Options that say how much is told of a run, and where. */
export interface TellingOptions {
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly log?: string;
}

/** The options of `run` as the parsers leave them; times in ms. */
export interface RunOptions extends TellingOptions {
  readonly graphUrl: string;
  readonly auth: AuthMethod;
  readonly dryRun?: true;
  readonly offline?: true;
  readonly inbox?: string;
  /** It may hold a key: to be shown and written nowhere. */
  readonly notify?: string;
  readonly again?: true;
  /** Whether tokens are put into the inventory first, or only that. */
  readonly import?: true | 'only';
  /** Of seeds whose rows do not say. */
  readonly hashFunction?: HashFunction;
  readonly reports: string;
  readonly runId?: string;
  readonly rate?: Rate;
  readonly limit?: number;
  readonly concurrency: number;
  readonly interval: IntervalS;
  readonly graceSteps: number;
  readonly collectedAt: 'auto' | 'mtime' | 'arrival' | number;
  readonly maxWait: number;
  readonly requestTimeout: number;
  readonly column: ReadonlyMap<string, string>;
  /** Whether all is for the person who signs in. */
  readonly self?: true;
}

/** @throws OathEnrollError `usage` for `--offline` without `--dry-run` */
export function refuseOfflineAlone({ offline, dryRun }: Pick<RunOptions, 'offline' | 'dryRun'>): void {
  if (offline === true && dryRun !== true)
    throw new OathEnrollError('usage', '--offline goes with --dry-run');
}
