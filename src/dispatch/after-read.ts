import type { Answer } from '../model/answer.js';
import { isThrottleRefusal } from './decide.js';
import { MOST_TROUBLES } from './decision.js';
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
  if (answer.kind === 'not_sent') {
    if (answer.cause === 'sign_in') return { kind: 'stop', reason: `not signed in: ${answer.detail}` };
    // How long Graph may be out of reach is a matter of the whole dry run.
    return { kind: 'again', tries, isPaused: false };
  }
  if (answer.kind === 'answered' && answer.httpStatus === 401) {
    const signInRefusals = tries.signInRefusals + 1;
    return signInRefusals < MOST_TROUBLES
      ? { kind: 'again', tries: { ...tries, signInRefusals }, isPaused: false }
      : { kind: 'stop', reason: 'Graph refused our sign-in (HTTP 401) also after it was renewed' };
  }
  // A 504 that bears a Retry-After is a failure too, to be asked again when that is over.
  const failed = isFailure(answer) || (answer.kind === 'answered' && answer.httpStatus >= 500);
  if (!failed) return { kind: 'settle' };
  const troubles = tries.troubles + 1;
  return troubles < MOST_TROUBLES
    ? { kind: 'again', tries: { ...tries, troubles }, isPaused: true }
    : { kind: 'settle' };
}
