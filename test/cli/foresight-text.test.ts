import { describe, expect, it } from 'vitest';
import { foresightText } from '../../src/cli/telling/foresight-text.js';
import type { Foresight } from '../../src/model/foresight.js';

const foresight = (over: Partial<Foresight>): Foresight => ({
  codes: 412,
  canMakeIt: 388,
  timeless: 0,
  paceIsKnown: true,
  ceilingHolds: false,
  shutForMs: 0,
  leftMs: undefined,
  ...over,
});

describe('the line that tells what can be made of the codes that wait', () => {
  it.each([
    [{}, '412 codes, 388 can still make it at the pace Graph allows; 24 would be flagged.'],
    [
      { paceIsKnown: false },
      '412 codes, 388 can still make it at the 200 calls in 5 minutes that Microsoft publishes; Graph’s real limit is not known yet; 24 would be flagged.',
    ],
    [
      { paceIsKnown: false, ceilingHolds: true },
      '412 codes, 388 can still make it at our own ceiling on calls; 24 would be flagged.',
    ],
    [{ canMakeIt: 412, timeless: 1 }, '412 codes, all can still make it. 1 row made from seeds can wait.'],
    [{ codes: 1, canMakeIt: 1 }, '1 code, all can still make it.'],
    [{ codes: 0, canMakeIt: 0, timeless: 5 }, ''],
  ])('case %#', (over, text) => {
    expect(foresightText(foresight(over))).toBe(text);
  });
});
