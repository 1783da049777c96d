import { describe, expect, it } from 'vitest';
import { deadlineMs } from '../../src/dispatch/deadline.js';
import { answered, tooMany } from '../support/answers.js';
import { rowDueIn, seedRow } from '../support/rows.js';
import { Bench, callsTooEarly } from './harness.js';

const HOUR_MS = 3_600_000;

describe.each([
  ['forward', HOUR_MS],
  ['back', -HOUR_MS],
])('a wall clock that jumps an hour %s', (direction, jumpMs) => {
  const afterJump = async () => {
    const reply = (_: unknown, nth: number) => (nth === 3 ? tooMany('20') : answered(204));
    const bench = new Bench({ concurrency: 1, reply });
    const rows = [...Array.from({ length: 6 }, (_, i) => rowDueIn(2, i + 1)), seedRow(7)];
    bench.begin(...rows);
    await bench.clock.advance(1000);
    bench.clock.jumpWall(jumpMs);
    await bench.end();
    return { bench, rows };
  };

  it('makes no call early, sends no dead code, and makes nobody wait', async () => {
    const { bench, rows } = await afterJump();
    expect(callsTooEarly(bench.graph.calls)).toEqual([]);
    for (const { line, sentWallMs } of bench.graph.calls) {
      expect(sentWallMs).toBeLessThanOrEqual(deadlineMs(rows[line - 1]!, 1));
    }
    expect(bench.clock.elapsed()).toBeLessThan(22_000);
  });

  it('leaves each row one outcome', async () => {
    const { bench } = await afterJump();
    const status = direction === 'forward' ? 'expired' : 'enrolled';
    expect([3, 4, 5, 6].map((line) => bench.statusOf(line))).toEqual(Array(4).fill(status));
    expect(bench.statusOf(7)).toBe('enrolled');
  });
});
