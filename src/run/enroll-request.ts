import type { Readable } from 'node:stream';
import type { Rate } from '../model/rate.js';
import type { Foresight } from '../model/foresight.js';
import type { CreateTogether, GraphPort } from '../model/answer.js';
import type { ReadPort, ReadSoFar } from '../model/read.js';
import type { RunEvent } from '../model/run-event.js';
import type { InputRequest } from './input.js';
import type { LockPorts } from './session/run-locks.js';

/** What a run is to do. */
export interface EnrollRequest extends InputRequest {
  /** Folder that run folders go into. */
  readonly reports: string;
  /** Name of the run's folder; undefined for UTC time and input name. */
  readonly runId: string | undefined;
  readonly concurrency: number;
  readonly graceSteps: number;
  readonly maxWaitMs: number;
  /** Also rows that an earlier run in the same reports folder enrolled. */
  readonly again: boolean;
  /** Our own ceilings on calls; all of them hold. */
  readonly rates: readonly Rate[];
  /** The options in force, for the summary; none of them secret. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** How the tenant's inventory is read and added to. */
export interface InventoryPorts {
  readonly reads: ReadPort;
  readonly createTogether: CreateTogether;
  /** Given a way to see how far the reading is, as it begins. */
  readonly watch: (look: () => ReadSoFar) => void;
}

/** What a run works with. */
export interface EnrollPorts extends LockPorts {
  readonly graph: GraphPort;
  /** Needed where tokens are put into the inventory. */
  readonly inventory?: InventoryPorts | undefined;
  /** Makes sure that calls will bear a token. Rejects with OathEnrollError `sign_in`. */
  readonly signIn: () => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly stdin: Readable;
  /** Aborted by a signal, with the exit code as its reason (130 or 143). */
  readonly interrupt: AbortSignal;
  /** Whose limits apply: API root, tenant and app. Asked for after the sign-in. */
  readonly account: () => Promise<string>;
  /** Given a way to look at what can still be made, when all rows of a file are known and none was sent. */
  readonly watch: (look: () => Foresight) => void;
  /** Sees every event of the run as it happens. */
  readonly observe: (event: RunEvent) => void;
}
