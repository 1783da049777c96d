import { describe, expect, it } from 'vitest';
import { Bucket } from '../../src/dispatch/pace/adaptive/bucket.js';
import { SendLog } from '../../src/dispatch/pace/adaptive/send-log.js';
import { TokenBucket } from '../simulation/limits.js';

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

/** Calls that are sent to a limit, until it refuses one. */
class Caller {
  readonly log = new SendLog();
  nowMs = 0;
  readonly #limit: TokenBucket;

  constructor(perS: number, burst: number) {
    this.#limit = new TokenBucket(perS / 1000, burst);
  }

  /** The last call, which was refused. */
  get empty(): { readonly atMs: number; readonly nth: number } {
    return { atMs: this.nowMs, nth: this.log.count };
  }

  /** Sends at a pace until a call is refused, or so long. */
  send(callsPerS: number, longestMs = Infinity, guess?: Bucket): void {
    const endMs = this.nowMs + longestMs;
    while (this.nowMs < endMs && this.#limit.arrive(this.nowMs) === undefined) {
      guess?.sent(this.nowMs);
      this.log.push(this.nowMs);
      guess?.accepted();
      this.nowMs += 1000 / callsPerS;
    }
  }

  pause(ms: number): void {
    this.nowMs += ms;
  }
}

describe('two refusals that came after bursts of different length', () => {
  it.each([
    [25, 70],
    [22, 80],
    [30, 50],
  ])(
    'tell a rate of %i/s and a burst of %i apart, however wrong the guess between them was',
    (perS, burst) => {
      const caller = new Caller(perS, burst);
      caller.send(1.6 * perS);
      const guess = new Bucket(caller.log, (0.8 * perS) / 1000, 10_000, caller.nowMs);
      guess.emptiedAt(caller.empty);
      caller.pause(10_000);
      caller.send(1.5 * perS, 5000, guess);
      caller.send(0.8 * perS, 30_000, guess);
      caller.pause(10_000);
      caller.send(2 * perS, Infinity, guess);
      guess.refused(caller.empty, 10_000, caller.nowMs + 10_000, 0, Infinity);
      expect(guess.rate * 1000).toBeCloseTo(perS, 0);
      expect(Math.abs(guess.burst - burst)).toBeLessThan(4);
    },
  );
});

describe('refusals of a small bucket that close it for longer than it takes to fill', () => {
  /** The rate, in calls a second, that is read after refusals, each of which closes it for so long. */
  function rateAfter(...blocksMs: readonly number[]): number {
    const caller = new Caller(17, 17);
    caller.send(24);
    const guess = new Bucket(caller.log, 0.013, 3000, caller.nowMs);
    guess.refused(caller.empty, 3000, caller.nowMs, 0, Infinity);
    for (const blockMs of blocksMs) {
      caller.pause(blockMs);
      caller.send(36, Infinity, guess);
      guess.refused(caller.empty, blockMs, caller.nowMs, 0, Infinity);
    }
    return guess.rate * 1000;
  }

  it('tell its rate once they closed it for different times, which only one rate explains', () => {
    expect(Math.abs(rateAfter(2000, 3000) - 17)).toBeLessThan(1.5);
  });

  it('control: the first two are explained by a slow rate and a large burst as well', () => {
    expect(rateAfter(2000)).toBeLessThan(13);
  });
});
