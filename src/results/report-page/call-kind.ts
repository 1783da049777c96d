import { isSuccess } from '../../model/http-status.js';
import { isRefusal, type AnswerEvent } from '../throttle-refusal.js';

/** What came of a call, as coarse as a picture can tell. Bars are stacked in this order. */
export const CALL_KINDS = ['taken', 'looked_up', 'refused', 'no_answer', 'later'] as const;

export type CallKind = (typeof CALL_KINDS)[number];

export const CALL_WORDS: Readonly<Record<CallKind, string>> = {
  taken: 'taken by Graph',
  looked_up: 'look-ups',
  refused: 'refused',
  no_answer: 'without a usable answer',
  later: 'told to come later',
};

export function callKindOf(answer: AnswerEvent): CallKind {
  const { ask, httpStatus } = answer;
  if (isRefusal(answer)) return 'later';
  if (ask !== 'activate' && ask !== 'create') return 'looked_up';
  if (httpStatus !== undefined && isSuccess(httpStatus)) return 'taken';
  return httpStatus !== undefined && httpStatus >= 400 && httpStatus < 500 ? 'refused' : 'no_answer';
}
