import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deadlineMs } from '../../src/dispatch/queue/deadline.js';
import type { IntervalS } from '../../src/model/row.js';
import { Secret } from '../../src/model/secret.js';
import { seedRow } from '../support/rows.js';

const collected = (collectedAtMs: number, intervalS: IntervalS) => ({
  intervalS,
  proof: { kind: 'code', code: new Secret('588651'), collectedAtMs } as const,
});
const at = (iso: string): number => Date.parse(iso);

describe('deadline of a code', () => {
  it.each([
    { interval: 30, collectedAt: '2026-11-02T09:00:00Z', graceSteps: 0, deadline: '2026-11-02T09:00:30Z' },
    {
      interval: 30,
      collectedAt: '2026-11-02T09:00:29.999Z',
      graceSteps: 0,
      deadline: '2026-11-02T09:00:30Z',
    },
    { interval: 30, collectedAt: '2026-11-02T09:00:30Z', graceSteps: 0, deadline: '2026-11-02T09:01:00Z' },
    { interval: 30, collectedAt: '2026-11-02T09:00:10Z', graceSteps: 1, deadline: '2026-11-02T09:01:00Z' },
    { interval: 30, collectedAt: '2026-11-02T09:00:10Z', graceSteps: 4, deadline: '2026-11-02T09:02:30Z' },
    { interval: 60, collectedAt: '2026-11-02T09:00:59Z', graceSteps: 0, deadline: '2026-11-02T09:01:00Z' },
    { interval: 60, collectedAt: '2026-11-02T09:00:10Z', graceSteps: 1, deadline: '2026-11-02T09:02:00Z' },
  ] as const)(
    'of $interval s, collected at $collectedAt, with $graceSteps grace steps, is $deadline',
    ({ interval, collectedAt, graceSteps, deadline }) => {
      expect(deadlineMs(collected(at(collectedAt), interval), graceSteps)).toBe(at(deadline));
    },
  );

  it('is never for a seed', () => {
    expect(deadlineMs(seedRow(1), 0)).toBe(Infinity);
    expect(deadlineMs(seedRow(1), 5)).toBe(Infinity);
  });

  it('is where a second-by-second count of steps ends', () => {
    const stepOf = (second: number, intervalS: number): number => Math.floor(second / intervalS);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4e12 }),
        fc.constantFrom<IntervalS>(30, 60),
        fc.nat(6),
        (collectedAtMs, intervalS, graceSteps) => {
          let second = Math.floor(collectedAtMs / 1000);
          const lastStep = stepOf(second, intervalS) + graceSteps;
          while (stepOf(second, intervalS) <= lastStep) second += 1;
          expect(deadlineMs(collected(collectedAtMs, intervalS), graceSteps)).toBe(second * 1000);
        },
      ),
    );
  });
});
