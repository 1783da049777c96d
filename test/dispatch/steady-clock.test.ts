import { describe, expect, it } from 'vitest';
import { SteadyClock } from '../../src/dispatch/queue/steady-clock.js';
import { VirtualClock } from '../support/virtual-clock.js';

const START_MS = 1_790_000_000_000;

/** Of a process that has run for a while when the dispatch begins. */
async function afterAWhile(): Promise<{ clock: VirtualClock; steady: SteadyClock }> {
  const clock = new VirtualClock(START_MS);
  await clock.advance(5000);
  return { clock, steady: new SteadyClock(clock) };
}

describe('the steady clock', () => {
  it('shows the wall clock’s time while nobody sets that', async () => {
    const { clock, steady } = await afterAWhile();
    expect(steady.now()).toBe(START_MS + 5000);
    await clock.advance(60_000);
    expect([steady.now(), steady.elapsed()]).toEqual([START_MS + 65_000, 65_000]);
    expect(steady.ofWall(START_MS + 90_000)).toBe(START_MS + 90_000);
  });

  it.each([3_600_000, -3_600_000, 101, -101])(
    'goes on where it stood as the wall clock is set by %i ms: what has 30 s to live keeps them',
    async (setByMs) => {
      const { clock, steady } = await afterAWhile();
      clock.jumpWall(setByMs);
      expect(steady.now()).toBe(START_MS + 5000);
      expect(steady.ofWall(clock.now() + 30_000)).toBe(steady.now() + 30_000);
    },
  );

  it('takes small differences for drift: equal deadlines stay equal', async () => {
    const { clock, steady } = await afterAWhile();
    const deadlineMs = START_MS + 90_000;
    const first = steady.ofWall(deadlineMs);
    for (let i = 0; i < 10; i++) {
      clock.jumpWall(i % 2 === 0 ? 100 : -100);
      expect(steady.ofWall(deadlineMs)).toBe(first);
    }
  });
});
