/** What can be made of the rows that wait. */
export interface Foresight {
  /** Codes that wait, and can die. */
  readonly codes: number;
  /** Codes among them that can still be sent alive at the pace that is known. */
  readonly canMakeIt: number;
  /** Rows that cannot expire. */
  readonly timeless: number;
  /** Whether Graph's limit is known, by experience; if not, the published one was reckoned with. */
  readonly paceIsKnown: boolean;
}

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
