import type { Outcome, Status } from '../../model/outcome.js';
import type { RunEvent } from '../../model/run-event.js';
import type { ReasonGroup } from './reasons.js';

export type RowEvent = Extract<RunEvent, { type: 'row' }>;

/** A row as the table shows it. */
export interface TableRow {
  readonly line: number;
  readonly serialNumber: string;
  readonly user: string;
  readonly outcome: Outcome;
  readonly group: ReasonGroup | undefined;
}

/** The order of the table: what a person must look at, what needs a code, and then what is well. */
export const BY_TROUBLE = [
  'failed',
  'unresolved',
  'invalid',
  'code_rejected',
  'expired',
  'not_attempted',
  'duplicate',
  'already_enrolled',
  'enrolled',
  'would_enroll',
  'already_imported',
  'imported',
  'would_import',
] as const satisfies readonly Status[];

const NOTHING_TO_DO: ReadonlySet<Status> = new Set([
  'enrolled',
  'already_enrolled',
  'duplicate',
  'would_enroll',
  'imported',
  'already_imported',
  'would_import',
]);

/** Whether somebody has to do something about a row. */
export const needsSomething = (status: Status): boolean => !NOTHING_TO_DO.has(status);

/** A page that opens in a moment and can be searched holds so many rows; all of them are in `results.csv`. */
export const MOST_ROWS = 3000;

/** The rows of the table: as many as fit, those with trouble before all others. */
export class TableRows {
  readonly #byStatus = new Map<Status, TableRow[]>();

  add({ line, serialNumber, user }: RowEvent, outcome: Outcome, group: ReasonGroup | undefined): void {
    const rows = this.#byStatus.get(outcome.status) ?? [];
    this.#byStatus.set(outcome.status, rows);
    if (rows.length < MOST_ROWS) rows.push({ line, serialNumber, user, outcome, group });
  }

  get rows(): TableRow[] {
    return BY_TROUBLE.flatMap((status) => this.#byStatus.get(status) ?? []).slice(0, MOST_ROWS);
  }
}
