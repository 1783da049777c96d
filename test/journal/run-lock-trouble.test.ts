import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunLock } from '../../src/journal/run-lock.js';
import type { Clock } from '../../src/model/clock.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { holder, LockBench, quiet } from './lock-bench.js';
import { openIn } from './open-in.js';

const ID = 'a3bb189e-8bf9-4f4c-9a3b-5d0f6c2e7d11';
const OTHER_ID = 'b3bb189e-8bf9-4f4c-9a3b-5d0f6c2e7d11';

let root: string;
let folder: string;
let bench: LockBench;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'oath-enroll-lock-'));
  folder = join(root, 'folder');
  await mkdir(folder);
  bench = new LockBench(join(folder, 'a.csv.lock'));
});
afterEach(async () => {
  await bench.close();
  await rm(root, { recursive: true });
});

const stopped = (): VirtualClock => new VirtualClock(Date.now());

/** A lock of a machine that is gone, by id. */
const left = (id: string): string => JSON.stringify({ id, ...holder({ host: 'elsewhere' }) });

/** A clock that tells which of its timers still run, and how many were ever set. */
function counted(clock: VirtualClock): { clock: Clock; timers: ReadonlySet<object>; set: () => number } {
  const timers = new Set<object>();
  let set = 0;
  return {
    timers,
    set: () => set,
    clock: {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      at: (atMs, wake) => {
        const timer = {};
        timers.add(timer);
        set += 1;
        const cancel = clock.at(atMs, () => {
          timers.delete(timer);
          wake();
        });
        return () => {
          timers.delete(timer);
          cancel();
        };
      },
    },
  };
}

describe('a lock that cannot be had', () => {
  it('for want of its folder fails as Node says', async () => {
    const lost = new LockBench(join(folder, 'missing', 'a.csv.lock'));
    expect((await lost.tryFor()).refusal).toContain('ENOENT');
  });

  it('as a link stands in its place fails, and what the link leads to is left as it was', async () => {
    await writeFile(join(folder, 'victim'), 'theirs');
    await symlink(join(folder, 'victim'), bench.path);
    expect((await bench.tryFor()).refusal).toContain('ELOOP');
    expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('theirs');
  });
});

describe('a lock of one who seems gone', () => {
  it('is announced once, however long it is watched', async () => {
    await bench.take({ process: 7, host: 'elsewhere' }, stopped());
    await bench.tryFor({ process: 8 });
    expect(bench.notices).toHaveLength(1);
  });

  it('is another’s if another made it meanwhile, be its time the same', async () => {
    const made = new Date('2026-11-24T09:00:00Z');
    await writeFile(bench.path, left(ID));
    await utimes(bench.path, made, made);
    const attempt = bench.tryFor();
    await quiet();
    await writeFile(bench.path, left(OTHER_ID));
    await utimes(bench.path, made, made);
    expect((await attempt).refusal).toContain('another run holds a.csv');
  });

  it('is held, if it was touched once', async () => {
    await writeFile(bench.path, left(ID));
    const attempt = bench.tryFor();
    await quiet();
    await utimes(bench.path, 1, 1);
    const { refusal, afterMs } = await attempt;
    expect(refusal).toContain('another run holds a.csv');
    expect(afterMs).toBeLessThan(1000);
  });

  it('is free as soon as it is let go while it is watched', async () => {
    await writeFile(bench.path, left(ID));
    const attempt = bench.tryFor();
    await quiet();
    await rm(bench.path);
    const { lock, afterMs } = await attempt;
    expect(lock).toBeDefined();
    expect(afterMs).toBeLessThan(1000);
  });

  it.each([
    ['a number too few', { ...holder(), id: ID, process: '7' }],
    ['an id that is none', { ...holder(), id: '../../etc' }],
  ])('is watched where its file has %s', async (_, contents) => {
    bench.gone.add(101);
    await writeFile(bench.path, JSON.stringify(contents));
    const heir = await bench.tryFor({ process: 8 });
    expect(heir.afterMs).toBeGreaterThanOrEqual(10_000);
    expect(bench.notices).toEqual(['a.csv is locked by another process: seeing whether that is alive …']);
  });
});

