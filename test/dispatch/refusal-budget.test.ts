import { describe, expect, it } from 'vitest';
import { RefusalBudget } from '../../src/dispatch/pace/adaptive/refusal-budget.js';
import { SendLog } from '../../src/dispatch/pace/send-log.js';
import type { Demand } from '../../src/dispatch/pace/throttle.js';

const WINDOW = { calls: 50, spanMs: 10_000 };
/** Ten calls a second. */
const BUCKET = { burst: 20, rate: 0.01 };

/** Codes that all die within a minute, unless told. */
const demanded = (over: Partial<Demand> = {}): Demand => ({
  waiting: 400,
  timeless: 0,
  moreMayCome: false,
  perMs: 0.02,
  due: [{ inMs: 60_000, rows: over.waiting ?? 400 }],
  dueMs: 60_000,
  ...over,
});

/** After so many calls that were taken, and blocks of one refusal or of more. */
function after(calls: number, blocks: number, eachRefused = 1): RefusalBudget {
  const log = new SendLog();
  const budget = new RefusalBudget(log);
  for (let n = 0; n < calls; n++) log.push(n);
  for (let block = 0; block < blocks; block++) for (let n = 0; n < eachRefused; n++) budget.refused(n === 0);
  return budget;
}

describe('calls beyond a window', () => {
  it('are one per hundred calls, but for the first block, and one per fifty where all that waits dies soon', () => {
    const lasting = demanded({ timeless: 1 });
    expect(after(99, 2).ofWindow(WINDOW, lasting).beyond).toBe(false);
    expect(after(100, 2).ofWindow(WINDOW, lasting).beyond).toBe(true);
    expect(after(49, 2).ofWindow(WINDOW, demanded()).beyond).toBe(false);
    expect(after(50, 2).ofWindow(WINDOW, demanded()).beyond).toBe(true);
  });

  it('are none once one more refusal were too much of all calls, with those that can still be made', () => {
    // 50 a window, and 300 more in a minute: 650 calls in all, of which eleven are 1.69 % and twelve 1.85 %.
    expect(after(300, 1, 10).ofWindow(WINDOW, demanded()).beyond).toBe(true);
    expect(after(300, 1, 11).ofWindow(WINDOW, demanded()).beyond).toBe(false);
    // Only 100 wait: 400 calls, of which seven are 1.75 % and eight 2 %.
    expect(after(300, 1, 6).ofWindow(WINDOW, demanded({ waiting: 100 })).beyond).toBe(true);
    expect(after(300, 1, 7).ofWindow(WINDOW, demanded({ waiting: 100 })).beyond).toBe(false);
  });

  it('are reckoned by the calls that can be made before their codes die', () => {
    // Of 380 that die in ten seconds two windows take 100, and of 20 that die in a minute all: 420 calls, of which seven are 1.67 %.
    const soon = demanded({
      due: [
        { inMs: 10_000, rows: 380 },
        { inMs: 60_000, rows: 20 },
      ],
    });
    expect(after(300, 1, 6).ofWindow(WINDOW, soon).beyond).toBe(true);
    expect(after(300, 1, 7).ofWindow(WINDOW, soon).beyond).toBe(false);
    // The other way round 350 can be made: what dies late waits for those that die soon.
    const late = demanded({
      due: [
        { inMs: 10_000, rows: 20 },
        { inMs: 60_000, rows: 380 },
      ],
    });
    expect(after(300, 1, 10).ofWindow(WINDOW, late).beyond).toBe(true);
  });

  it('are reckoned by all calls that wait where some of them cannot expire', () => {
    // 700 calls in all, of which twelve are 1.71 % and thirteen 1.86 %.
    const lasting = demanded({ timeless: 1, due: [{ inMs: 10_000, rows: 399 }] });
    expect(after(300, 1, 11).ofWindow(WINDOW, lasting).beyond).toBe(true);
    expect(after(300, 1, 12).ofWindow(WINDOW, lasting).beyond).toBe(false);
  });

  it('are none where one window takes all that are to come; but more may come', () => {
    expect(after(300, 1).ofWindow(WINDOW, demanded({ waiting: 50 })).beyond).toBe(false);
    expect(after(300, 1).ofWindow(WINDOW, demanded({ waiting: 51 })).beyond).toBe(true);
    expect(after(300, 1).ofWindow(WINDOW, demanded({ waiting: 0, moreMayCome: true })).beyond).toBe(true);
  });

  it('are followed by more as long as it takes them: as many as may be refused, until one is', () => {
    expect(after(300, 0).ofWindow(WINDOW, demanded()).again).toBe(0);
    const budget = after(300, 1);
    expect(budget.ofWindow(WINDOW, demanded()).again).toBe(0);
    budget.grew();
    expect(budget.ofWindow(WINDOW, demanded()).again).toBeCloseTo(0.018 * 650 - 1);
    budget.refused(false);
    expect(budget.ofWindow(WINDOW, demanded()).again).toBeCloseTo(0.018 * 650 - 2);
    budget.refused(true);
    expect(budget.ofWindow(WINDOW, demanded()).again).toBe(0);
  });

  it('may be one that follows, where none is affordable any more', () => {
    const budget = after(300, 1, 20);
    budget.grew();
    expect(budget.ofWindow(WINDOW, demanded()).again).toBe(1);
  });
});

it('early calls may be refused a little more often', () => {
  // 650 calls: 14 are 2.15 %, 15 are 2.31 %.
  expect(after(300, 1, 13).ofWindow(WINDOW, demanded()).early).toBe(true);
  expect(after(300, 1, 14).ofWindow(WINDOW, demanded()).early).toBe(false);
});

describe('a bucket is asked for more', () => {
  it('sooner while one more refusal is affordable, of the calls that there will be', () => {
    // 20 at once and 600 in a minute are more than the 400 that wait: 700 calls, of which nine are 1.29 % and ten 1.43 %.
    expect(after(300, 1, 8).ofBucket(BUCKET, demanded()).sooner).toBe(true);
    expect(after(300, 1, 9).ofBucket(BUCKET, demanded()).sooner).toBe(false);
    // In a quarter of that it takes 170: 470 calls, of which six are 1.28 % and seven 1.49 %.
    const soon = demanded({ due: [{ inMs: 15_000, rows: 400 }] });
    expect(after(300, 1, 5).ofBucket(BUCKET, soon).sooner).toBe(true);
    expect(after(300, 1, 6).ofBucket(BUCKET, soon).sooner).toBe(false);
  });

  it('by what was sent alone where more rows may come, which nobody can count', () => {
    const more = demanded({ moreMayCome: true });
    expect(after(308, 1, 3).ofBucket(BUCKET, more).sooner).toBe(true);
    expect(after(307, 1, 3).ofBucket(BUCKET, more).sooner).toBe(false);
  });

  it('often while several are, and codes ask for more than it takes', () => {
    // 700 calls: with three more twelve are 1.71 %, thirteen 1.86 %.
    expect(after(300, 1, 9).ofBucket(BUCKET, demanded()).often).toBe(true);
    expect(after(300, 1, 10).ofBucket(BUCKET, demanded()).often).toBe(false);
    expect(after(300, 1, 1).ofBucket(BUCKET, demanded({ perMs: 0.01 })).often).toBe(false);
  });
});
