import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { inputFile } from '../../src/run/input.js';
import { putAway } from '../../src/run/inbox/put-away.js';
import { test } from '../support/desk.js';

/** A disk of its own on every Linux. */
const OTHER_DISK = '/dev/shm';

test('a file goes to another disk as a copy, and then from its place', async ({ desk, onTestFinished }) => {
  const other = await mkdtemp(join(OTHER_DISK, 'oath-enroll-'));
  onTestFinished(() => rm(other, { recursive: true }));
  // Else this shows nothing.
  expect((await stat(other)).dev).not.toBe((await stat(desk.folder)).dev);
  await desk.write('x.csv', 'serialNumber\nA\n');
  const file = await inputFile(desk.path('x.csv'));

  const folder = await putAway(file, join(other, 'attention'), { refusal: 'no user column', id: 'x' });

  expect(folder).toBe(join(other, 'attention', 'x'));
  expect((await readdir(folder!)).sort()).toEqual(['refused.txt', 'x.csv']);
  expect((await stat(join(folder!, 'x.csv'))).mode & 0o777).toBe(0o600);
  expect(await desk.files()).toEqual([]);
});

test('a file that another process put away leaves nothing behind here', async ({ desk }) => {
  await desk.write('x.csv', 'serialNumber\nA\n');
  const file = await inputFile(desk.path('x.csv'));
  await rm(file.path);
  expect(await putAway(file, desk.path('done'), { refusal: '', id: 'x' })).toBeUndefined();
  expect(await readdir(desk.path('done'))).toEqual([]);
});

test('what is there is never put over', async ({ desk }) => {
  await mkdir(desk.path('done/x'), { recursive: true });
  await writeFile(desk.path('done/x/x.csv'), 'the first');
  await desk.write('x.csv', 'the second');
  const folder = await putAway(await inputFile(desk.path('x.csv')), desk.path('done'), {
    refusal: '',
    id: 'x',
  });
  expect(folder).toBe(desk.path('done/x-2'));
  expect(await desk.read('done/x/x.csv')).toBe('the first');
});
