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
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../support/virtual-clock.js';
import { holder, LockBench, quiet } from './lock-bench.js';

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
    const running = new Set<object>();
    const theirs = stopped();
    const counting = {
      now: () => theirs.now(),
      elapsed: () => theirs.elapsed(),
      at: (atMs: number, wake: () => void) => {
        const timer = {};
        running.add(timer);
        const cancel = theirs.at(atMs, () => {
          running.delete(timer);
          wake();
        });
        return () => {
          running.delete(timer);
          cancel();
        };
      },
    };
    const lock = await bench.take({}, counting);
    expect(running.size).toBe(1);
    await lock.release();
    expect(running.size).toBe(0);
  });

  it('while it was being renewed is not renewed once more', async () => {
    const theirs = stopped();
    const lock = await bench.take({}, theirs);
    const renewing = theirs.advance(2500);
    await lock.release();
    await renewing;
    await quiet();
    await theirs.advance(60_000);
    await quiet();
    expect(await readdir(folder)).toEqual([]);
  });
});
