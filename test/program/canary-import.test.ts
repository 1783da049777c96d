import { randomBytes } from 'node:crypto';
import { describe, expect, vi } from 'vitest';
import { encodeBase32 } from '../../src/emulator/tenant/base32.js';
import { test, type Desk } from '../support/desk.js';
import { codeOf, makeFobs, randomSeed, usersOf, type Fob } from '../support/fob.js';
import { expectNone, leaks, written } from '../support/leaks.js';
import { startParrot, type Parroting } from '../support/parrot.js';

const TELL_ALL = ['--verbose', '--log', 'run.log'];

/** A vendor's file, some of whose seeds are written in hexadecimal, some in base32 as Graph wants them. */
async function vendorFile(desk: Desk): Promise<{ readonly fobs: Fob[]; readonly secrets: string[] }> {
  const hex = [20, 20, 32].map((bytes) => `3132${randomBytes(bytes - 2).toString('hex')}`);
  const inHex = makeFobs(hex.length).map((fob, at) => ({
    ...fob,
    serialNumber: `HEX-${at}`,
    user: `hex.${at}@contoso.com`,
    secretKey: encodeBase32(Buffer.from(hex[at] ?? '', 'hex')).replace(/=+$/, ''),
  }));
  const fobs = [...inHex, ...makeFobs(2), ...makeFobs(1, { secretKey: randomSeed(52) }).map(another)];
  const written = fobs.map(({ secretKey }, at) => hex[at] ?? secretKey);
  const broken = [`${hex[0]}9`, `${randomSeed()}1`];
  await desk.write('in.csv', [
    ['upn', 'serial number', 'secret key', 'time interval', 'manufacturer', 'model', 'hash function'],
    ...fobs.map(({ user, serialNumber }, at) => [
      ...[user, serialNumber, written[at] ?? '', '30', 'Contoso', 'HardwareKey', 'hmacsha1'],
    ]),
    ...broken.map((seed, at) => [`b${at}@contoso.com`, `BROKEN-${at}`, seed, '30', 'Contoso', 'HK', 'sha1']),
  ]);
  return {
    fobs,
    secrets: [...written, ...fobs.map(({ secretKey }) => secretKey), ...broken].flatMap(bothCases),
  };
}

const another = (fob: Fob): Fob => ({ ...fob, serialNumber: 'LONG', user: 'long@contoso.com' });
const bothCases = (secret: string): string[] => [secret, secret.toUpperCase()];

const MODES = [
  ['import', ['import', 'in.csv']],
  ['run --import', ['run', 'in.csv', '--import']],
] as const;

describe.each(MODES)('no seed is in anything that `%s` writes', { timeout: 120_000 }, (_, command) => {
  const isRun = command[0] === 'run';

  test.concurrent.for<Parroting>([
    { status: 204, creation: 201 },
    { status: 400, creation: 201 },
    { status: 403 },
    { status: 429, retryAfter: 'words', times: 2 },
    { status: 500, lookUp: 403 },
  ])('when Graph tells back what it was told: %j', async (parroting, { desk, onTestFinished }) => {
    const { secrets } = await vendorFile(desk);
    const parrot = await startParrot(parroting, { onTestFinished }, secrets);
    const to = ['--graph-url', parrot.url, '--run-id', 'r1'];

    const exit = await desk.call([...command, ...to, ...TELL_ALL]);
    const again = await desk.call(['report', 'reports/r1', '--json']);

    expect(parrot.creations()).toBeGreaterThan(0);
    expect(await desk.files()).toEqual(
      expect.arrayContaining(
        ['journal.jsonl', 'report.html', 'results.csv'].map((name) => `reports/r1/${name}`),
      ),
    );
    for (const each of [exit, again]) await expectNone(desk, each, [...secrets, ...parrot.told]);
  });

  test.concurrent('when it goes well, is throttled, and is remembered', async ({ desk }) => {
    const { fobs, secrets } = await vendorFile(desk);
    const emulator = await desk.graph([], {
      users: usersOf(fobs),
      throttle: { kind: 'window', calls: 3, windowMs: 1000 },
      throttleCounts: 'writes',
      bulkLimit: isRun ? Infinity : 2,
    });
    const exit = await desk.call([...command, '--graph-url', emulator.url, '--run-id', 'r1', ...TELL_ALL]);
    const run = await desk.readRun();
    const done = isRun ? 'enrolled' : 'imported';
    expect(run.statuses).toEqual([...fobs.map(() => done), 'invalid', 'invalid']);
    expect(exit.stderr).toContain('converted to base32');
    expect(Object.keys(await written(desk, exit))).toContain(desk.path('reports/.pace.json'));
    const codes = isRun
      ? fobs.flatMap((fob) => [-60, -30, 0].map((s) => codeOf(fob, Date.now() + s * 1000)))
      : [];
    await expectNone(desk, exit, [...secrets, ...codes]);
  });

  test.concurrent('in a dry run', async ({ desk }) => {
    const { fobs, secrets } = await vendorFile(desk);
    const emulator = await desk.graph(fobs.slice(0, 2), { users: usersOf(fobs) });
    for (const how of [['--graph-url', emulator.url], ['--offline']]) {
      const exit = await desk.call([...command, '--dry-run', ...how, ...TELL_ALL]);
      expect(exit.stdout).toContain('would be');
      await expectNone(desk, exit, secrets);
    }
  });

  test.concurrent('when it is killed and resumed', async ({ desk, onTestFinished }) => {
    const { secrets } = await vendorFile(desk);
    const parrot = await startParrot({ status: 0, times: 1 }, { onTestFinished }, secrets);
    const to = ['--graph-url', parrot.url, '--run-id', 'r1', '--concurrency', '1'];
    const run = desk.start([...command, ...to, ...TELL_ALL]);
    run.endInput();
    await vi.waitFor(() => expect(parrot.creations()).toBe(1), { timeout: 30_000 });
    run.signal('SIGKILL');
    const killed = await run.exit;
    // Locks and all, as the process left them.
    expect(Object.keys(await written(desk, killed))).toContain(desk.path('in.csv.lock'));
    await expectNone(desk, killed, secrets);

    const resumed = await desk.call(['resume', 'reports/r1', ...TELL_ALL]);

    expect(parrot.told.size).toBeGreaterThan(0);
    await expectNone(desk, resumed, [...secrets, ...parrot.told]);
  });
});

test('control: a seed in a column of the user’s own is found in both writings', async ({ desk }) => {
  const [seed, hex] = [randomSeed(), randomBytes(20).toString('hex')];
  await desk.write('in.csv', [
    ['serial number', 'secret key', 'manufacturer', 'model', 'Note', 'Remark'],
    ['S1', seed, 'Contoso', 'HK', seed, hex],
  ]);
  const exit = await desk.call(['import', 'in.csv', '--dry-run', '--offline']);
  expect(await leaks(desk, exit, [seed, hex])).toEqual([
    expect.stringMatching(/results\.csv$/),
    expect.stringMatching(/results\.csv$/),
  ]);
});
