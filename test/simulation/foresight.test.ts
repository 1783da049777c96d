import { describe, expect, it } from 'vitest';
import { AdaptiveThrottle } from '../../src/dispatch/pace/adaptive/adaptive-throttle.js';
import { dispatcherClient } from './dispatcher-client.js';
import type { LimitSpec } from './limit-spec.js';
import { simulate } from './simulate.js';

const SEEDS = [1, 2, 3, 4, 5];
const LOOKED_EVERY_MS = 1000;

const LIMITS: readonly LimitSpec[] = [
  { kind: 'bucket', perS: 5, burst: 20 },
  { kind: 'bucket', perS: 20, burst: 100 },
  { kind: 'window', calls: 40, seconds: 10, alignedTo: 'first call' },
  { kind: 'window', calls: 40, seconds: 10, alignedTo: 'clock' },
  { kind: 'window', calls: 100, seconds: 30, alignedTo: 'first call' },
  { kind: 'sliding', calls: 40, seconds: 10 },
];

/** Reckons at each moment as if nothing of the limit had been used. */
class Unspent extends AdaptiveThrottle {
  override forecast(nowMs: number, untilMs: number): number {
    const fromMs = Math.max(nowMs, this.closedUntilMs);
    return new AdaptiveThrottle(() => 0.5, this.hint()).forecast(fromMs, untilMs);
  }
}

/**
 * How far what was foretold in the second half of a run was off at most, as a share of the codes that were enrolled in the end. The
 * codes are 2.3 times as many as can be.
 */
async function mostAstray(limit: LimitSpec, seed: number, throttle?: typeof Unspent): Promise<number> {
  const looks: { readonly atMs: number; readonly enrolled: number }[] = [];
  let enrolled = 0;
  const client = dispatcherClient({
    ...(throttle && { throttle: ({ random }) => new throttle(random) }),
    watch(dispatcher, { clock }) {
      const look = (): void => {
        looks.push({ atMs: clock.elapsed(), enrolled: enrolled + dispatcher.foresight().canMakeIt });
        clock.at(clock.elapsed() + LOOKED_EVERY_MS, look);
      };
      look();
    },
  });
  const report = await simulate(
    { limit, seed, workload: { kind: 'wave', load: 2.3 }, network: { oneWayMs: 40 } },
    (desk) =>
      client({
        ...desk,
        settled(row, status) {
          if (status === 'enrolled') enrolled += 1;
          desk.settled(row, status);
        },
      }),
  );
  const looked = looks.filter(({ atMs }) => atMs > report.endMs / 2 && atMs < report.endMs);
  expect(looked.length).toBeGreaterThan(10);
  return Math.max(...looked.map((look) => Math.abs(look.enrolled - report.enrolled) / report.enrolled));
}

describe('what is foretold of a wave, once half of its time is over', () => {
  it.each(LIMITS)('comes true within a fiftieth, under %o', async (limit) => {
    for (const seed of SEEDS) expect(await mostAstray(limit, seed)).toBeLessThan(0.02);
  });

  it.each(LIMITS)('control: not if what was used is not reckoned with, under %o', async (limit) => {
    const astray: number[] = [];
    for (const seed of SEEDS) astray.push(await mostAstray(limit, seed, Unspent));
    expect(Math.max(...astray)).toBeGreaterThan(0.05);
  });
});
