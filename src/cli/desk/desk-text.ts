import type { DeskToken } from '../../run/code-desk.js';
import type { Outcome } from '../../model/outcome.js';
import { duration } from '../words.js';
import type { Mark } from './screen.js';

/** A code is asked for so long before Graph's wait is over: about what it takes to read one. */
export const ASK_AHEAD_MS = 10_000;

/** What became of a code, and what the operator does next. */
export function answerText(
  { serialNumber, user }: DeskToken,
  outcome: Outcome,
  asksAgain: boolean,
): readonly [Mark, string] {
  const { status, reason } = outcome;
  const because = reason === '' ? '' : `: ${reason}`;
  const next = asksAgain ? '\nWait until the token shows another code, then type that one.' : '';
  switch (status) {
    case 'enrolled':
      return ['good', `Enrolled: ${serialNumber} for ${user}.`];
    case 'already_enrolled':
      return ['good', `Enrolled already: ${serialNumber} for ${user}${because}.`];
    case 'code_rejected':
      return ['bad', `Code refused${because}.${next}`];
    case 'expired':
      return ['bad', `Too late${because}.${next}`];
    case 'not_attempted':
      return ['bad', `Not enrolled${because}.${next}`];
    case 'unresolved':
      return ['bad', `Not known${because}.${next}`];
    default:
      return ['bad', `Failed${because}.`];
  }
}

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
