import type { Answer } from './answer.js';

/** Every status that a row of a run can end in; their meaning is part of the contract with users' scripts. */
export const RUN_STATUSES = [
  'enrolled',
  'already_enrolled',
  'expired',
  'code_rejected',
  'not_attempted',
  'failed',
  'invalid',
  'duplicate',
  'unresolved',
  'would_enroll',
] as const;

/** Those that a row of an import can end in besides. */
const IMPORT_STATUSES = ['imported', 'already_imported', 'would_import'] as const;

export const STATUSES = [...RUN_STATUSES, ...IMPORT_STATUSES] as const;

/** How many rows ended in each status. Those of an import are named where a row has one. */
export type Counts = Readonly<Record<(typeof RUN_STATUSES)[number], number>> &
  Readonly<Partial<Record<(typeof IMPORT_STATUSES)[number], number>>>;

export type Status = (typeof STATUSES)[number];

export const countOf = (counts: Counts, status: Status): number => counts[status] ?? 0;

/** What became of a row. */
export interface Outcome {
  readonly status: Status;
  /** Whether an operator must read a fresh code off the token before the row can be run again. */
  readonly needsRecollection: boolean;
  /** In plain words, one line, '' where the status says it all. Never a code, seed or token. */
  readonly reason: string;
  readonly httpStatus?: number | undefined;
  readonly graphErrorCode?: string | undefined;
  /** Graph's `request-id`: what Microsoft's support asks for. */
  readonly graphRequestId?: string | undefined;
  /** Calls made for this row that change something: activations, and the creation of its token. */
  readonly attempts: number;
  /** Wall time, ms since the epoch. */
  readonly completedAtMs: number;
}

/** Which statuses call for a fresh code, where the row has a code at all and not a seed. */
const NEED_A_CODE: ReadonlySet<Status> = new Set(['expired', 'code_rejected', 'not_attempted']);

export function needsRecollection(status: Status, hasSeed: boolean): boolean {
  return NEED_A_CODE.has(status) && !hasSeed;
}

/** What an outcome tells of the answer that decided it; nothing where none came. */
export const graphSaid = (
  answer: Answer | undefined,
): Pick<Outcome, 'httpStatus' | 'graphErrorCode' | 'graphRequestId'> =>
  answer?.kind === 'answered'
    ? {
        httpStatus: answer.httpStatus,
        graphErrorCode: answer.errorCode,
        graphRequestId: answer.requestId,
      }
    : {};
