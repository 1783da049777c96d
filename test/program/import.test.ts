import { chmod, readFile } from 'node:fs/promises';
import { describe, expect, vi } from 'vitest';
import type { Emulator } from '../../src/emulator/index.js';
import { samplePath } from '../../src/cli/samples.js';
import { test, times, type Desk } from '../support/desk.js';
import { makeFobs, usersOf } from '../support/fob.js';
import { devices, vendorFile } from '../support/vendor-file.js';
import { resume } from './interrupted.js';

const called = (emulator: Emulator, method: string): number =>
  emulator.requests().filter((request) => request.method === method).length;

async function importFile(desk: Desk, emulator: Emulator, input: string, args: readonly string[] = []) {
  const to = ['--graph-url', emulator.url, '--run-id', 'r1'];
  const exit = await desk.call(['import', input, ...to, ...args]);
  return { ...exit, run: await desk.readRun() };
}

describe('import', () => {
  test.concurrent(
    'puts the tokens of a vendor’s file into the inventory, many by one call',
    async ({ desk }) => {
      const fobs = makeFobs(25);
      const emulator = await desk.graph([], { users: usersOf(fobs) });
      const { code, stdout, run } = await importFile(
        desk,
        emulator,
        await desk.write('v.csv', vendorFile(fobs)),
      );

      expect([code, run.statuses]).toEqual([0, times(25, 'imported')]);
      expect(stdout).toContain('     25  put into the inventory');
      expect(devices(emulator)).toMatchObject(
        fobs.map(({ serialNumber }) => ({ serialNumber, status: 'available', manufacturer: 'Contoso' })),
      );
      expect(called(emulator, 'PATCH')).toBeLessThan(5);
      expect(run.summary.calls).toBe(called(emulator, 'PATCH'));
    },
  );

  test.concurrent(
    'compares tokens that are there already, and creates none of them twice',
    async ({ desk }) => {
      const fobs = makeFobs(4);
      const [same, other] = fobs;
      const maker = { manufacturer: 'Contoso', model: 'HardwareKey' };
      const emulator = await desk.graph([
        { ...same!, ...maker },
        { ...other!, ...maker, timeIntervalInSeconds: 60 },
      ]);
      const { code, run } = await importFile(desk, emulator, await desk.write('v.csv', vendorFile(fobs)));

      expect([code, run.statuses]).toEqual([4, ['already_imported', 'failed', 'imported', 'imported']]);
      expect(run.results.records[1]?.['reason']).toContain('with interval 60 where the file has 30');
      expect(devices(emulator)).toHaveLength(4);
    },
  );

  test.concurrent('reads an inventory of many pages before it adds to it', async ({ desk }) => {
    const fobs = makeFobs(30);
    const maker = { manufacturer: 'Contoso', model: 'HardwareKey' };
    const emulator = await desk.graph(
      fobs.map((fob) => ({ ...fob, ...maker })),
      { pageSize: 7 },
    );
    const { run } = await importFile(desk, emulator, await desk.write('v.csv', vendorFile(fobs)));
    expect(run.statuses).toEqual(times(30, 'already_imported'));
    expect(called(emulator, 'PATCH')).toBe(0);
  });

  test.concurrent('goes one by one where the bulk call is not taken', async ({ desk }) => {
    const fobs = makeFobs(3);
    const emulator = await desk.graph([], { users: usersOf(fobs), bulkLimit: 0 });
    const { code, run } = await importFile(desk, emulator, await desk.write('v.csv', vendorFile(fobs)));
    expect([code, run.statuses]).toEqual([0, times(3, 'imported')]);
    expect(devices(emulator)).toHaveLength(3);
  });

  test.concurrent('changes nothing in a dry run, and says what would be done', async ({ desk }) => {
    const fobs = makeFobs(3);
    const emulator = await desk.graph(fobs.slice(0, 1));
    const input = await desk.write('v.csv', vendorFile(fobs));
    const { code, stdout, run } = await importFile(desk, emulator, input, ['--dry-run']);
    expect(run.statuses).toEqual(['failed', 'would_import', 'would_import']);
    expect([code, stdout]).toEqual([4, expect.stringContaining('2  would be put into the inventory')]);
    expect(emulator.requests().filter(({ acted }) => acted)).toEqual([]);

    const offline = await desk.call(['import', input, '--dry-run', '--offline', '--json', '--run-id', 'r2']);
    expect(JSON.parse(offline.stdout)).toMatchObject({ counts: { would_import: 3 }, calls: 0 });
  });

  test.concurrent('stops where the inventory may not be read, before anything is added', async ({ desk }) => {
    const fobs = makeFobs(2);
    const emulator = await desk.graph([], { forbidden: { directoryReads: true } });
    const { code, run } = await importFile(desk, emulator, await desk.write('v.csv', vendorFile(fobs)));
    expect([code, run.statuses]).toEqual([5, times(2, 'not_attempted')]);
    expect(run.summary.stopped).toContain('grant Policy.Read.All');
    expect(devices(emulator)).toEqual([]);
  });

  test.concurrent('reads every sample of a vendor’s file', async ({ desk }) => {
    const emulator = await desk.graph([]);
    for (const [name, rows] of [
      ['legacy', 6],
      ['hexadecimal', 5],
      ['own-names', 6],
    ] as const) {
      const input = await desk.write(`${name}.csv`, await readFile(samplePath(`vendor/${name}.csv`)));
      const { code, stdout, stderr } = await desk.call([
        'import',
        input,
        '--graph-url',
        emulator.url,
        '--json',
      ]);
      expect([code, JSON.parse(stdout)]).toMatchObject([0, { counts: { imported: rows } }]);
      expect(stderr.includes('converted to base32')).toBe(name === 'hexadecimal');
    }
  });

  test.concurrent('warns of a file with seeds that others can read', async ({ desk }) => {
    const emulator = await desk.graph([]);
    const input = await desk.write('v.csv', vendorFile(makeFobs(1)));
    await chmod(desk.path(input), 0o644);
    const open = await importFile(desk, emulator, input);
    expect(open.stderr).toContain('chmod 600 v.csv');
    await chmod(desk.path(input), 0o600);
    const closed = await desk.call(['import', input, '--graph-url', emulator.url]);
    expect(closed.stderr).toBe('');
  });

  test.concurrent('that was killed is resumed, and no token is created twice', async ({ desk }) => {
    const fobs = makeFobs(30);
    const hang = { when: { nth: 3 }, fault: { kind: 'hang', acts: true } as const };
    const emulator = await desk.graph([], { faults: [hang] });
    const input = await desk.write('v.csv', vendorFile(fobs));
    const program = desk.start([
      ...['import', input, '--graph-url', emulator.url, '--run-id', 'r1', '--concurrency', '1'],
    ]);
    program.endInput();
    await vi.waitFor(() => expect(emulator.requests()).toHaveLength(3), { timeout: 20_000 });
    program.signal('SIGKILL');
    await program.exit;

    const { code, run } = await resume(desk);
    expect([code, run.statuses]).toEqual([0, times(30, 'imported')]);
    expect(devices(emulator)).toHaveLength(30);
  });
});

