import type { Answer } from '../../model/answer.js';

/** Failures in a row, at most, that a service may show before it counts as sick. */
const FULL = 10;

/** What a good answer gives back: a service that fails once in ten calls is not sick. */
const REGAINED = 0.1;

/**
 * What all rows together may spend on calls that fail: a budget that good answers refill. Once it is spent the
 * service is sick, and calls go out one at a time, further and further apart, until it answers again.
 */
export class RetryBudget {
  #left = FULL;

  get isSpent(): boolean {
    return this.#left < 1;
  }

  answered(answer: Answer): void {
    if (isFailure(answer)) this.#left = Math.max(0, this.#left - 1);
    else if (answer.kind === 'answered') this.#left = Math.min(FULL, this.#left + REGAINED);
  }
}

/** Whether the service failed: no answer, or an answer that says so. A refusal to be throttled is none. */
export function isFailure(answer: Answer): boolean {
  if (answer.kind === 'answered') return answer.httpStatus >= 500 && answer.retryAfter === undefined;
  return answer.kind === 'no_answer';
}
