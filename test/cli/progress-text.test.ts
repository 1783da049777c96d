import { describe, expect, test } from 'vitest';
import type { Figures } from '../../src/cli/telling/progress.js';
import { progressLine, progressLines, type Paint } from '../../src/cli/telling/progress-text.js';

const PLAIN: Paint = (_, text) => text;
const MARKED: Paint = (style, text) => `<${style}>${text}</>`;

const HALF_WAY: Figures = {
  tokensRead: undefined,
  rows: 1000,
  areAll: true,
  done: 500,
  isImport: false,
  succeeded: 480,
  recollect: 13,
  failed: 7,
  perMinute: 40.4,
  waitMs: 0,
  leftMs: 750_000,
};
/** As much text as there may be: a hundred thousand rows, under a long wait. */
const CROWDED: Figures = {
  ...HALF_WAY,
  rows: 100_000,
  done: 50_000,
  succeeded: 40_000,
  recollect: 9000,
  failed: 1000,
  waitMs: 899_000,
  leftMs: 86_390_000,
};

describe('on a terminal', () => {
  test('it tells how far it is, what is left, what became of the rows, and the pace', () => {
    expect(progressLines(HALF_WAY, 79, PLAIN)).toEqual([
      '[====================--------------------] 500 of 1000 done, 12 min 30 s left',
      '480 enrolled, 13 to re-collect, 7 failed; 40 a minute',
    ]);
  });

  test('tokens that are only put into the inventory are imported', () => {
    expect(progressLines({ ...HALF_WAY, isImport: true }, 79, PLAIN)[1]).toContain('480 imported, 13 to');
  });

  test('while Graph makes it wait, a countdown takes the place of the pace', () => {
    expect(progressLines({ ...HALF_WAY, waitMs: 252_000 }, 79, PLAIN)[1]).toBe(
      '480 enrolled, 13 to re-collect, 7 failed; waiting for Graph: 4 min 12 s',
    );
    expect(progressLines({ ...HALF_WAY, waitMs: 999 }, 79, PLAIN)[1]).not.toContain('wait');
  });

  test('80 columns hold all of it, however much it is', () => {
    const [far, became] = progressLines(CROWDED, 79, PLAIN);
    expect(far).toMatch(/^\[=+-+\] 50000 of 100000 done, 23 h 59 min left$/);
    expect(became).toBe('40000 enrolled, 9000 to re-collect, 1000 failed; waiting for Graph: 14 min 59 s');
  });

  test('what there is no room for goes by its weight: a countdown stays longest', () => {
    const second = (figures: Figures, width: number): string => progressLines(figures, width, PLAIN)[1];
    expect(second(HALF_WAY, 45)).toBe('480 enrolled, 13 to re-collect, 7 failed');
    expect(second(HALF_WAY, 35)).toBe('480 enrolled, 13 to re-collect');
    expect(second(CROWDED, 60)).toBe('40000 enrolled; waiting for Graph: 14 min 59 s');
    expect(second(CROWDED, 33)).toBe('waiting for Graph: 14 min 59 s');
    expect(progressLines(HALF_WAY, 34, PLAIN)[0]).toBe('500 of 1000 done, 12 min 30 s left');
    expect(progressLines(HALF_WAY, 30, PLAIN)[0]).toBe('500 of 1000 done');
  });

  test('no width is ever passed', () => {
    for (let width = 0; width < 90; width++) {
      for (const figures of [HALF_WAY, CROWDED, { ...CROWDED, areAll: false }]) {
        for (const line of progressLines(figures, width, PLAIN))
          expect(line.length).toBeLessThanOrEqual(width);
      }
    }
  });

  test('rows that still come have no end: no bar, no time left', () => {
    expect(progressLines({ ...HALF_WAY, areAll: false, leftMs: undefined }, 79, PLAIN)[0]).toBe(
      '1000 rows so far, 500 done',
    );
  });

  test('what a person must see stands out, and nothing else does', () => {
    const [far, became] = progressLines({ ...CROWDED, failed: 0 }, 79, MARKED);
    expect(far).toMatch(/^\[<green>=+<\/>-+\] 50000 of/);
    expect(became).toBe(
      '40000 enrolled, <yellow>9000 to re-collect</>, 0 failed; <yellow>waiting for Graph: 14 min 59 s</>',
    );
    expect(progressLines({ ...HALF_WAY, recollect: 0 }, 79, MARKED)[1]).toBe(
      '480 enrolled, 0 to re-collect, <red>7 failed</>; 40 a minute',
    );
  });
});

describe('while the inventory is read, before the first row', () => {
  const READING: Figures = { ...HALF_WAY, rows: 0, done: 0, tokensRead: 12_000 };

  test('it tells how many tokens were read, and how long Graph makes it wait', () => {
    expect(progressLine(READING)).toBe('12000 tokens of the inventory read');
    expect(progressLine({ ...READING, waitMs: 40_000 })).toBe(
      '12000 tokens of the inventory read, waiting for Graph: 40 s',
    );
  });

  test('on a terminal, too', () => {
    expect(progressLines(READING, 79, PLAIN)).toEqual(['12000 tokens of the inventory read', '']);
    expect(progressLines({ ...READING, waitMs: 40_000 }, 79, MARKED)).toEqual([
      '12000 tokens of the inventory read',
      '<yellow>waiting for Graph: 40 s</>',
    ]);
  });
});

describe('in a log', () => {
  test('it is one line with all of it', () => {
    expect(progressLine({ ...HALF_WAY, waitMs: 4000 })).toBe(
      '500 of 1000 rows done, 480 enrolled, 13 to re-collect, 7 failed, 40 a minute, 12 min 30 s left, ' +
        'waiting for Graph: 4 s',
    );
  });

  test('what is not known is left out', () => {
    const early = { ...HALF_WAY, areAll: false, perMinute: undefined, leftMs: undefined };
    expect(progressLine({ ...early, rows: 1, done: 0, succeeded: 0, recollect: 0, failed: 0 })).toBe(
      '1 row so far, 0 done, 0 enrolled, 0 to re-collect, 0 failed',
    );
  });
});
