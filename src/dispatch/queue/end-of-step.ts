import type { Row } from '../../model/row.js';

/** A code that is made so shortly before its step ends would be judged in the next one. */
const LAST_MS = 3000;

/**
 * How long to wait, in ms, before a code is made from a row's seed: to the beginning of the next step, where this one is
 * all but over. There is always a next chance, as a seed does not expire. A code that was read is as old as it is.
 *
 * @param nowMs wall time, which steps are counted in (RFC 6238 section 4.2)
 */
export function untilNextStepMs({ proof, intervalS }: Row, nowMs: number): number {
  if (proof.kind === 'code') return 0;
  const stepMs = intervalS * 1000;
  const leftMs = stepMs - (nowMs % stepMs);
  return leftMs <= LAST_MS ? leftMs : 0;
}
