import { describe, expect, test } from 'vitest';
import { forecast } from '../../src/run/rehearsal/forecast.js';
import { START_MS } from '../support/rows.js';
import { VirtualClock } from '../support/virtual-clock.js';

const MINUTE_MS = 60_000;
const PUBLISHED = { calls: 200, seconds: 300 };

/** So many codes that die a minute from the start, at the pace that is known. */
function ofCodes(
  count: number,
  pace: Parameters<typeof forecast>[2] = {},
  rates: (typeof PUBLISHED)[] = [],
  nowMs = START_MS,
) {
  const deadlines = new Map([[START_MS + MINUTE_MS, count]]);
  return forecast({ rows: count, deadlines }, START_MS, pace, rates, new VirtualClock(nowMs));
}

const minutes = ({ tookMs }: { tookMs: number }): number => Math.round(tookMs / MINUTE_MS);

describe('how a run would go', () => {
  test('where nothing is known, Microsoft’s published figure holds', () => {
    const found = ofCodes(1000);
    expect(found).toMatchObject({ pace: 'published', codes: 1000, canMakeIt: 200 });
    expect(minutes(found)).toBe(20);
  });

  test('few codes all make it, and take a moment', () => {
    const found = ofCodes(100);
    expect(found).toMatchObject({ codes: 100, canMakeIt: 100 });
    expect(found.tookMs).toBe(5000);
  });

  test('what earlier runs learned goes before it', () => {
    const hint = { windows: [{ calls: 60, spanMs: MINUTE_MS }] };
    const found = ofCodes(300, { hint });
    expect(found).toMatchObject({ pace: 'learned', canMakeIt: 60 });
    expect(minutes(found)).toBe(4);
  });

  test('our own ceiling sets the pace where it is the slowest', () => {
    const found = ofCodes(100, {}, [{ calls: 10, seconds: 60 }]);
    expect(found).toMatchObject({ pace: { calls: 10, seconds: 60 }, canMakeIt: 20 });
    expect(minutes(found)).toBe(9);
    expect(ofCodes(1000, {}, [{ calls: 3000, seconds: 150 }]).pace).toBe('published');
  });

  test('a wait that Graph asked for comes first, even if it is over when that is reckoned', () => {
    const pace = { closedUntilMs: START_MS + 2 * MINUTE_MS };
    const now = ofCodes(100, pace);
    expect(now.canMakeIt).toBe(0);
    expect(ofCodes(100, pace, [], START_MS + 3 * MINUTE_MS)).toEqual(now);
  });

  test('rows made from seeds take time, and cannot die', () => {
    const rows = { rows: 401, deadlines: new Map<number, number>() };
    const found = forecast(rows, START_MS, {}, [PUBLISHED], new VirtualClock(START_MS));
    expect(found).toMatchObject({ codes: 0, canMakeIt: 0 });
    expect(minutes(found)).toBe(10);
  });

  test('no row takes no time', () => {
    expect(ofCodes(0)).toMatchObject({ tookMs: 0, codes: 0 });
  });
});
