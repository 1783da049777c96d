import { describe, expect, it } from 'vitest';
import { Bucket } from '../../src/dispatch/adaptive/bucket.js';
import { SendLog } from '../../src/dispatch/adaptive/send-log.js';

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
