import type { Foresight } from '../../model/foresight.js';

/**
 * How many of the codes can be sent before they die, the most urgent first.
 *
 * @param deadlines instants in ms and how many codes have it, earliest first
 * @param callsUntil how many calls can leave until an instant of the same time; must not fall as time goes on
 */
export function foresee(
  deadlines: readonly (readonly [deadlineMs: number, count: number])[],
  callsUntil: (untilMs: number) => number,
): Pick<Foresight, 'codes' | 'canMakeIt'> {
  let codes = 0;
  let canMakeIt = 0;
  for (const [deadlineMs, count] of deadlines) {
    codes += count;
    canMakeIt = Math.min(canMakeIt + count, Math.max(canMakeIt, Math.floor(callsUntil(deadlineMs))));
  }
  return { codes, canMakeIt };
}

/** Longer forecasts are none: about 34 years. */
const NEVER_MS = 2 ** 40;

/**
 * How long so many calls take, in ms, to a second.
 *
 * @param callsWithin how many calls can leave within a time in ms; must not fall as the time grows
 * @returns undefined where so many never leave
 */
export function timeFor(calls: number, callsWithin: (withinMs: number) => number): number | undefined {
  let mostMs = 1000;
  while (callsWithin(mostMs) < calls) {
    mostMs *= 2;
    if (mostMs > NEVER_MS) return undefined;
  }
  let leastMs = mostMs / 2;
  while (mostMs - leastMs > 1000) {
    const middleMs = (leastMs + mostMs) / 2;
    if (callsWithin(middleMs) < calls) leastMs = middleMs;
    else mostMs = middleMs;
  }
  return mostMs;
}