describe('what killed processes left beside a lock', () => {
  it('is tidied away by the next holder, and nothing else is', async () => {
    const theirs = [
      'a.csv',
      'a.csv.lock.bak',
      'a.csv.lock.abc',
      'a.csv.lock2',
      `b.csv.lock.${ID}`,
      `a.csv.lock.${ID}~`,
      `a.csv.lock.x${ID}`,
    ];
    const guards = [`a.csv.lock.${ID}`, `a.csv.lock.${ID}.${OTHER_ID}`, 'a.csv.lock.1700000000000.5'];
    for (const name of [...theirs, ...guards]) await writeFile(join(folder, name), left(ID));
    await bench.take();
    expect((await readdir(folder)).sort()).toEqual([...theirs, 'a.csv.lock'].sort());
  });

  it('keeps nobody from the lock where it cannot be removed', async () => {
    await mkdir(join(folder, `a.csv.lock.${ID}`));
    expect((await bench.tryFor()).lock).toBeDefined();
  });
});

describe('a disk that is out of reach for a while', () => {
  it('leaves the lock in doubt until it is back, and it is still ours', async () => {
    const lock = await bench.take();
    await rename(folder, join(root, 'away'));
    await writeFile(folder, 'not a folder');
    await bench.pass(7500);
    expect(lock.confirming()).toBeUndefined();
    await bench.pass(2500);
    const confirming = lock.confirming();
    expect(confirming).toEqual(expect.any(Promise));

    await rm(folder);
    await rename(join(root, 'away'), folder);
    await bench.pass(2500);
    await expect(confirming).resolves.toBeUndefined();
    expect(lock.confirming()).toBeUndefined();
  });

  it('does not keep a run from its end', async () => {
    const lock = await bench.take();
    await rename(folder, join(root, 'away'));
    await writeFile(folder, 'not a folder');
    await expect(lock.release()).resolves.toBeUndefined();
    await rm(folder);
    await rename(join(root, 'away'), folder);
  });
});

describe('a lock that was let go', () => {
  it('touches nothing any more, also the file of whoever has it next', async () => {
    const theirs = stopped();
    const first = await bench.take({}, theirs);
    await first.release();
    const at = new Date('2026-11-24T09:00:00Z');
    await writeFile(bench.path, left(ID));
    await utimes(bench.path, at, at);
    await theirs.advance(60_000);
    await quiet();
    expect((await stat(bench.path)).mtimeMs).toBe(at.getTime());
    await expect(Promise.race([first.lost, Promise.resolve('not lost')])).resolves.toBe('not lost');
  });

  it('leaves no timer behind, which would keep the process alive', async () => {
    const { clock, timers } = counted(stopped());
    const lock = await bench.take({}, clock);
    expect(timers.size).toBe(1);
    await lock.release();
    expect(timers.size).toBe(0);
  });

  it('while it was being renewed leaves no timer either', async () => {
    const theirs = stopped();
    const { clock, timers } = counted(theirs);
    const lock = await bench.take({}, clock);
    const renewing = theirs.advance(2500);
    while (timers.size > 0) await nextTurn();
    await lock.release();
    await renewing;
    await quiet();
    expect(timers.size).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves no file open', async () => {
    await writeFile(bench.path, left(ID));
    const heir = await bench.tryFor();
    await bench.pass(5000);
    await heir.lock!.release();
    expect(await openIn(root)).toEqual([]);
  });
});

describe('a lock that was taken over', () => {
  it('costs its heir one timer, and the guard of the old one is let go', async () => {
    const { clock, timers } = counted(bench.clock);
    await bench.take({ process: 7 }, stopped());
    bench.gone.add(7);
    await bench.take({ process: 8 }, clock);
    expect(timers.size).toBe(1);
  });

  it('is refused, or lost, by a code that scripts can tell, and in words', async () => {
    const lock = await bench.take();
    const refused = expect(RunLock.take(bench.request({ process: 8 }))).rejects.toMatchObject({
      code: 'locked',
    });
    await bench.pass(3000);
    await refused;
    await rm(bench.path);
    await bench.pass(2500);
    await expect(lock.lost).rejects.toMatchObject({
      code: 'locked',
      message:
        'this run was taken for dead, and its lock was removed: a.csv is no longer ours, so nothing more was sent',
    });
  });
});

describe('a lock that is watched', () => {
  it('is looked at four times a second, not all the time', async () => {
    await writeFile(bench.path, left(ID));
    const { clock, set } = counted(bench.clock);
    const attempt = RunLock.take(bench.request({}, clock));
    await quiet();
    await bench.pass(2000);
    expect(set()).toBeLessThanOrEqual(9);
    await bench.pass(9000);
    await (await attempt).release();
  });
});
