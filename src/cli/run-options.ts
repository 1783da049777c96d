import type { Rate } from '../dispatch/ceiling.js';
import type { AuthMethod } from '../graph/credentials.js';
import type { IntervalS } from '../model/row.js';

export const DEFAULT_GRAPH_URL = 'https://graph.microsoft.com/beta';

/** The options of `run` as the parsers leave them. */
export interface RunOptions {
  readonly graphUrl: string;
  readonly auth: AuthMethod;
  readonly dryRun?: true;
  readonly offline?: true;
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
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly log?: string;
}
