import type { DeskToken } from '../../run/desk/code-desk.js';
import type { Outcome, Status } from '../../model/outcome.js';
import { duration } from '../words.js';
import type { Mark } from './screen.js';

/** A code is asked for so long before Graph's wait is over: about what it takes to read one. */
export const ASK_AHEAD_MS = 10_000;

const OTHER_CODE = 'Wait until the token shows another code, then type that one.';
const LATER_CODE = 'You are asked for another code as soon as it can be sent.';

/**
 * What became of a code, and what the operator does next, as lines.
 *
 * @param user whom the token is for, as the operator knows them
 * @param asksAgain whether another code is asked for
 * @param shutForMs for how long Graph makes us wait
 */
export function answerText(
  { serialNumber }: DeskToken,
  user: string,
  { status, reason: given }: Outcome,
  asksAgain: boolean,
  shutForMs: number,
): readonly [Mark, ...string[]] {
  // The dispatcher's own words name an instant that may be still to come.
  const isOutlived = status === 'expired' && shutForMs > 0;
  const reason = isOutlived ? 'Graph makes us wait longer than this code lives' : given;
  const mark = status === 'enrolled' || status === 'already_enrolled' ? 'good' : 'bad';
  const head = `${HEADLINES[status] ?? 'Failed'}: ${serialNumber} for ${user}.`;
  const why = status === 'enrolled' || reason === '' ? [] : [sentence(reason)];
  const next = status === 'expired' ? LATER_CODE : OTHER_CODE;
  return [mark, head, ...why, ...(asksAgain ? [next] : [])];
}

const HEADLINES: Readonly<Partial<Record<Status, string>>> = {
  enrolled: 'Enrolled',
  already_enrolled: 'Enrolled already',
  code_rejected: 'Code refused',
  expired: 'Too late',
  not_attempted: 'Not enrolled',
  unresolved: 'Not known',
};

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;

/** How things stand while a code is on its way: Graph's wait, in ms, and how long the code lives. */
export function sendingText(shutForMs: number, lifeMs: number): string {
  if (shutForMs <= 0) return 'Sent; waiting for Graph …';
  return `Graph makes us wait ${seconds(shutForMs)}; this code lives ${seconds(lifeMs)} more.`;
}

/** How things stand while no code is asked for, as it would die waiting. */
export function pauseText(shutForMs: number): string {
  const askInMs = Math.max(0, shutForMs - ASK_AHEAD_MS);
  return `Graph makes us wait ${seconds(shutForMs)}; the next code is asked for in ${seconds(askInMs)}.`;
}

/** Rounded up: what has begun is not over. */
const seconds = (ms: number): string => duration(Math.ceil(Math.max(0, ms) / 1000) * 1000);
