import { httpStatusOf, type Answer } from '../../model/answer.js';
import type { Status } from '../../model/outcome.js';
import { isAboutCreation, isChange, type Doubt, type Task } from '../task.js';

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

/**
 * Directory reads can lag behind writes, by how much is unknown: what may have been done is believed not to be once a
 * look-up that began so long after it finds no trace.
 */
export const READ_LAG_MS = 10_000;

/** What failed for a reason that passes is asked again after this. */
export const PAUSE_MS = 3000;

/** What an answer that was not a plain yes leaves open, at an instant on the steady clock and on that of waits. */
export function doubtOf(answer: Answer, nowMs: number, elapsedMs: number): Doubt {
  const httpStatus = httpStatusOf(answer) ?? 0;
  const refused = httpStatus >= 400 && httpStatus < 500;
  return { answer, answeredAtMs: nowMs, sinceMs: elapsedMs, refused };
}

/** What follows from an answer to a call that was not considered: no connection, or no valid sign-in. */
export type NotTaken =
  | { readonly kind: 'again'; readonly signInRefusals: number }
  | { readonly kind: 'stop'; readonly reason: string };

/**
 * The call did not get as far as to be considered: it goes again, unless nobody is signed in. How long Graph may be out of
 * reach is a matter of the whole run. Undefined for any other answer.
 *
 * @param signInRefusals how often the same was refused for the sign-in (401) before
 */
export function afterNotTaken(answer: Answer, signInRefusals: number): NotTaken | undefined {
  if (answer.kind === 'not_sent') {
    if (answer.cause === 'sign_in') return { kind: 'stop', reason: `not signed in: ${answer.detail}` };
    return { kind: 'again', signInRefusals };
  }
  if (httpStatusOf(answer) !== 401) return undefined;
  if (signInRefusals + 1 < MOST_TROUBLES) return { kind: 'again', signInRefusals: signInRefusals + 1 };
  return { kind: 'stop', reason: 'Graph refused our sign-in (HTTP 401) also after it was renewed' };
}

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
export function unlearned(task: Task, { answer }: Doubt, why: string): Settlement {
  const { serialNumber, user } = task.row;
  const state = isAboutCreation(task) ? 'is in the list of OATH tokens' : `is active for ${user}`;
  return settle(
    'unresolved',
    `${told(answer)}; ${why}. Check in the Entra admin centre whether token ${serialNumber} ${state}`,
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
