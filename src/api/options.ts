import { z } from 'zod';
import { AUTH_METHODS, type AuthMethod } from '../model/auth-method.js';
import { OathEnrollError } from '../model/errors.js';
import type { Foresight } from '../model/foresight.js';
import type { Rate } from '../model/rate.js';
import type { ReadSoFar } from '../model/read.js';
import type { HashFunction, IntervalS } from '../model/row.js';
import type { RunEvent } from '../model/run-event.js';
import type { Credential, GetToken } from '../model/credential.js';
import { DEFAULTS } from './defaults.js';

/** How a run is carried out. Names, meanings and defaults are those of the options of `oath-enroll run`. */
export interface EnrollOptions {
  /** API root of Microsoft Graph, or of a local one. A host that is neither is refused before any token is asked for. */
  readonly graphUrl?: string | undefined;
  /**
   * Who signs in: a method of the command line (settings from {@link EnrollOptions.env}), a credential of
   * `@azure/identity`, or a function that hands out a token. A local Graph is sent a fixed dummy, and nobody is asked.
   */
  readonly auth?: AuthMethod | Credential | GetToken | undefined;
  /** Folder that run folders go into. The journal there is what the promises rest on, so there is always one. */
  readonly reports?: string | undefined;
  /** Name of the run's folder; UTC time and input name unless told. */
  readonly runId?: string | undefined;
  /** Our own ceiling on calls. */
  readonly rate?: Rate | undefined;
  /** Only the first so many rows. */
  readonly limit?: number | undefined;
  /** Also rows that an earlier run in the same reports folder enrolled. */
  readonly again?: boolean | undefined;
  /** `true`: put each token into the tenant's inventory first; `only`: do nothing else (`oath-enroll import`). */
  readonly import?: boolean | 'only' | undefined;
  /** Calls in flight at most. */
  readonly concurrency?: number | undefined;
  /** Seconds of a time step, for rows that do not say. */
  readonly interval?: IntervalS | undefined;
  /** For seeds of rows that do not say. */
  readonly hashFunction?: HashFunction | undefined;
  /** Steps that a code is still sent after its own. */
  readonly graceSteps?: number | undefined;
  /** When the codes of rows without `collectedAt` were read: a rule, or an instant. */
  readonly collectedAt?: 'auto' | 'mtime' | 'arrival' | Date | undefined;
  /** Seconds: the longest single throttle wait to sit out; a longer one ends the run, resumable. */
  readonly maxWait?: number | undefined;
  /** Seconds, for each call. */
  readonly requestTimeout?: number | undefined;
  /** The input's own header for a column, by the column's name. */
  readonly column?: Readonly<Record<string, string>> | undefined;

  /** Variables for sign-in (`AZURE_*`) and proxy; those of the process unless told. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /**
   * Ends the run in good order: calls in flight finish, results are written, the rest can be resumed. The verdict is then
   * `interrupted`.
   */
  readonly signal?: AbortSignal | undefined;
  /** Sees all that happens, as the journal has it, once it is written there. No event holds a code, seed or token. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Told once, when all rows are known: a way to look at what can still be made of them. */
  readonly onForesight?: ((look: () => Foresight) => void) | undefined;
  /** Told once, as a dry run begins to read Graph, or an import the tenant's inventory: a way to see how far that is. */
  readonly onReading?: ((look: () => ReadSoFar) => void) | undefined;
  /** Told in plain words what is good to know. */
  readonly onNotice?: ((text: string) => void) | undefined;
  /** Told in plain words what a person must do or know now, such as which device code to enter; else a notice. */
  readonly onPrompt?: ((text: string) => void) | undefined;
}

/**
 * The options of a run that its journal keeps, with the defaults filled in. Written out rather than inferred from the
 * schema: the types that are published lead to no other package's.
 */
export interface RunSettings {
  /** `own` for a credential or token function of the caller's. */
  readonly auth: AuthMethod | 'own';
  readonly graphUrl: string;
  readonly reports: string;
  readonly runId?: string | undefined;
  readonly rate?: Rate | undefined;
  readonly limit?: number | undefined;
  readonly again?: boolean | undefined;
  readonly import?: boolean | 'only' | undefined;
  readonly concurrency: number;
  readonly interval: IntervalS;
  readonly hashFunction?: HashFunction | undefined;
  readonly graceSteps: number;
  readonly collectedAt: 'auto' | 'mtime' | 'arrival' | Date;
  readonly maxWait: number;
  readonly requestTimeout: number;
  readonly column: Readonly<Record<string, string>>;
  /** Whether all is for the person who signs in. */
  readonly self?: boolean | undefined;
}

const isNames = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((each) => typeof each === 'string');

const count = z.int().min(1);
const seconds = z.number().positive();

const settingsSchema = z.object({
  graphUrl: z.string(),
  auth: z.enum([...AUTH_METHODS, 'own']),
  reports: z.string(),
  runId: z.string().optional(),
  rate: z.object({ calls: count, seconds }).optional(),
  limit: count.optional(),
  again: z.boolean().optional(),
  import: z.union([z.boolean(), z.literal('only')]).optional(),
  concurrency: count,
  interval: z.union([z.literal(30), z.literal(60)]),
  hashFunction: z.enum(['hmacsha1', 'hmacsha256']).optional(),
  graceSteps: z.int().min(0),
  collectedAt: z.union([z.enum(['auto', 'mtime', 'arrival']), z.date()]),
  maxWait: seconds,
  requestTimeout: seconds,
  // A record of zod's own would leave out a name like `__proto__`, which is to be refused as no column.
  column: z.custom<Readonly<Record<string, string>>>(isNames, 'expected headers by the names of columns'),
  self: z.boolean().optional(),
});

/** As JSON keeps them: an instant is ISO 8601 there. The name of a folder is that run's alone. */
const recordSchema = settingsSchema.omit({ runId: true }).extend({
  collectedAt: z.union([
    z.enum(['auto', 'mtime', 'arrival']),
    z.iso.datetime().transform((text) => new Date(text)),
  ]),
});

/**
 * The settings that options make, checked.
 *
 * @throws OathEnrollError `usage` for a value that an option does not take
 */
export function settingsOf(options: EnrollOptions): RunSettings {
  const { auth } = options;
  const given = { ...options, auth: auth === undefined || typeof auth === 'string' ? auth : 'own' };
  const { data, error } = settingsSchema.safeParse(withDefaults(given));
  if (data !== undefined) return data;
  const [issue] = error.issues;
  throw new OathEnrollError(
    'usage',
    `the option ${issue?.path.join('.') ?? ''} does not take this value: ${issue?.message ?? ''}`,
  );
}

function withDefaults(given: object): object {
  const told = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...DEFAULTS, ...Object.fromEntries(told) };
}

/** The settings that a run was started with, out of its journal; undefined where they are not a run's. */
export function fromRecord(record: unknown): RunSettings | undefined {
  const { data } = recordSchema.safeParse(record);
  return data;
}
