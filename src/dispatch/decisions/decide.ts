import { httpStatusOf, type Answer } from '../../model/answer.js';
import { afterCreation } from './creation.js';
import { afterNotTaken, again, doubtOf, isNotAllowed, settle, type Decision } from './decision.js';
import { afterLookUp } from './look-up.js';
import { isChange, type Task } from '../task.js';

/** Whether this answer is Graph saying "later" and surely not doing it: 429, or 503 with Retry-After. */
export function isThrottleRefusal(answer: Answer): boolean {
  return (
    answer.kind === 'answered' &&
    (answer.httpStatus === 429 || (answer.httpStatus === 503 && answer.retryAfter !== undefined))
  );
}

/**
 * What follows from an answer. The HTTP status decides first; where Graph's error codes are unknown (a wrong
 * code, an unknown serial number, a token of somebody else) the token and the user are looked up.
 *
 * @param nowMs when the answer came, on the clock that deadlines are told by
 * @param elapsedMs the same instant on the clock of waits
 */
export function decide(task: Task, answer: Answer, nowMs: number, elapsedMs: number): Decision {
  if (isThrottleRefusal(answer)) {
    // An operation may complete and yet be answered 429: what is found done later may be this call's work.
    return again(task, { mayBeOurs: task.mayBeOurs || isChange(task.ask) });
  }
  const notTaken = afterNotTaken(answer, task.signInRefusals);
  if (notTaken?.kind === 'stop') return { ...notTaken, task };
  if (notTaken !== undefined) return again(task, { signInRefusals: notTaken.signInRefusals });
  if (task.ask === 'create') return afterCreation(task, answer, nowMs, elapsedMs);
  if (task.ask === 'activate') return afterActivation(task, answer, nowMs, elapsedMs);
  return afterLookUp(task, answer, nowMs, elapsedMs);
}

function afterActivation(task: Task, answer: Answer, nowMs: number, elapsedMs: number): Decision {
  const httpStatus = httpStatusOf(answer);
  if (httpStatus === 204) return settle('enrolled');
  if (isNotAllowed(answer)) {
    return settle(
      'failed',
      'not allowed: the signed-in identity may not enrol this user (for a user who is an administrator it needs the role Privileged Authentication Administrator)',
    );
  }
  const doubt = doubtOf(answer, nowMs, elapsedMs);
  return again(task, {
    ask: 'user_tokens',
    doubt,
    mayBeOurs: task.mayBeOurs || !doubt.refused,
    // After a plain no this call is not repeated. A 404 is none: it may be the directory lagging behind.
    troubles: doubt.refused && httpStatus !== 404 ? 0 : task.troubles + 1,
  });
}
