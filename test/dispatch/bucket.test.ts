import { describe, expect, it } from 'vitest';
import { Bucket } from '../../src/dispatch/pace/adaptive/bucket.js';
import { SendLog } from '../../src/dispatch/pace/adaptive/send-log.js';

const RATE = 0.02;

/** The pace against the rate as it was measured, so many calls after a refusal of a bucket that was measured well. */
function paceAfter(calls: number, spared: number): number {
  const log = new SendLog();
  let nowMs = 0;
  const send = (bucket?: Bucket): void => {
    nowMs += 1 / RATE;
    bucket?.sent(nowMs);
    log.push(nowMs);
    bucket?.accepted();
  };
  for (let i = 0; i < 10; i++) send();
  const bucket = new Bucket(log, RATE, 100, nowMs);
  bucket.refused({ atMs: nowMs, nth: log.count }, 100, nowMs, 1, Infinity);
  for (let i = 0; i < 200; i++) send(bucket);
  bucket.refused({ atMs: nowMs, nth: log.count }, 100, nowMs, 1, spared);
  for (let i = 0; i < calls; i++) send(bucket);
  return bucket.perMs / bucket.rate;
}

describe('growth of a bucket', () => {
  it('is tried soon where one more refusal is affordable', () => {
    expect(paceAfter(70, 0)).toBeGreaterThan(1.03);
    expect(paceAfter(40, 0)).toBeLessThan(1);
  });

  it('control: later where it is not', () => {
    expect(paceAfter(70, Infinity)).toBeLessThan(1);
    expect(paceAfter(130, Infinity)).toBeGreaterThan(1.03);
  });
});

describe('two refusals that came after bursts of different length', () => {
  it.each([
    [25, 70],
    [22, 80],
    [30, 50],
  ])(
    'tell a rate of %i/s and a burst of %i apart, however wrong the guess between them was',
    (perS, burst) => {
      const log = new SendLog();
      let nowMs = 0;
      let level = burst;
      /** Sends at a pace until the limit's bucket is empty, or so long. */
      const send = (callsPerS: number, longestMs = Infinity, guess?: Bucket): void => {
        const endMs = nowMs + longestMs;
        while (nowMs < endMs && level >= 1) {
          guess?.sent(nowMs);
          log.push(nowMs);
          guess?.accepted();
          nowMs += 1000 / callsPerS;
          level = Math.min(burst, level - 1 + perS / callsPerS);
        }
      };
      const pause = (ms: number): void => {
        nowMs += ms;
        level = Math.min(burst, level + (ms / 1000) * perS);
      };
      send(1.6 * perS);
      const guess = new Bucket(log, (0.8 * perS) / 1000, 10_000, nowMs);
      guess.emptiedAt({ atMs: nowMs, nth: log.count });
      pause(10_000);
      send(1.5 * perS, 5000, guess);
      send(0.8 * perS, 30_000, guess);
      pause(10_000);
      send(2 * perS, Infinity, guess);
      guess.refused({ atMs: nowMs, nth: log.count }, 10_000, nowMs + 10_000, 0, Infinity);
      expect(guess.rate * 1000).toBeCloseTo(perS, 0);
      expect(Math.abs(guess.burst - burst)).toBeLessThan(4);
    },
  );
});
