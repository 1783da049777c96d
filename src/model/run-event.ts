import type { Trouble } from './answer.js';
import type { Outcome } from './outcome.js';
import type { InputHeader, InputRecord } from './row.js';

/** A file as it was when a run began to read it. */
export interface InputFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  /** Wall time, ms since the epoch. */
  readonly modifiedAtMs: number;
}

/** What a run was started with; the first event of its journal. */
export interface RunHeader {
  readonly runId: string;
  /** The input's path as it was given, or `-`. */
  readonly input: string;
  /** The file behind it, where it is one: a run goes on only while that is unchanged. */
  readonly file?: InputFile | undefined;
  readonly header: InputHeader;
  /** Options in force, none of them secret. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly startedAtMs: number;
}

/** From when until when a code lives, wall time in ms since the epoch. */
export interface CodeLife {
  readonly collectedAtMs: number;
  readonly deadlineMs: number;
}

/**
 * The life of a run as its journal tells it, in order of happening. Rows are known by line, serial number and
 * user; no event holds a code, a seed or a bearer token. Times are wall time, ms since the epoch.
 */
export type RunEvent =
  | ({ readonly type: 'run' } & RunHeader)
  | ({
      readonly type: 'row';
      readonly serialNumber: string;
      readonly user: string;
      readonly hasSeed: boolean;
    } & InputRecord)
  /** A killed or ended run goes on from here. */
  | { readonly type: 'resumed'; readonly atMs: number }
  /** Calls go to this account from here on: API root, tenant and app. */
  | { readonly type: 'signed_in'; readonly account: string; readonly atMs: number }
  /** A call that changes something is about to leave; on disk before it does. An activation where `ask` is missing. */
  | {
      readonly type: 'intent';
      readonly line: number;
      readonly ask?: 'create' | undefined;
      readonly attempt: number;
      readonly atMs: number;
      /** Missing for a seed, which cannot expire, and in journals of earlier versions. */
      readonly life?: CodeLife | undefined;
      /** One call may serve several rows: the line of the first of them. Here and below. */
      readonly with?: number | undefined;
    }
  /** The call of the last intent of this line did not leave after all. */
  | {
      readonly type: 'withdrawn';
      readonly line: number;
      readonly attempt: number;
      readonly atMs: number;
      readonly with?: number | undefined;
    }
  /** What came of a call, activation or look-up; `httpStatus` is missing where no answer came. */
  | {
      readonly type: 'answer';
      readonly line: number;
      readonly ask: 'activate' | 'create' | 'user_tokens' | 'inventory';
      readonly attempt: number;
      readonly sentAtMs: number;
      readonly atMs: number;
      readonly httpStatus?: number | undefined;
      readonly trouble?: Trouble | undefined;
      readonly graphErrorCode?: string | undefined;
      readonly graphRequestId?: string | undefined;
      /** The header as it came, and the wait that it asks for, ms from `atMs`. */
      readonly retryAfter?: string | undefined;
      readonly waitMs?: number | undefined;
      readonly with?: number | undefined;
    }
  | ({ readonly type: 'outcome'; readonly line: number } & Outcome)
  /** A session of the run ended by itself; without this event it was killed. */
  | {
      readonly type: 'end';
      readonly atMs: number;
      /** Where it does not follow from the outcomes: after a signal, or an input that broke off. */
      readonly exitCode?: number | undefined;
      /** Why it ended before all rows had their turn; '' where they had. */
      readonly reason: string;
    };
