import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { test, type Desk } from '../support/desk.js';
import { makeFobs, type Fob } from '../support/fob.js';
import { bySeed, killed } from './interrupted.js';

/** The input, with a time that a file system and a `Date` agree on to the digit. */
async function written(desk: Desk, fobs: readonly Fob[]): Promise<string> {
  const input = await desk.write('in.csv', bySeed(fobs));
  const now = new Date(Math.floor(Date.now() / 1000) * 1000);
  await utimes(desk.path(input), now, now);
  return input;
}

/** Writes another text into the input, and makes it look as old as before. */
async function edit(desk: Desk, change: (text: string) => string): Promise<void> {
  const path = desk.path('in.csv');
  const { mtime, atime } = await stat(path);
  await writeFile(path, change(await readFile(path, 'utf8')));
  await utimes(path, atime, mtime);
}

/** Leaves the text as long as it was. */
const swapped =
  (from: string, to: string) =>
  (text: string): string => {
    if (!text.includes(from) || from.length !== to.length) throw new Error('changes what it should not');
    return text.replace(from, to);
  };

const CHANGES: readonly (readonly [what: string, change: (desk: Desk) => Promise<void>, said: RegExp])[] = [
  [
    'more rows',
    (desk) => edit(desk, (text) => `${text}FOB-9,user.9@contoso.com,GEZDGNBVGY3TQOJQ\n`),
    /in\.csv: it was changed after the run began \(it was written on /,
  ],
  [
    'another time, with the same text',
    (desk) => utimes(desk.path('in.csv'), new Date(), new Date(Date.now() + 2000)),
    /in\.csv: it was changed after the run began \(it was written on /,
  ],
  [
    'another user in one row',
    (desk) => edit(desk, swapped('user.0004@', 'user.0001@')),
    /in\.csv, line 5, column "user": it was changed after the run began \(a row differs\)/,
  ],
  [
    'another serial number in a row that is finished',
    (desk) => edit(desk, swapped('FOB-0001', 'FOB-0007')),
    /in\.csv, line 2, column "serialNumber": it was changed/,
  ],
  [
    'another header',
    (desk) => edit(desk, swapped('serialNumber,user', 'serial_number,upn')),
    /in\.csv: it was changed after the run began \(it has another header\)/,
  ],
  [
    'its last row blanked',
    (desk) => edit(desk, (text) => text.replace(/^FOB-0004.*$/m, (line) => '\n'.repeat(line.length))),
    /in\.csv, line 5: it was changed after the run began \(a row is missing\)/,
  ],
  [
    'no input at all',
    (desk) => rm(desk.path('in.csv')),
    /in\.csv: there is no such file, .* Put it back as it was, or start a new run of in\.csv/,
  ],
];

describe('a run whose input was changed', { timeout: 180_000 }, () => {
  test.concurrent.for(CHANGES)(
    '%s: is not resumed, and the place is named',
    async ([, change, said], { desk }) => {
      const fobs = makeFobs(4);
      const emulator = await desk.graph(fobs, {
        faults: [{ when: { nth: 2 }, fault: { kind: 'hang', acts: true } }],
      });
      await killed(desk, emulator, await written(desk, fobs), 2);
      await change(desk);

      const { code, stderr } = await desk.call(['resume', 'reports/r1']);

      expect(stderr).toMatch(said);
      expect(code).toBe(2);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(emulator.requests()).toHaveLength(2);
    },
  );

  test.concurrent('control: put back as it was, it is', async ({ desk }) => {
    const fobs = makeFobs(4);
    const emulator = await desk.graph(fobs, {
      faults: [{ when: { nth: 2 }, fault: { kind: 'hang', acts: true } }],
    });
    await killed(desk, emulator, await written(desk, fobs), 2);
    await edit(desk, swapped('user.0004@', 'user.0001@'));
    expect((await desk.call(['resume', 'reports/r1'])).code).toBe(2);
    await edit(desk, (text) => text.replace(/(FOB-0004,)user\.0001@/, '$1user.0004@'));

    expect((await desk.call(['resume', 'reports/r1'])).code).toBe(0);
  });
});
