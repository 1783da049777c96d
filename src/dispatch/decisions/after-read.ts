import { httpStatusOf, type Answer } from '../../model/answer.js';
import { isThrottleRefusal } from './decide.js';
import { afterNotTaken, MOST_TROUBLES } from './decision.js';
import { isFailure } from './retry-budget.js';

/** How often a read met trouble so far. */
export interface Tries {
  readonly troubles: number;
  readonly signInRefusals: number;
}

/** What follows from the answer to a read, as data. */
export type ReadDecision =
  /** It is as it is: found, not there, or not to be learned. */
  | { readonly kind: 'settle' }
  /** The reason passes: ask again, as soon as the gate lets it or after a pause. */
  | { readonly kind: 'again'; readonly tries: Tries; readonly isPaused: boolean }
  /** Nothing can be read as things stand. */
  | { readonly kind: 'stop'; readonly reason: string };

/** What follows from the answer to a read. A read may be repeated at will: only what is worth it counts. */
export function afterRead(tries: Tries, answer: Answer): ReadDecision {
  if (isThrottleRefusal(answer)) return { kind: 'again', tries, isPaused: false };
  const notTaken = afterNotTaken(answer, tries.signInRefusals);
  if (notTaken?.kind === 'stop') return notTaken;
  if (notTaken !== undefined) {
    return { kind: 'again', tries: { ...tries, signInRefusals: notTaken.signInRefusals }, isPaused: false };
  }
  // A 504 that bears a Retry-After is a failure too, to be asked again when that is over.
  const failed = isFailure(answer) || (httpStatusOf(answer) ?? 0) >= 500;
  if (!failed) return { kind: 'settle' };
  const troubles = tries.troubles + 1;
  return troubles < MOST_TROUBLES
    ? { kind: 'again', tries: { ...tries, troubles }, isPaused: true }
    : { kind: 'settle' };
}
