import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../support/virtual-clock.js';
import { LockBench, quiet } from './lock-bench.js';

let folder: string;
let bench: LockBench;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oath-enroll-lock-'));
  bench = new LockBench(join(folder, 'a.csv.lock'));
});
afterEach(async () => {
  await bench.close();
  await rm(folder, { recursive: true });
});

/** For a holder that renews nothing any more: its time stands still. */
const stopped = (): VirtualClock => new VirtualClock(Date.now());

describe('a lock that is free', () => {
  it('is taken at once, its file tells its owner alone who holds it, and is gone after its release', async () => {
    const lock = await bench.take({ process: 7, task: 'a run of a.csv' });
    expect(await readFile(bench.path, 'utf8')).toContain('"process":7');
    expect((await stat(bench.path)).mode & 0o777).toBe(0o600);
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
    await bench.pass(20_000);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('what is no lock of ours', () => {
  it.each(['a pipe', 'a file of 4 GiB'])(
    '%s is neither waited for nor read whole, and a dead holder’s',
    async (kind) => {
      if (kind === 'a pipe') execFileSync('mkfifo', [bench.path]);
      else {
        await writeFile(bench.path, '');
        await truncate(bench.path, 4 * 2 ** 30);
      }
      const { lock, afterMs } = await bench.tryFor({ process: 8 });
      expect(lock).toBeDefined();
      expect(afterMs).toBeGreaterThanOrEqual(10_000);
    },
  );
});

describe('a lock whose holder renews it', () => {
  it('is refused to a second taker, who is told by whom and since when', async () => {
    await bench.take({ process: 7, task: 'a run of a.csv', since: '2026-11-24T09:00:00.000Z' });
    const second = await bench.tryFor({ process: 8 });
    expect(second.lock).toBeUndefined();
    expect(second.refusal).toContain(
      'another run holds a.csv: a run of a.csv (process 7 on desk, since 2026-11-24T09:00:00.000Z)',
    );
    expect(second.afterMs).toBeLessThanOrEqual(3000);
  });

  it('is not lost to the attempt, and free after its release', async () => {
    const first = await bench.take();
    await bench.tryFor({ process: 8 });
    await bench.pass(10_000);
    expect(first.confirming()).toBeUndefined();
    await first.release();
    expect((await bench.tryFor({ process: 8 })).afterMs).toBe(0);
  });

  it('is not taken over, however wrong the clock of its machine is', async () => {
    for (const wrongMs of [-3_600_000, 3_600_000]) {
      const theirs = new VirtualClock(Date.now() + wrongMs);
      const first = await bench.take({ host: 'elsewhere' }, theirs);
      const attempt = bench.tryFor({ process: 8 });
      for (let i = 0; i < 16; i += 1) {
        await theirs.advance(250);
        await quiet();
      }
      expect((await attempt).refusal).toContain('on elsewhere');
      await first.release();
    }
  });
});

describe('a lock whose holder renews it no more', () => {
  it('is taken over once it was watched for 10 s, and who waits is told why', async () => {
    await bench.take({ process: 7, host: 'elsewhere' }, stopped());
    const heir = await bench.tryFor({ process: 8 });
    expect(heir.lock).toBeDefined();
    expect(heir.afterMs).toBeGreaterThanOrEqual(10_000);
    expect(heir.afterMs).toBeLessThan(11_000);
    expect(bench.notices).toEqual([
      'a.csv is locked by a run of a.csv (process 7 on elsewhere, since 2026-11-24T09:00:00.000Z): seeing whether that is alive …',
    ]);
    expect(await readFile(bench.path, 'utf8')).toContain('"process":8');
  });

  it('is taken over at once where its process is gone from this machine', async () => {
    await bench.take({ process: 7 }, stopped());
    bench.gone.add(7);
    const heir = await bench.tryFor({ process: 8 });
    expect(heir.lock).toBeDefined();
    expect(heir.afterMs).toBe(0);
    expect(bench.notices).toEqual([]);
  });

  it.each([
    ['another machine', { host: 'elsewhere' }],
    ['another container, which numbers its own', { space: 'pid:[2]' }],
  ])('is watched all the same where the process that is gone would be one of %s', async (_, where) => {
    await bench.take({ process: 7, ...where }, stopped());
    bench.gone.add(7);
    expect((await bench.tryFor({ process: 8 })).afterMs).toBeGreaterThanOrEqual(10_000);
  });

  it('is watched for 10 s where its file is empty, or somebody else’s', async () => {
    for (const text of ['', 'not ours', '{"id":']) {
      await writeFile(bench.path, text);
      const heir = await bench.tryFor();
      expect(heir.afterMs).toBeGreaterThanOrEqual(10_000);
      await heir.lock?.release();
    }
    expect(bench.notices[0]).toContain('a.csv is locked by another process');
  });
});

describe('a holder that was taken for dead', () => {
  const takenOver = async () => {
    const theirs = stopped();
    const old = await bench.take({ process: 7 }, theirs);
    const heir = await bench.tryFor({ process: 8 });
    return { theirs, old, heir: heir.lock };
  };

  it('is told who took over, and may send nothing more', async () => {
    const { theirs, old } = await takenOver();
    await theirs.advance(2500);
    await expect(old.lost).rejects.toThrow(/a run of a\.csv \(process 8 on desk, since .*\) took over/);
    await expect(old.confirming()).rejects.toMatchObject({ code: 'locked' });
  });

  it('is no defect where nobody waited to be told', async () => {
    const { theirs, old } = await takenOver();
    const unheard: unknown[] = [];
    const hear = (error: unknown): void => void unheard.push(error);
    process.on('unhandledRejection', hear);
    theirs.jumpWall(60_000);
    expect(old.confirming()).toEqual(expect.any(Promise));
    await theirs.advance(2500);
    await quiet();
    await expect(old.lost).rejects.toMatchObject({ code: 'locked' });
    process.off('unhandledRejection', hear);
    expect(unheard).toEqual([]);
  });

  it('leaves the lock of its heir alone when it lets go', async () => {
    const { old, heir } = await takenOver();
    await old.release();
    expect(await readFile(bench.path, 'utf8')).toContain('"process":8');
    await bench.pass(5000);
    expect(heir?.confirming()).toBeUndefined();
  });

  it('notices, too, that its lock file was removed', async () => {
    const lock = await bench.take();
    await rm(bench.path);
    await bench.pass(2500);
    await expect(lock.lost).rejects.toThrow('its lock was removed');
  });
});

describe('whether the lock is still held', () => {
  it('is sure while it is renewed', async () => {
    const lock = await bench.take();
    await bench.pass(60_000);
    expect(lock.confirming()).toBeUndefined();
  });

  it('is in doubt after the machine slept, until the next renewal', async () => {
    const lock = await bench.take();
    bench.clock.jumpWall(60_000);
    const waits = [lock.confirming(), lock.confirming()];
    let settled = 0;
    for (const wait of waits) void wait?.then(() => (settled += 1));
    await bench.clock.advance(2499);
    await quiet();
    expect([settled, lock.confirming()]).toEqual([0, expect.any(Promise)]);
    await bench.pass(1);
    expect([settled, lock.confirming()]).toEqual([2, undefined]);
  });

  it('is in doubt where nobody renewed it for 10 s, also when the wall clock was set back meanwhile', async () => {
    const theirs = stopped();
    const late = { now: () => theirs.now(), elapsed: () => theirs.elapsed(), at: () => () => undefined };
    const lock = await bench.take({}, late);
    theirs.jumpWall(-3_600_000);
    await theirs.advance(9999);
    expect(lock.confirming()).toBeUndefined();
    await theirs.advance(1);
    expect(lock.confirming()).toEqual(expect.any(Promise));
  });
});
