import { describe, expect, it } from 'vitest';
import { Bucket } from '../../src/dispatch/pace/adaptive/bucket.js';
import { SendLog } from '../../src/dispatch/pace/send-log.js';
import { TokenBucket } from '../simulation/limits.js';

const RATE = 0.02;

/** The pace against the rate as it was measured, so many calls after a refusal of a bucket that was measured well. */
function paceAfter(calls: number, affords: boolean): number {
  const log = new SendLog();
  let nowMs = 0;
  const send = (bucket?: Bucket): void => {
    nowMs += 1 / RATE;
    const isTry = bucket?.sent(nowMs);
    log.push(nowMs);
    bucket?.accepted(isTry ?? false);
  };
  for (let i = 0; i < 10; i++) send();
  const bucket = new Bucket(log, RATE, 100, nowMs);
  bucket.refused({ atMs: nowMs, nth: log.count }, 100, nowMs, 1);
  for (let i = 0; i < 200; i++) send(bucket);
  bucket.refused({ atMs: nowMs, nth: log.count }, 100, nowMs, 1);
  bucket.asking = { sooner: affords, often: false };
  for (let i = 0; i < calls; i++) send(bucket);
  return bucket.perMs / bucket.rate;
}

describe('growth of a bucket', () => {
  it('is tried soon where one more refusal is affordable', () => {
    expect(paceAfter(70, true)).toBeGreaterThan(1.03);
    expect(paceAfter(40, true)).toBeLessThan(1);
  });

  it('control: later where it is not', () => {
    expect(paceAfter(70, false)).toBeLessThan(1);
    expect(paceAfter(130, false)).toBeGreaterThan(1.03);
  });

  it('goes on, but does not run away, lest all that is in flight is refused at once', () => {
    expect(paceAfter(300, false)).toBeGreaterThan(2);
    expect(paceAfter(600, false)).toBeGreaterThan(3);
    expect(paceAfter(600, false)).toBeLessThan(5);
  });
});

describe('tries of a bucket: calls that take more than it surely holds', () => {
  /** A bucket of 20/s that took 50 calls at once, was shut for a second, and had its trial taken. */
  function reopened(): { bucket: Bucket; atMs: number } {
    const log = new SendLog();
    for (let i = 0; i < 50; i++) log.push(0);
    const bucket = new Bucket(log, RATE, 1000, 0);
    bucket.refused({ atMs: 0, nth: 50 }, 1000, 1000, 1);
    return { bucket, atMs: 1000 };
  }

  it('what flowed in while it was shut may be gone: calls that take it are tries, though they may leave at once', () => {
    const { bucket, atMs } = reopened();
    expect(bucket.freeAt(atMs)).toBe(atMs);
    expect([1, 2, 3].map(() => bucket.sent(atMs))).toEqual([true, true, true]);
  });

  it('what flowed in since is sure', () => {
    const { bucket, atMs } = reopened();
    const laterMs = atMs + 3.1 / (0.98 * RATE);
    expect([1, 2, 3, 4].map(() => bucket.sent(laterMs))).toEqual([false, false, false, true]);
  });

  it('one may be in flight, and one more for each sixteen that were taken, until one is refused', () => {
    const { bucket } = reopened();
    const most = [15, 1, 16].map((taken) => {
      for (let i = 0; i < taken; i++) bucket.accepted(true);
      return bucket.mostTries;
    });
    expect(most).toEqual([1, 2, 3]);
    bucket.accepted(false);
    expect(bucket.mostTries).toBe(3);
    bucket.refused({ atMs: 2000, nth: 24 }, 1000, 3000, 1);
    expect(bucket.mostTries).toBe(1);
  });

  it('a hint is given up sooner, and is sure of what it was taken to hold', () => {
    const bucket = Bucket.hinted(new SendLog(), { perMs: RATE, burst: 10, blockMs: 1000 });
    expect(Array.from({ length: 10 }, () => bucket.sent(0)).filter((isTry) => !isTry)).toHaveLength(9);
    for (let i = 0; i < 5; i++) bucket.accepted(true);
    expect(bucket.mostTries).toBe(2);
  });
});

const CHANGED_AT_MS = 600_000;

/** Calls that are sent to a limit, until it refuses one. */
class Caller {
  readonly log = new SendLog();
  nowMs = 0;
  readonly #limit: TokenBucket;

  /** @param factor of the rate, from {@link CHANGED_AT_MS} on */
  constructor(perS: number, burst: number, factor = 1) {
    this.#limit = new TokenBucket(perS / 1000, burst, { atMs: CHANGED_AT_MS, factor });
  }

  /** The last call, which was refused. */
  get empty(): { readonly atMs: number; readonly nth: number } {
    return { atMs: this.nowMs, nth: this.log.count };
  }

