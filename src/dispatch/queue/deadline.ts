import type { Row } from '../../model/row.js';

/**
 * The instant after which a row's code is no longer sent, in ms since the epoch:
 * `(floor(collectedAt / interval) + 1 + graceSteps) * interval`. A verifier should accept one step back
 * (RFC 6238 section 5.2), hence `graceSteps` of 1. A row with a seed has no deadline: Infinity.
 */
export function deadlineMs(row: Pick<Row, 'intervalS' | 'proof'>, graceSteps: number): number {
  if (row.proof.kind === 'seed') return Infinity;
  const intervalMs = row.intervalS * 1000;
  return (Math.floor(row.proof.collectedAtMs / intervalMs) + 1 + graceSteps) * intervalMs;
}
