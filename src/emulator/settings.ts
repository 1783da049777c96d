import type { ReadLagSpec } from './tenant/read-lag.js';
import type { RefusalStyle } from './refusal.js';
import type { RetryAfterForm } from './trouble/throttled-reply.js';
import type { ThrottleSpec } from './trouble/throttle.js';

/** How this Graph behaves. Each can be set at the start and changed at run time. */
export interface EmulatorSettings {
  readonly throttle: ThrottleSpec;
  /** What the throttle counts: all calls, or those that would change something. */
  readonly throttleCounts: 'calls' | 'writes';
  /** How Retry-After is spelled. */
  readonly retryAfter: RetryAfterForm;
  readonly refusals: RefusalStyle;
  /** Steps before the current one whose code is still taken. */
  readonly graceSteps: number;
  /** Wrong codes after which a token turns to `failedActivation`; Graph's number is unknown. */
  readonly wrongCodesUntilFailed: number;
  readonly readLag: ReadLagSpec;
  /** Real ms from sending a call to having its answer, half of it each way. */
  readonly latencyMs: number;
  /** How long a bearer token is good for from its first use, ms of the emulator's clock. */
  readonly tokenLifeMs: number;
  /** Claims, JSON, that a 401 asks for (continuous access evaluation); '' for none. */
  readonly claims: string;
  readonly forbidden: ForbiddenSpec;
  /** Whether the tenant's policy lets people have hardware tokens: all of them, those of a group, or nobody. */
  readonly policy: 'enabled' | 'for-a-group' | 'disabled';
  /** How the inventory's list shows a token: the samples of Graph's pages have both. */
  readonly inventoryShape: 'nested' | 'flat';
  /** Answer to a bulk creation: 201 by its page, 200 as seen. */
  readonly bulkStatus: 200 | 201;
  /** Tokens that one bulk creation takes; Graph's number is unknown. */
  readonly bulkLimit: number;
  /** Tokens on a page of a list, unless `$top` says otherwise. */
  readonly pageSize: number;
}

/** What the caller may not do: answered with 403. */
export interface ForbiddenSpec {
  /** Users whose methods may not be read or changed, as the path names them. */
  readonly users?: readonly string[] | 'all';
  /** The directory's users themselves, apart from their methods. */
  readonly userReads?: boolean;
  readonly policyReads?: boolean;
  readonly directoryReads?: boolean;
  readonly directoryWrites?: boolean;
  /** `accessDenied` unless told. */
  readonly code?: 'Authorization_RequestDenied' | 'accessDenied';
}

export const DEFAULT_SETTINGS: EmulatorSettings = {
  throttle: { kind: 'none' },
  throttleCounts: 'calls',
  retryAfter: 'integer',
  refusals: 'vague',
  graceSteps: 1,
  wrongCodesUntilFailed: Infinity,
  readLag: {},
  latencyMs: 0,
  tokenLifeMs: Infinity,
  claims: '',
  forbidden: {},
  policy: 'enabled',
  inventoryShape: 'nested',
  bulkStatus: 201,
  bulkLimit: Infinity,
  pageSize: 100,
};

/** The first name in `change` that is no setting. */
export function unknownSetting(change: object): string | undefined {
  return Object.keys(change).find((name) => !(name in DEFAULT_SETTINGS));
}
