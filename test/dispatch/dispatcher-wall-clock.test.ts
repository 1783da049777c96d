import { describe, expect, it } from 'vitest';
import { deadlineMs } from '../../src/dispatch/queue/deadline.js';
import { answered, device, found, tooMany } from '../support/answers.js';
import { rowDueIn, seedRow } from '../support/rows.js';
import { Bench, callsTooEarly, inTurn } from './harness.js';

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

describe('a wall clock that is set back while codes wait', () => {
  /** The first call keeps all others waiting for so long. */
  const behind = (afterMs: number) =>
    new Bench({ concurrency: 1, reply: inTurn({ answer: answered(204), afterMs }) });

  it('gives no code more life than it had when it was first seen', async () => {
    const bench = behind(61_000);
    bench.begin(rowDueIn(1, 1), rowDueIn(2, 2), rowDueIn(2, 3, 60));
    await bench.clock.advance(1000);
    bench.clock.jumpWall(-HOUR_MS);
    await bench.end();
    // Control: by the wall clock alone it would be alive for another hour.
    expect(bench.clock.now()).toBeLessThan(deadlineMs(rowDueIn(2, 2), 1) - HOUR_MS + 10_000);
    expect(bench.graph.activated).toEqual([1, 3]);
    expect([2, 3].map((line) => bench.statusOf(line))).toEqual(['expired', 'enrolled']);
  });

  it('control: left alone, that code is sent within its time and expires after it', async () => {
    for (const [afterMs, status] of [
      [30_000, 'enrolled'],
      [61_000, 'expired'],
    ] as const) {
      const bench = behind(afterMs);
      await bench.run(rowDueIn(1, 1), rowDueIn(2, 2));
      expect(bench.statusOf(2)).toBe(status);
    }
  });

  it('does not kill codes that are read by it afterwards', async () => {
    const bench = behind(30_000);
    bench.begin(rowDueIn(1, 1));
    await bench.clock.advance(1000);
    bench.clock.jumpWall(-HOUR_MS);
    bench.dispatcher.add(rowDueIn(2 - HOUR_MS / 30_000, 2));
    await bench.end();
    expect(bench.statusOf(2)).toBe('enrolled');
  });

  it('holds for a code that was sent before and waits for its next turn', async () => {
    const bench = new Bench({ concurrency: 1, reply: inTurn(tooMany('20'), tooMany('20'), tooMany('20')) });
    bench.begin(rowDueIn(2, 1));
    await bench.clock.advance(1000);
    bench.clock.jumpWall(-HOUR_MS);
    await bench.end();
    expect(bench.graph.calls.map(({ sentMs }) => sentMs)).toEqual([0, 20_080, 40_160]);
    expect(bench.statusOf(1)).toBe('expired');
  });

  it('leaves a refused code rejected, and no more: Graph said no while it lived', async () => {
    const bench = new Bench({
      reply: ({ ask }) =>
        ask.kind === 'activate' ? answered(400) : ask.kind === 'user_tokens' ? found() : found(device('S1')),
    });
    bench.begin(rowDueIn(2, 1));
    bench.clock.jumpWall(-HOUR_MS);
    await bench.end();
    expect(bench.statusOf(1)).toBe('code_rejected');
  });

  it('and then right again, makes dead codes of those that were read by the wrong time', async () => {
    const bench = behind(5000);
    bench.begin(rowDueIn(1, 1), rowDueIn(2, 2));
    await bench.clock.advance(1000);
    bench.clock.jumpWall(-HOUR_MS);
    bench.dispatcher.add(rowDueIn(2 - HOUR_MS / 30_000, 3));
    bench.clock.jumpWall(HOUR_MS);
    await bench.end();
    expect([2, 3].map((line) => bench.statusOf(line))).toEqual(['enrolled', 'expired']);
  });
});

describe('a wall clock that trembles', () => {
  it('costs no code its life, and makes of one deadline no many', async () => {
    const bench = new Bench({ concurrency: 1 });
    for (let line = 1; line <= 100; line += 1) {
      bench.clock.jumpWall(line % 2 === 0 ? 40 : -40);
      bench.dispatcher.add(rowDueIn(2, line));
    }
    expect(bench.dispatcher.foresight().codes).toBe(100);
    bench.dispatcher.start();
    await bench.end();
    expect(bench.graph.activated).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
  });
});
