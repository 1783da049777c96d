import { expect, test } from 'vitest';
import type { Row } from '../../src/model/row.js';
import { answered, tooMany } from '../support/answers.js';
import { rowDueIn, seedRow } from '../support/rows.js';
import { Bench, careless } from './harness.js';

const MANY = 2500;
const many = (rowOf: (line: number) => Row): Row[] => Array.from({ length: MANY }, (_, i) => rowOf(i + 1));

// Outcomes are held in memory until the journal has them.
test.each<[what: string, bench: Bench, rows: Row[], status: string]>([
  ['dead before their turn', new Bench(), many((line) => rowDueIn(0, line)), 'expired'],
  [
    'dead before Graph’s wait is over',
    new Bench({ concurrency: 1, reply: () => tooMany('300') }),
    many((line) => rowDueIn(2, line)),
    'expired',
  ],
  [
    'left over as the run stops',
    new Bench({ concurrency: 1, maxWaitMs: 1000, reply: () => tooMany('300') }),
    many(seedRow),
    'not_attempted',
  ],
])(
  'many rows that are %s end a thousand at a time, as there is room for them',
  async (_, bench, rows, status) => {
    await bench.run(...rows);

    expect(rows.map(({ line }) => bench.statusOf(line))).toEqual(rows.map(() => status));
    expect(bench.recorder.mostAtOnce).toBe(1000);
  },
);

test('of many rows none gets a turn any more once the run is stopped, however open the gate is', async () => {
  // Five users in a row for whom nothing is allowed end the run, with eleven calls on the wire.
  const reply = () => answered(403, { errorCode: 'Authorization_RequestDenied' });
  const bench = new Bench({ concurrency: 16, reply, parts: { throttle: careless() } });

  const { stopped } = await bench.run(...many(seedRow));

  expect(stopped).toContain('UserAuthenticationMethod.ReadWrite.All');
  // The four answers before let one more begin each.
  expect(bench.recorder.entries.filter(({ type }) => type === 'asked')).toHaveLength(20);
  expect(bench.statusOf(MANY)).toBe('not_attempted');
});
