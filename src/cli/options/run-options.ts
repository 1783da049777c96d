import type { RunSettings } from '../../api/options.js';
import { OathEnrollError } from '../../model/errors.js';
import type { AuthMethod } from '../../model/auth-method.js';

/** Options that say how much is told of a run, and where. */
export interface TellingOptions {
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly log?: string;
}

/** The options of `run` as the parsers leave them. */
export interface RunOptions extends TellingOptions, RunSettings {
  readonly auth: AuthMethod;
  readonly dryRun?: true;
  readonly offline?: true;
  readonly inbox?: string;
  /** It may hold a key: to be shown and written nowhere. */
  readonly notify?: string;
}

/** @throws OathEnrollError `usage` for `--offline` without `--dry-run` */
export function refuseOfflineAlone({ offline, dryRun }: Pick<RunOptions, 'offline' | 'dryRun'>): void {
  if (offline === true && dryRun !== true)
    throw new OathEnrollError('usage', '--offline goes with --dry-run');
}
