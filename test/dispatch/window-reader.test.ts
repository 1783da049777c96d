import { describe, expect, it } from 'vitest';
import type { Block } from '../../src/dispatch/pace/adaptive/block-gate.js';
import { SendLog } from '../../src/dispatch/pace/send-log.js';
import { WindowReader, type WindowRead } from '../../src/dispatch/pace/adaptive/window-reader.js';
import { makeLimit, type LimitSpec } from '../simulation/limit-spec.js';
import { seededRandom } from '../simulation/random.js';

const SECOND_MS = 1000;
const REFUSALS = 8;

/** A refusal of one call, and when the server says that the next one may come. */
function blockAt(atMs: number, endMs: number): Block {
  const at = { sentAtMs: atMs, lastMs: atMs, triedMs: atMs };
  const one = { refusals: 1, leastWaitMs: endMs - atMs };
  return { ...at, ...one, teaches: true, trials: 0, guessed: false, endMs, closedUntilMs: endMs };
}

/** What is read at each refusal of calls that come by chance, a little more often than the limit takes them. */
function reads(spec: LimitSpec, perMs: number, seed: number): (WindowRead | undefined)[] {
  const random = seededRandom(seed, 0);
  const limit = makeLimit(spec, seededRandom(seed, 1));
  const log = new SendLog();
  const reader = new WindowReader(log);
  const found: (WindowRead | undefined)[] = [];
  let begunNth = 0;
  for (let nowMs = 0; found.length < REFUSALS;) {
    const refusal = limit.arrive(nowMs);
    if (refusal === undefined) {
      log.push(nowMs);
      nowMs += -Math.log(1 - random()) / perMs;
      continue;
    }
    const endMs = nowMs + Math.ceil(refusal.waitMs! / SECOND_MS) * SECOND_MS;
    found.push(reader.read(blockAt(nowMs, endMs), begunNth));
    begunNth = log.count;
    nowMs = endMs;
  }
  return found;
}

interface Drawn {
  readonly spec: LimitSpec;
  readonly perMs: number;
  /** What is to be read. */
  readonly calls?: number;
  readonly spanMs?: number;
}

/** Of what could be read from a refusal on, the third unless told, under a hundred limits, the share that was, rightly or wrongly. */
function readsUnder(draw: (between: (low: number, high: number) => number) => Drawn, from = 3) {
  let slides = 0;
  const all = Array.from({ length: 100 }, (_, seed) => {
    const random = seededRandom(seed, 2);
    const { spec, perMs, calls, spanMs } = draw((low, high) => Math.round(low + (high - low) * random()));
    return reads(spec, perMs, seed)
      .slice(from - 1)
      .map((read) => {
        if (read?.slides) slides++;
        return read && read.calls === calls && read.spanMs === spanMs;
      });
  }).flat();
  const share = (of: boolean) => all.filter((isRight) => isRight === of).length / all.length;
  return { right: share(true), wrong: share(false), slides: slides / all.length };
}

describe('calls that come one by one', () => {
  it('tell of a sliding window, nearly always to the call and to the second', () => {
    const read = readsUnder((between) => {
      const [calls, seconds] = [between(10, 150), between(10, 120)];
      const perMs = (1.1 * calls) / (seconds * SECOND_MS);
      return { spec: { kind: 'sliding', calls, seconds }, perMs, calls, spanMs: seconds * SECOND_MS };
    });
    expect(read.right).toBeGreaterThan(0.97);
    expect(read.wrong).toBeLessThan(0.005);
    expect(read.slides).toBeGreaterThan(0.95);
  });

  it('tell that a window does not slide, where it takes as many after each refusal', () => {
    const read = readsUnder((between) => {
      const [calls, seconds] = [between(10, 150), between(10, 120)];
      const perMs = (20 * calls) / (seconds * SECOND_MS);
      const spec = { kind: 'window', calls, seconds, alignedTo: 'first call' } as const;
      return { spec, perMs, calls, spanMs: seconds * SECOND_MS };
    });
    expect(read.right).toBeGreaterThan(0.2);
    expect(read.wrong).toBeLessThan(0.03);
    expect(read.slides).toBeLessThanOrEqual(read.wrong);
  });

  it.each([
    { from: 2, seconds: 1, share: 0.7 },
    { from: 3, seconds: 2, share: 0.9 },
    { from: 3, seconds: 5, share: 0.9 },
  ])('tell of $seconds s that begin anew after each refusal, to the call, by refusal $from', (told) => {
    const { from, seconds, share } = told;
    const read = readsUnder((between) => {
      const calls = between(10, 100);
      const perMs = (1.2 * calls) / (seconds * SECOND_MS);
      const spec = { kind: 'window', calls, seconds, alignedTo: 'first call' } as const;
      return { spec, perMs, calls, spanMs: seconds * SECOND_MS };
    }, from);
    expect(read.right).toBeGreaterThan(share);
    expect(read.wrong).toBeLessThan(0.01);
  });

  it('tell now and then of a second that begins by the clock, as of a sliding one that takes as many', () => {
    const read = readsUnder((between) => {
      const calls = between(10, 100);
      const spec = { kind: 'window', calls, seconds: 1, alignedTo: 'clock' } as const;
      return { spec, perMs: (1.2 * calls) / SECOND_MS, calls, spanMs: SECOND_MS };
    });
    expect(read.right).toBeGreaterThan(0.2);
    expect(read.wrong).toBeLessThan(0.07);
  });

  const NINE = { calls: 9, spanMs: SECOND_MS, slides: false };
  const TWENTY = { calls: 20, spanMs: SECOND_MS, slides: false };
  const IN_TWO_SECONDS = { calls: 20, spanMs: 2 * SECOND_MS, slides: false };
  it.each([
    { calls: 20, gapsMs: [10, 20], read: TWENTY, why: 'filled twice, in different times' },
    { calls: 20, gapsMs: [20, 20], read: undefined, why: 'a bucket takes its burst twice in the same time' },
    { calls: 20, gapsMs: [60, 80], read: undefined, why: 'that two seconds end in time is chance' },
    { calls: 20, gapsMs: [60, 80, 70], read: IN_TWO_SECONDS, why: 'but not three times over' },
    { calls: 9, gapsMs: [20, 40], read: undefined, why: 'so few are chance' },
    { calls: 9, gapsMs: [20, 40, 60], read: NINE, why: 'but not three times over' },
  ])('$calls calls, $gapsMs ms apart, after each block: $why', (told) => {
    const log = new SendLog();
    const reader = new WindowReader(log);
    const found = told.gapsMs.map((gapMs, nth) => {
      const begunNth = log.count;
      const atMs = 4 * SECOND_MS * nth + told.calls * gapMs;
      for (let n = 0; n < told.calls; n++) log.push(4 * SECOND_MS * nth + n * gapMs);
      return reader.read(blockAt(atMs, atMs + SECOND_MS), begunNth);
    });
    expect(found.at(-1)).toEqual(told.read);
  });

  it.each([false, true])('control: hardly ever where there is a bucket (shared: %s)', (isShared) => {
    const read = readsUnder((between) => {
      const perS = between(3, 20);
      const bucket = { kind: 'bucket', perS, burst: between(2 * perS, 6 * perS) } as const;
      const perMs = ((isShared ? 0.8 : 1.1) * perS) / SECOND_MS;
      return { spec: isShared ? { kind: 'shared', of: bucket, perS: perS * 0.3 } : bucket, perMs };
    }, 2);
    expect(read.wrong).toBeLessThan(0.02);
  });
});
