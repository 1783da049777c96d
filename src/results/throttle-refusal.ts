import type { RunEvent } from '../model/run-event.js';

export type AnswerEvent = Extract<RunEvent, { type: 'answer' }>;

/** Whether Graph said "later": 429, or 503 with Retry-After. */
export const isRefusal = ({ httpStatus, retryAfter }: AnswerEvent): boolean =>
  httpStatus === 429 || (httpStatus === 503 && retryAfter !== undefined);
