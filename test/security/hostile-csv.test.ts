import { describe, expect } from 'vitest';
import { test } from '../support/desk.js';
import { makeFobs, codeOf } from '../support/fob.js';

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '__defineGetter__',
];

describe('a CSV that means harm', { timeout: 60_000 }, () => {
  test('with columns named after what every object has is carried through as any other', async ({ desk }) => {
    const fobs = makeFobs(1, { timeIntervalInSeconds: 60 });
    const emulator = await desk.graph(fobs);
    const [fob] = fobs;
    const input = await desk.write('in.csv', [
      ['serialNumber', 'user', 'verificationCode', 'timeInterval', ...NAMES],
      [fob!.serialNumber, fob!.user, codeOf(fob!), '60', ...NAMES.map((name) => `${name} of row`)],
    ]);
    const { code, run } = await desk.enrol(emulator, input);
    expect([code, run.statuses]).toEqual([0, ['enrolled']]);
    expect(run.results.rows[0]!.slice(4, 4 + NAMES.length)).toEqual(NAMES.map((name) => `${name} of row`));
    expect(({} as Record<string, unknown>)['row']).toBeUndefined();
  });

  test.for(['__proto__', 'constructor', 'toString'])('no column is called %s', async (name, { desk }) => {
    const input = await desk.write('in.csv', [
      ['serialNumber', 'user', name],
      ['A', 'a@contoso.com', '123456'],
    ]);
    const exit = await desk.call(['run', input, '--dry-run', '--offline', '--column', `${name}=${name}`]);
    expect([exit.code, exit.stderr]).toEqual([2, expect.stringContaining('there is no column of that name')]);
  });

  test('with a header twice is refused, whatever the header', async ({ desk }) => {
    const input = await desk.write(
      'in.csv',
      'serialNumber,user,code,__proto__,__PROTO__\nA,b@c.de,123456,x,y\n',
    );
    const exit = await desk.call(['run', input, '--dry-run', '--offline']);
    expect([exit.code, exit.stderr]).toEqual([2, expect.stringContaining('stands there twice')]);
  });

  test.for(['../up', '..', '.', 'a/b', 'a\\b', '/etc', '', 'a\0b', '-x', 'a\nb', '.hidden', 'a'.repeat(101)])(
    '--run-id %j leads nowhere else',
    async (id, { desk }) => {
      const input = await desk.write('in.csv', 'serialNumber,user,code\nA,b@c.de,123456\n');
      const exit = await desk.call(['run', input, '--dry-run', '--offline', `--run-id=${id}`]);
      expect([exit.code, await desk.files()]).toEqual([2, ['in.csv']]);
    },
  );
});
