import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RunLock } from '../../src/journal/run-lock.js';
import { START_MS } from '../support/rows.js';
import { VirtualClock } from '../support/virtual-clock.js';

it('after a sleep of the machine, all who ask whether a lock still holds are told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oath-enroll-lock-'));
  const clock = new VirtualClock(START_MS);
  const holder = { task: 'a test', process: 1, host: 'here', space: '', since: '' };
  const lock = await RunLock.take({
    ...{ what: 'a file', path: join(folder, '.lock'), holder, clock },
    ...{ isRunning: () => true, onWait: () => undefined },
  });
  expect(lock.confirming()).toBeUndefined();

  clock.jumpWall(60_000);
  const first = lock.confirming();
  const second = lock.confirming();
  expect(first).toBeInstanceOf(Promise);
  let told = 0;
  void first?.then(() => (told += 1));
  await clock.advance(2500);
  await second;

  expect(told).toBe(1);
  expect(lock.confirming()).toBeUndefined();
  await lock.release();
  await rm(folder, { recursive: true });
});
