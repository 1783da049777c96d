import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../support/virtual-clock.js';
import { holder, LockBench, quiet } from './lock-bench.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oath-enroll-race-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What a dead holder may have left behind. */
const LEFT = {
  nothing: () => Promise.resolve(),
  'the lock of a process that is gone': async (bench: LockBench) => {
    await bench.take({ process: 7 }, new VirtualClock(Date.now()));
    bench.gone.add(7);
  },
  'the lock of a machine that is gone': async (bench: LockBench) => {
    await writeFile(bench.path, JSON.stringify({ id: randomUUID(), ...holder({ host: 'elsewhere' }) }));
  },
  'an empty file': (bench: LockBench) => writeFile(bench.path, ''),
} as const;

describe.each(Object.entries(LEFT))('many takers at once over %s', { timeout: 60_000 }, (_, leave) => {
  it('leave exactly one holder, whom all others are told of, and no other file', async () => {
    let nth = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 12 }), async (takers) => {
        const bench = new LockBench(join(folder, `${(nth += 1)}.lock`));
        await leave(bench);

        const tries = Array.from({ length: takers }, (_, i) => bench.start({ process: 100 + i }));
        await quiet();
        await bench.pass(20_000);

        const holders = tries.filter(({ lock }) => lock !== undefined);
        expect(holders).toHaveLength(1);
        expect(tries.filter(({ refusal }) => refusal?.includes('another run holds'))).toHaveLength(
          takers - 1,
        );
        // It is not taken from under it by somebody who looked earlier.
        await bench.pass(2500);
        expect(holders[0]!.lock!.confirming()).toBeUndefined();
        expect((await readdir(folder)).filter((name) => name.startsWith(basename(bench.path)))).toEqual([
          basename(bench.path),
        ]);
        await bench.close();
      }),
      { numRuns: 5 },
    );
  });
});
