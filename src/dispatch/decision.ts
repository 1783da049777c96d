import type { Answer } from '../model/answer.js';
import type { Status } from '../model/outcome.js';
import { isAboutCreation, isChange, type Task } from './task.js';

export interface Settlement {
  readonly kind: 'settle';
  readonly status: Status;
  readonly reason: string;
}

/** What to do with a row after an answer, as data: only the dispatcher sends or sleeps. */
export type Decision =
  | Settlement
  /** The row's next call: the same again, or a look-up. */
  | { readonly kind: 'again'; readonly task: Task }
  /** Nobody can be enrolled as things stand: end the run. */
  | { readonly kind: 'stop'; readonly task: Task; readonly reason: string };

/** Attempts of one row that end in other trouble than a throttle refusal. */
export const MOST_TROUBLES = 3;

/** The row's next call, with what was learned put into its task. */
export function again(task: Task, change: Partial<Task>): Decision {
  const next = { ...task, ...change };
  // What waits for a look-up at a refusal cannot expire: it goes behind the codes that can.
  const patient = !isChange(next.ask) && next.doubt?.refused === true;
  return { kind: 'again', task: { ...next, urgencyMs: patient ? Infinity : next.deadlineMs } };
}

export function settle(status: Status, reason = ''): Settlement {
  return { kind: 'settle', status, reason };
}

/** Nothing and nobody can tell. The reason says what a person should check. */
export function unlearned(task: Task, why: string): Settlement {
  const first = task.doubt === undefined ? '' : `${told(task.doubt.answer)}; `;
  const { serialNumber, user } = task.row;
  const state = isAboutCreation(task) ? 'is in the list of OATH tokens' : `is active for ${user}`;
  return settle(
    'unresolved',
    `${first}${why}. Check in the Entra admin centre whether token ${serialNumber} ${state}`,
  );
}

/** An answer in a few words. */
export function told(answer: Answer): string {
  if (answer.kind !== 'answered') return answer.detail;
  return `HTTP ${answer.httpStatus}${answer.errorCode === '' ? '' : ` ${answer.errorCode}`}`;
}

/** Codes of a 403 that mean what they say: this identity may not. */
const NOT_ALLOWED = new Set(['', 'Authorization_RequestDenied', 'accessDenied']);

export const isNotAllowed = (answer: Answer): boolean =>
  answer.kind === 'answered' && answer.httpStatus === 403 && NOT_ALLOWED.has(answer.errorCode);
