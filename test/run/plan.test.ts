import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plan, SECONDS_PER_CODE, type PlanRequest } from '../../src/run/plan.js';

const PUBLISHED = { calls: 200, seconds: 300 };
const request: PlanRequest = { rows: 10_000, rate: PUBLISHED, intervalS: 30, graceSteps: 1, stations: 1 };

const requests: fc.Arbitrary<PlanRequest> = fc.record({
  rows: fc.integer({ min: 1, max: 100_000 }),
  rate: fc.record({ calls: fc.integer({ min: 1, max: 3000 }), seconds: fc.integer({ min: 1, max: 300 }) }),
  intervalS: fc.constantFrom(30 as const, 60 as const),
  graceSteps: fc.integer({ min: 0, max: 3 }),
  stations: fc.integer({ min: 1, max: 50 }),
});

describe('a plan', () => {
  test('counts on the shortest life that a code can have: that of one read as its step ends', () => {
    expect(plan(request).lifeS).toEqual({ least: 30, most: 60 });
    expect(plan({ ...request, intervalS: 60 }).lifeS).toEqual({ least: 60, most: 120 });
  });

  test('takes the time that Graph demands once there are enough stations', () => {
    const { totalS, limitedBy, usefulStations } = plan({ ...request, stations: 20 });
    expect(limitedBy).toBe('Graph');
    expect(totalS).toBe(15_000);
    expect(usefulStations).toBe(7);
  });

  test('takes the time that the stations need while they are few', () => {
    expect(plan(request)).toMatchObject({ limitedBy: 'stations', totalS: 100_000 });
  });

  test('says that no wave works where a code dies with its step', () => {
    expect(plan({ ...request, graceSteps: 0 })).toMatchObject({ wave: 0, waves: 0 });
  });

  test('never lets the first code of a wave die before the last is sent, nor asks Graph for more than it allows', () => {
    fc.assert(
      fc.property(requests, (any) => {
        const { wave, waves, everyS, lifeS } = plan(any);
        fc.pre(wave > 0);
        expect((wave * SECONDS_PER_CODE) / any.stations).toBeLessThanOrEqual(lifeS.least);
        expect(wave).toBeLessThanOrEqual(any.rate.calls);
        expect(waves * wave).toBeGreaterThanOrEqual(any.rows);
        const wavesPerWindow = any.rate.seconds / everyS;
        expect(wavesPerWindow * wave).toBeLessThanOrEqual(any.rate.calls * (1 + 1e-9));
      }),
    );
  });
});
