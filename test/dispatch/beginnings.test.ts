import { describe, expect, it } from 'vitest';
import { Beginnings } from '../../src/dispatch/pace/adaptive/beginnings.js';

function begun(...all: readonly [atMs: number, nth: number, reopened?: boolean][]): Beginnings {
  const beginnings = new Beginnings();
  for (const [atMs, nth, reopened = false] of all) beginnings.add({ atMs, nth, reopened });
  return beginnings;
}

const any = () => true;

describe('where calls began', () => {
  it('is the start, as long as none left', () => {
    expect(begun().first).toEqual({ atMs: 0, nth: 0, reopened: false });
    expect(begun().densest(0, 1000, any)).toEqual({ atMs: 0, nth: 0, reopened: false });
  });

  it('is the first call, unless a block has ended since', () => {
    const first = { atMs: 5, nth: 0, reopened: false };
    expect(begun([5, 0], [9000, 10]).lastReopening).toEqual(first);
    expect(begun([5, 0], [9000, 10, true], [12_000, 20]).lastReopening.atMs).toBe(9000);
  });

  it('is remembered for the first and for the latest 31', () => {
    const all = Array.from({ length: 40 }, (_, i) => [i, i, i === 8 || i === 9] as [number, number, boolean]);
    expect(begun(...all).first.atMs).toBe(0);
    expect(begun(...all).lastReopening.atMs).toBe(9);
    expect(begun(...all, [40, 40]).lastReopening.atMs).toBe(0);
  });
});

describe('the calls that may be a window’s', () => {
  it('are the latest, where those before were no denser to speak of', () => {
    // 10 in 5 s, and with those before 24 in 10 s: 1.2 times as dense.
    expect(begun([0, 0], [5000, 14]).densest(24, 10_000, any).atMs).toBe(5000);
    // A quarter denser is not yet more than nearly as dense.
    expect(begun([0, 0], [5000, 15]).densest(25, 10_000, any).atMs).toBe(5000);
  });

  it('are more, where those before were denser', () => {
    expect(begun([0, 0], [5000, 16]).densest(26, 10_000, any).atMs).toBe(0);
  });

  it('are those before, where none followed', () => {
    expect(begun([0, 0], [5000, 1], [8000, 3]).densest(3, 10_000, any).atMs).toBe(5000);
  });

  it('are more, where those could not be all', () => {
    const late = begun([0, 0], [5000, 14], [8000, 20]);
    expect(late.densest(24, 10_000, ({ atMs }) => atMs < 5000).atMs).toBe(0);
    expect(late.densest(24, 10_000, ({ atMs }) => atMs < 8000).atMs).toBe(5000);
    // Where none is possible the limit may have been another before.
    expect(late.densest(24, 10_000, () => false).atMs).toBe(8000);
  });
});
