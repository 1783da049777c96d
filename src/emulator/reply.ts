import type { RefusalCause } from './refusal.js';

/** An answer before it is put on the wire. */
export interface Reply {
  readonly status: number;
  /** Sent as JSON; a string goes out as it is. Missing: no body. */
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the tenant changed. */
  readonly acted?: boolean;
  /** The truth behind a refusal, for the request log. */
  readonly refusal?: RefusalCause;
}
