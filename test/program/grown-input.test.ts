import { appendFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { activations, test, times, toCsv } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';
import { bySeed } from './interrupted.js';

describe('a file that grows from night to night', { timeout: 180_000 }, () => {
  test.concurrent(
    'only its new rows are called for, and the old ones say which run enrolled them',
    async ({ desk }) => {
      const fobs = makeFobs(5);
      const emulator = await desk.graph(fobs);
      const input = await desk.write('in.csv', bySeed(fobs.slice(0, 3)));
      await desk.enrol(emulator, input, [], 'monday');
      await appendFile(desk.path(input), toCsv(bySeed(fobs.slice(3)).slice(1)));

      const { code, run } = await desk.enrol(emulator, input, [], 'tuesday');

      expect([code, run.statuses]).toEqual([0, [...times(3, 'already_enrolled'), ...times(2, 'enrolled')]]);
      expect(
        activations(emulator)
          .map(({ serial }) => serial)
          .sort(),
      ).toEqual(fobs.map(({ serialNumber }) => serialNumber));
      expect(emulator.requests()).toHaveLength(5);
      expect(run.results.records[0]).toMatchObject({
        reason: 'run monday enrolled it (--again asks Graph anew)',
        attempts: '0',
      });
      // On the third night, too: what was skipped was enrolled on Monday.
      const { run: third } = await desk.enrol(emulator, input, [], 'wednesday');
      expect(third.results.records.map(({ reason }) => reason!.split(' ')[1])).toEqual([
        ...times(3, 'monday'),
        ...times(2, 'tuesday'),
      ]);
      expect(emulator.requests()).toHaveLength(5);
    },
  );

  test.concurrent('--again calls for all', async ({ desk }) => {
    const fobs = makeFobs(3);
    const emulator = await desk.graph(fobs);
    const input = await desk.write('in.csv', bySeed(fobs));
    await desk.enrol(emulator, input, [], 'monday');

    const { code, run } = await desk.enrol(emulator, input, ['--again'], 'tuesday');

    expect(activations(emulator)).toHaveLength(6);
    expect([code, run.statuses]).toEqual([0, times(3, 'already_enrolled')]);
  });

  test.concurrent('a row that now is another user’s is called for', async ({ desk }) => {
    const fobs = makeFobs(2);
    const emulator = await desk.graph(fobs);
    await desk.enrol(emulator, await desk.write('in.csv', bySeed(fobs)), [], 'monday');
    const [header, first, second] = bySeed(fobs);
    const input = await desk.write('in.csv', [header!, first!.with(1, fobs[1]!.user), second!]);

    const { run } = await desk.enrol(emulator, input, [], 'tuesday');

    expect(activations(emulator)).toHaveLength(3);
    expect(run.statuses).toEqual(['failed', 'already_enrolled']);
  });
});
