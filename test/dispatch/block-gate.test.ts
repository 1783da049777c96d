import { describe, expect, it } from 'vitest';
import { BlockGate } from '../../src/dispatch/pace/adaptive/block-gate.js';

const TRIP_MS = 80;

/** A gate whose calls, by the time at which they left, were refused and told to wait so long. */
function shut(...refused: readonly (readonly [sentAtMs: number, retryAfterMs: number])[]): BlockGate {
  const gate = new BlockGate(() => 0);
  refused.forEach(([sentAtMs, retryAfterMs], id) => {
    gate.refused(id + 1, sentAtMs, sentAtMs + TRIP_MS, { kind: 'refused', retryAfterMs }, 0);
  });
  return gate;
}

describe('a block', () => {
  it('knows the shortest wait of the calls that were refused at once, and how many they were', () => {
    expect(shut([0, 11_000]).block).toMatchObject({ refusals: 1, leastWaitMs: 11_000 });
    expect(shut([0, 11_000], [40, 10_000]).block).toMatchObject({ refusals: 2, leastWaitMs: 10_000 });
  });

  it('is as long for a trial that was refused just before it ended', () => {
    const gate = shut([0, 16_000]);
    gate.sent(2);
    gate.refused(2, 16_080, 16_160, { kind: 'refused', retryAfterMs: 1000 }, 0);
    expect(gate.block).toMatchObject({ refusals: 1, leastWaitMs: 16_000, closedUntilMs: 17_160 });
  });
});