describe('run --import', () => {
  test.concurrent(
    'creates each token, and activates it for its user with a code from its seed',
    async ({ desk }) => {
      const fobs = makeFobs(4);
      const emulator = await desk.graph([], { users: usersOf(fobs), readLag: { newTokenMs: 4000 } });
      const { code, run } = await desk.enrol(emulator, await desk.write('v.csv', vendorFile(fobs)), [
        '--import',
      ]);
      expect([code, run.statuses]).toEqual([0, times(4, 'enrolled')]);
      expect(devices(emulator)).toMatchObject(times(4, 'activated').map((status) => ({ status })));
    },
  );

  test.concurrent('activates what is in the inventory already, and leaves what differs', async ({ desk }) => {
    const fobs = makeFobs(2);
    const maker = { manufacturer: 'Contoso', model: 'HardwareKey' };
    const emulator = await desk.graph([
      { ...fobs[0]!, ...maker },
      { ...fobs[1]!, ...maker, model: 'Another' },
    ]);
    const { code, run } = await desk.enrol(emulator, await desk.write('v.csv', vendorFile(fobs)), [
      '--import',
    ]);
    expect([code, run.statuses]).toEqual([4, ['enrolled', 'failed']]);
    expect(run.results.records[1]?.['reason']).toContain('model Another where the file has HardwareKey');
  });

  test.concurrent('refuses a row without a seed, and a file without the columns', async ({ desk }) => {
    const [fob] = makeFobs(1);
    const emulator = await desk.graph([fob!]);
    const codes = await desk.write('codes.csv', [
      ['serialNumber', 'user', 'verificationCode'],
      [fob!.serialNumber, fob!.user, '123456'],
    ]);
    const exit = await desk.call(['run', codes, '--import', '--graph-url', emulator.url]);
    expect([exit.code, exit.stderr]).toEqual([2, expect.stringContaining('column "secretKey"')]);
    const none = await desk.write('none.csv', vendorFile([{ ...fob!, secretKey: '' }]));
    const { run } = await desk.enrol(emulator, none, ['--import']);
    expect(run.results.records[0]).toMatchObject({
      status: 'invalid',
      reason: 'column "secret key" is empty',
    });
  });
});