  /** Sends at a pace until a call is refused, or so long. */
  send(callsPerS: number, longestMs = Infinity, guess?: Bucket): void {
    const endMs = this.nowMs + longestMs;
    while (this.nowMs < endMs && this.#limit.arrive(this.nowMs) === undefined) {
      const isTry = guess?.sent(this.nowMs);
      this.log.push(this.nowMs);
      guess?.accepted(isTry ?? false);
      this.nowMs += 1000 / callsPerS;
    }
  }

  pause(ms: number): void {
    this.nowMs += ms;
  }

  /** So many calls of somebody else. */
  others(calls: number): void {
    for (let i = 0; i < calls; i++) this.#limit.arrive(this.nowMs);
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
      guess.refused(caller.empty, 10_000, caller.nowMs + 10_000, 0);
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
    guess.refused(caller.empty, 3000, caller.nowMs, 0);
    for (const blockMs of blocksMs) {
      caller.pause(blockMs);
      caller.send(36, Infinity, guess);
      guess.refused(caller.empty, blockMs, caller.nowMs, 0);
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

describe('the rate that a bucket hands on', () => {
  /** It was empty at 1 s; since then so many calls passed at 20/s. */
  function handedOn(calls: number, ratePerS: number, blockMs = 1000): number {
    const log = new SendLog();
    for (let i = 0; i < 10; i++) log.push(i * 100);
    const bucket = new Bucket(log, ratePerS / 1000, blockMs, 1000);
    bucket.emptiedAt({ atMs: 1000, nth: log.count });
    for (let i = 1; i <= calls; i++) log.push(1000 + i * 50);
    return bucket.hint().perMs * 1000;
  }

  it('is what passed since, where that is more than was guessed', () => {
    expect(Math.abs(handedOn(100, 5) - 20)).toBeLessThan(1);
  });

  it('is the guess where nothing passed since, or less', () => {
    expect(handedOn(0, 5)).toBe(5);
    expect(handedOn(100, 30)).toBe(30);
  });

  it('is as it was measured by an earlier run, whatever passed', () => {
    const log = new SendLog();
    const bucket = Bucket.hinted(log, { perMs: 0.005, burst: 10, blockMs: 10_000 });
    bucket.emptiedAt({ atMs: 0, nth: 0 });
    for (let i = 1; i <= 100; i++) log.push(i * 50);
    expect(bucket.hint()).toMatchObject({ perMs: 0.005, blockMs: 10_000 });
  });
});

describe('the first refusal under a hint', () => {
  const [perS, burst] = [18, 90];

  /** What is read where an earlier run told so much of the truth; calls go so much faster than the bucket takes them. */
  function readUnder(told: number, haste: number): Bucket {
    const caller = new Caller(perS, burst);
    const hint = { perMs: (told * perS) / 1000, burst: told * burst, blockMs: 1000 };
    const guess = Bucket.hinted(caller.log, hint);
    caller.pause(5000);
    caller.send(haste * perS, Infinity, guess);
    guess.refused(caller.empty, 1000, caller.nowMs + 1000, 1);
    return guess;
  }

  it.each([1.2, 1.5, 4])('tells rate and burst where the hint was half of them, at a pace of %f', (haste) => {
    const read = readUnder(0.5, haste);
    expect(Math.abs(read.rate * 1000 - perS)).toBeLessThan(0.02 * perS);
    expect(Math.abs(read.burst - burst)).toBeLessThan(3);
  });

  it('leaves a right one as it is, and one that told too much', () => {
    expect(readUnder(1, 1.5).rate * 1000).toBeCloseTo(perS, 0);
    expect(readUnder(2, 1.5).rate * 1000).toBeCloseTo(2 * perS, 5);
  });

  it('control: without a hint it tells no more than the guess', () => {
    const caller = new Caller(perS, burst);
    caller.send(1.5 * perS);
    const guess = new Bucket(caller.log, 0.009, 1000, caller.nowMs);
    guess.refused(caller.empty, 1000, caller.nowMs + 1000, 1);
    expect(guess.rate).toBe(0.009);
  });
});

describe('a refusal after too few calls to tell the rate', () => {
  /** One call at 0, refused the next; one more at 1 s, refused the next after so long. */
  function readAfter(tooFast: number, calls = 1): Bucket {
    const log = new SendLog();
    log.push(0);
    const bucket = new Bucket(log, 0.012, 1000, 10);
    bucket.refused({ atMs: 10, nth: 1 }, 1000, 1000, 1, tooFast);
    for (let i = 0; i < calls; i++) log.push(1000 + i);
    bucket.refused({ atMs: 1010, nth: 1 + calls }, 1000, 2010, 1, tooFast);
    return bucket;
  }

  it('leaves the guess as it is where nothing was seen to flow in', () => {
    const log = new SendLog();
    log.push(0);
    const bucket = new Bucket(log, 0.012, 1000, 10);
    bucket.refused({ atMs: 10, nth: 1 }, 1000, 1000, 1, 0.001);
    expect(bucket.rate).toBe(0.012);
  });

  it('tells that it is between what surely flowed in and what was too fast, nearer to that', () => {
    // One call a second flowed in.
    expect(readAfter(0.008).rate).toBeCloseTo(0.004, 10);
    // What was taken to be its rate was too fast, too.
    expect(readAfter(0.1).rate).toBeCloseTo(Math.cbrt(0.001 * 0.012 ** 2), 10);
    expect(readAfter(0.008, 2).rate).toBeCloseTo(Math.cbrt(0.002 * 0.008 ** 2), 10);
  });

  it('says nothing against a rate that was measured', () => {
    const log = new SendLog();
    const refuse = (calls: number, tooFast?: number): void => {
      const from = log.count / RATE;
      for (let i = 1; i <= calls; i++) log.push(from + i / RATE);
      const atMs = from + calls / RATE;
      bucket.refused({ atMs, nth: log.count }, 100, atMs, 0, tooFast);
    };
    const bucket = new Bucket(log, RATE, 100, 0);
    refuse(0);
    refuse(40);
    refuse(20, 0.001);
    expect(bucket.rate).toBeCloseTo(RATE, 10);
  });
});

describe('a refusal is explained by a bucket as it is known', () => {
  /** One of 20/s that holds 50, and was empty. */
  function known(): { caller: Caller; bucket: Bucket } {
    const caller = new Caller(20, 50);
    caller.send(1000);
    const bucket = new Bucket(caller.log, RATE, 1000, caller.nowMs);
    bucket.refused(caller.empty, 1000, caller.nowMs, 0);
    return { caller, bucket };
  }

  it('if it is about empty then', () => {
    const { caller, bucket } = known();
    caller.pause(2000);
    caller.send(100);
    expect(bucket.explains(caller.empty)).toBe(true);
  });

  it('not if it holds more', () => {
    const { caller, bucket } = known();
    caller.pause(1000);
    caller.send(100, 100);
    expect(bucket.explains(caller.empty)).toBe(false);
  });

  it('nor if more passed since than it held, however long ago', () => {
    const { caller, bucket } = known();
    for (let i = 0; i < 10; i++) caller.log.push(caller.nowMs);
    caller.pause(10_000);
    for (let i = 0; i < 50; i++) caller.log.push(caller.nowMs);
    expect(bucket.explains(caller.empty)).toBe(false);
  });

  it('nor by one that was never empty', () => {
    expect(new Bucket(new SendLog(), RATE, 1000, 0).explains({ atMs: 0, nth: 0 })).toBe(false);
  });
});

describe('a bucket whose rate was changed', () => {
  it('keeps the burst that it was seen to have: what passed before says nothing of it now', () => {
    const caller = new Caller(20, 50, 2);
    caller.send(32);
    const bucket = new Bucket(caller.log, 0.02, 1000, caller.nowMs);
    const refuse = (): void => bucket.refused(caller.empty, 1000, caller.nowMs, 0);
    refuse();
    for (let i = 0; i < 3; i++) {
      caller.pause(1000);
      caller.send(30, Infinity, bucket);
      refuse();
    }
    expect(Math.abs(bucket.rate * 1000 - 20)).toBeLessThan(1);
    const { burst } = bucket;
    expect(Math.abs(burst - 50)).toBeLessThan(3);
    caller.pause(CHANGED_AT_MS - caller.nowMs);
    for (let i = 0; i < 3; i++) {
      caller.pause(1000);
      caller.send(60, Infinity, bucket);
      refuse();
    }
    expect(bucket.rate * 1000).toBeGreaterThan(30);
    expect(bucket.burst).toBeGreaterThan(0.9 * burst);
  });
});

describe('a bucket of which nobody else takes', () => {
  interface Known {
    readonly caller: Caller;
    readonly bucket: Bucket;
  }

  /** One of 20/s that holds 50, refused first and after each stretch of so many calls per second; others take of it, or not, in the last one. */
  function afterStretches(callsPerS: readonly number[], others = 0, factor = 1): Known {
    const caller = new Caller(20, 50, factor);
    caller.send(32);
    const bucket = new Bucket(caller.log, 1.3 * RATE, 1000, caller.nowMs);
    const refuse = (): void => bucket.refused(caller.empty, 1000, caller.nowMs + 1000, 0);
    refuse();
    for (const [i, pace] of callsPerS.entries()) {
      caller.pause(1000);
      if (i === callsPerS.length - 1) caller.others(others);
      caller.send(pace, Infinity, bucket);
      refuse();
    }
    return { caller, bucket };
  }
  /** The same after so many refusals, with 24 calls per second between them. */
  const after = (refusals: number, others: number, factor = 1): Known =>
    afterStretches(Array<number>(refusals - 1).fill(24), others, factor);

  /** Calls that are no tries, right after the block. */
  const sure = ({ caller, bucket }: Known): number =>
    Array.from({ length: 20 }, () => bucket.sent(caller.nowMs + 1000)).filter((isTry) => !isTry).length;

  it('is known by a refusal that comes to the call, and keeps what flowed in while it was shut', () => {
    expect(sure(after(3, 0))).toBeGreaterThanOrEqual(19);
  });

  it('control: one refusal tells nothing, and two tell the rate', () => {
    expect(sure(after(1, 0))).toBe(0);
    expect(sure(after(2, 0))).toBe(0);
  });

  it.each([3, 10])('control: it may be gone where others took %i', (others) => {
    expect(sure(after(3, others))).toBe(0);
  });

  it('lets one more try be in flight for each four that were taken: its rate has then grown', () => {
    const { bucket } = after(3, 0);
    const most = [3, 1, 4].map((taken) => {
      for (let i = 0; i < taken; i++) bucket.accepted(true);
      return bucket.mostTries;
    });
    expect(most).toEqual([1, 2, 3]);
  });

  it('control: for each sixteen where others may share it', () => {
    const { bucket } = after(3, 10);
    for (let i = 0; i < 15; i++) bucket.accepted(true);
    expect(bucket.mostTries).toBe(1);
  });

  /** The pace against the rate that was known, after so many calls at twice that rate, which a full bucket took. */
  function paceAfterTwice(calls: number, others: number): number {
    const { caller, bucket } = after(3, others, 2);
    caller.pause(CHANGED_AT_MS - caller.nowMs);
    caller.send(40, calls * 25, bucket);
    return bucket.perMs / bucket.rate;
  }

  it('is asked for far more as soon as it took more than it can hold, as its rate has grown', () => {
    expect(paceAfterTwice(90, 0)).toBeLessThan(1);
    expect(paceAfterTwice(115, 0)).toBeGreaterThan(1.5);
  });

  it('control: it is not where others may have left it more', () => {
    expect(paceAfterTwice(115, 10)).toBeLessThan(1);
  });

  it.each([
    ['later', 200, 20.3],
    ['before', 20.3, 50],
  ])('is known by few calls that are explained by the rate of many: %s', (_, one, other) => {
    expect(sure(afterStretches([one, other]))).toBeGreaterThanOrEqual(19);
  });

  /** The pace against the rate, after so many calls that went as soon as they might. */
  function paceAt(calls: number, others: number, affordsOften = false, blockMs = 1000): number {
    const { caller, bucket } = after(3, others);
    bucket.asking = { sooner: false, often: affordsOften };
    bucket.blockMs = blockMs;
    let atMs = caller.nowMs + 1000;
    for (let i = 0; i < calls; i++) {
      atMs = bucket.freeAt(atMs);
      const isTry = bucket.sent(atMs);
      caller.log.push(atMs);
      bucket.accepted(isTry);
    }
    return bucket.perMs / bucket.rate;
  }

  it('is asked for more soon while several refusals are affordable, as each costs hardly a code', () => {
    expect(paceAt(45, 0, true)).toBeGreaterThan(1.05);
  });

  it('control: not where they are not, nor where others may share it', () => {
    expect(paceAt(45, 0)).toBeLessThan(1);
    expect(paceAt(45, 10, true)).toBeLessThan(1);
  });

  it('control: nor where blocks are long', () => {
    expect(paceAt(70, 0, true)).toBeGreaterThan(1.05);
    expect(paceAt(70, 0, true, 2600)).toBeLessThan(1);
  });

  it('is asked for more and more sooner than one that others may share', () => {
    expect(paceAt(600, 0)).toBeGreaterThan(paceAt(600, 10) + 1);
  });

  /** The pace against the rate, thirty calls after the refusal that came when it was asked for far more. */
  function paceOfGuess(others: number): number {
    const { caller, bucket } = after(3, others, 2);
    caller.pause(CHANGED_AT_MS - caller.nowMs);
    caller.send(60, Infinity, bucket);
    bucket.refused(caller.empty, 1000, caller.nowMs + 1000, 0);
    caller.pause(1000);
    caller.send(60, 1000, bucket);
    return bucket.perMs / bucket.rate;
  }

  it('is put to the test sooner after that, as its new rate is a guess', () => {
    expect(paceOfGuess(0)).toBeGreaterThan(1.5);
  });

  it('control: not where others may have left it more', () => {
    expect(paceOfGuess(10)).toBeLessThan(1);
  });
});
