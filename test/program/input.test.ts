import { utimes } from 'node:fs/promises';
import { describe, expect, vi } from 'vitest';
import { activations, HEADER, rollout, rowOf, test, toCsv } from '../support/desk.js';
import { codeOf, makeFob, makeFobs, usersOf, wrongCodeOf } from '../support/fob.js';

/** Nothing says when the codes were read. */
const TIMELESS = HEADER.slice(0, 3);

describe('which rows and columns', () => {
  test.concurrent('--limit: the first rows alone are sent and told of', async ({ desk }) => {
    const fobs = makeFobs(5);
    const emulator = await desk.graph(fobs);
    const input = await desk.write('in.csv', rollout(fobs));

    const { code, run } = await desk.enrol(emulator, input, ['--limit', '2']);

    expect([code, run.statuses]).toEqual([0, ['enrolled', 'enrolled']]);
    expect(activations(emulator).map(({ serial }) => serial)).toEqual(['FOB-0001', 'FOB-0002']);
  });

  test.concurrent(
    '--column: the input’s own headers, where one of ours means something else there',
    async ({ desk }) => {
      const [fob] = makeFobs(1);
      const emulator = await desk.graph([fob!]);
      const input = await desk.write('in.csv', [
        ['Asset tag', 'Serial', 'Who', 'Shown'],
        [fob!.serialNumber, 'chair 7', fob!.user, codeOf(fob!)],
      ]);
      const columns = ['serialNumber=Asset tag', 'user=Who', 'verificationCode=Shown'];

      const { code, run } = await desk.enrol(
        emulator,
        input,
        columns.flatMap((each) => ['--column', each]),
      );

      expect(code).toBe(0);
      expect(run.results.rows[0]?.slice(0, 4)).toEqual([fob!.serialNumber, 'chair 7', fob!.user, '']);
    },
  );

  test.concurrent('the most urgent code is sent first, wherever it stands', async ({ desk }) => {
    const fobs = makeFobs(4, { timeIntervalInSeconds: 60 });
    const emulator = await desk.graph(fobs, { graceSteps: 5 });
    const agesMs = [0, 120_000, 60_000, 180_000];
    const rows = fobs.map((fob, at) => rowOf(fob, Date.now() - agesMs[at]!));
    const input = await desk.write('in.csv', [[...HEADER], ...rows]);

    await desk.enrol(emulator, input, ['--interval', '60', '--grace-steps', '5', '--concurrency', '1']);

    const sent = activations(emulator).map(({ serial }) => serial);
    expect(sent).toEqual(['FOB-0004', 'FOB-0002', 'FOB-0003', 'FOB-0001']);
  });
});

describe('spellings of a file', () => {
  const fobs = [makeFob('jürgen', { serialNumber: '00042' }), makeFob('zoë', { serialNumber: '00043' })];
  const text = (delimiter: string): string => toCsv(rollout(fobs), delimiter);
  const utf16 = (content: string): Buffer => Buffer.from(`\uFEFF${content}`, 'utf16le');

  test.concurrent.for<[name: string, bytes: () => string | Buffer]>([
    ['semicolons', () => text(';')],
    ['tabs, CRLF and a byte order mark', () => `\uFEFF${text('\t').replaceAll('\n', '\r\n')}`],
    ['UTF-16, low byte first', () => utf16(text(','))],
    ['UTF-16, high byte first', () => utf16(text(';')).swap16()],
    ['blank lines, and none at the end', () => `\n${text(',').replaceAll('\n', '\n\n').trimEnd()}`],
  ])('%s', async ([, bytes], { desk }) => {
    const emulator = await desk.graph(fobs);
    const input = await desk.write('in.csv', bytes());

    const { code } = await desk.enrol(emulator, input);

    expect(code).toBe(0);
    expect(activations(emulator).map(({ serial, user }) => [serial, user])).toEqual(
      fobs.map(({ serialNumber, user }) => [serialNumber, user]),
    );
  });
});

describe('when codes were read, where the rows do not say', () => {
  const tenMinutesAgo = (): Date => new Date(Date.now() - 600_000);
  test.concurrent.for<[args: () => string[], fileIsOld: boolean, status: string]>([
    [() => [], false, 'enrolled'],
    [() => [], true, 'expired'],
    [() => ['--collected-at', 'auto'], true, 'expired'],
    [() => ['--collected-at', 'mtime'], true, 'expired'],
    [() => ['--collected-at', 'arrival'], true, 'enrolled'],
    [() => ['--collected-at', new Date().toISOString()], true, 'enrolled'],
    [() => ['--collected-at', tenMinutesAgo().toISOString()], false, 'expired'],
  ])('case %#', async ([args, fileIsOld, status], { desk }) => {
    const fobs = makeFobs(1);
    const emulator = await desk.graph(fobs);
    const input = await desk.write('in.csv', [TIMELESS, rowOf(fobs[0]!).slice(0, 3)]);
    if (fileIsOld) await utimes(desk.path(input), tenMinutesAgo(), tenMinutesAgo());

    const { run } = await desk.enrol(emulator, input, args());

    expect(run.statuses).toEqual([status]);
    expect(emulator.requests()).toHaveLength(status === 'enrolled' ? 1 : 0);
  });

  // Every deadline here is half a minute off at least.
  test.concurrent.for<[args: string[], interval: '' | '60', ageMs: number, status: string]>([
    [['--interval', '60', '--grace-steps', '3'], '', 150_000, 'enrolled'],
    [['--interval', '30', '--grace-steps', '3'], '', 150_000, 'expired'],
    [['--grace-steps', '3'], '', 150_000, 'expired'],
    [['--grace-steps', '3'], '60', 150_000, 'enrolled'],
    [['--interval', '60', '--grace-steps', '1'], '', 150_000, 'expired'],
    [['--grace-steps', '0'], '', 60_000, 'expired'],
    [['--grace-steps', '2'], '', 30_000, 'enrolled'],
  ])('%j, interval column %j, read %i ms ago: %s', async ([args, interval, ageMs, status], { desk }) => {
    const fobs = makeFobs(1, { timeIntervalInSeconds: args.includes('2') || args.includes('0') ? 30 : 60 });
    const emulator = await desk.graph(fobs, { graceSteps: 9 });
    const input = await desk.write('in.csv', [
      [...HEADER, 'Time interval'],
      [...rowOf(fobs[0]!, Date.now() - ageMs), interval],
    ]);

    const { run } = await desk.enrol(emulator, input, args);

    expect(run.statuses).toEqual([status]);
  });
});

test('users and serial numbers of every spelling arrive at Graph as they are written', async ({ desk }) => {
  const users = [
    'amy_fabrikam.com#EXT#@contoso.com',
    "o'hara@contoso.com",
    'amy+tokens@contoso.com',
    '100%25@contoso.com',
    'sales/emea@contoso.com',
    'who?me=1&you=2@contoso.com',
    '$finance@contoso.com',
    "$o'hara@contoso.com",
    'josé@contoso.com',
    '79d1d06b-beb7-4f66-9aa5-f09c0db553b5',
  ];
  const serials = ['000123', 'A/B?C#D', "O'1", '1%20', 'Ü 7', '$8', '12-34;5', 'a+b', '(1)', '0'];
  const fobs = users.map((user, at) => ({ ...makeFob(String(at), { serialNumber: serials[at]! }), user }));
  const directory = usersOf(fobs).map((spec) =>
    spec.userPrincipalName.includes('@')
      ? spec
      : { userPrincipalName: 'ida@contoso.com', id: spec.userPrincipalName },
  );
  const emulator = await desk.graph(fobs, { users: directory });
  const input = await desk.write('in.csv', rollout(fobs));

  const { code } = await desk.enrol(emulator, input, ['--concurrency', '1']);

  expect(emulator.requests().map(({ user, serial, status }) => [user, serial, status])).toEqual(
    fobs.map(({ user, serialNumber }) => [user, serialNumber, 204]),
  );
  expect(code).toBe(0);

  // A wrong code makes it look up both, the user by the path and the serial number by the filter.
  const other = await desk.graph(fobs, { users: directory });
  const mistyped = rollout(fobs).map((row, at) => (at === 0 ? row : row.with(2, wrongCodeOf(fobs[at - 1]!))));
  const { run } = await desk.enrol(other, await desk.write('wrong.csv', mistyped), [], 'wrong');
  expect(run.statuses).toEqual(fobs.map(() => 'code_rejected'));
  const lookedUp = other.requests().filter(({ method }) => method === 'GET');
  expect(new Set(lookedUp.map(({ user, serial }) => user ?? serial))).toEqual(
    new Set([...users, ...serials]),
  );
});

describe('rows through a pipe', () => {
  test.concurrent('are sent as they arrive, and are told of at the end', async ({ desk }) => {
    const fobs = makeFobs(3);
    const emulator = await desk.graph(fobs);
    const program = desk.start(['run', '-', '--graph-url', emulator.url, '--run-id', 'r1']);
    program.write(toCsv([TIMELESS]));
    for (const [at, fob] of fobs.entries()) {
      const row = toCsv([rowOf(fob).slice(0, 3)]);
      // Not whole before its line ends.
      program.write(row.slice(0, 9));
      program.write(row.slice(9));
      await vi.waitFor(() => expect(activations(emulator)).toHaveLength(at + 1), { timeout: 10_000 });
    }
    expect(program.isRunning).toBe(true);
    program.endInput();

    expect((await program.exit).code).toBe(0);
    const run = await desk.readRun();
    expect(run.statuses).toEqual(['enrolled', 'enrolled', 'enrolled']);
    expect(activations(emulator).map(({ serial }) => serial)).toEqual(
      fobs.map(({ serialNumber }) => serialNumber),
    );
  });

  test.concurrent('become unusable midway: those before are told of, exit code 2', async ({ desk }) => {
    const fobs = makeFobs(1);
    const emulator = await desk.graph(fobs);

    const program = desk.start(['run', '-', '--graph-url', emulator.url, '--run-id', 'r1']);
    program.write(toCsv(rollout(fobs)));
    await vi.waitFor(() => expect(activations(emulator)).toHaveLength(1), { timeout: 10_000 });
    program.write('A"1,b@contoso.com,123456,\n');
    const { code, stdout } = await program.exit;

    const run = await desk.readRun();
    expect([code, run.statuses, run.summary.exitCode]).toEqual([2, ['enrolled'], 2]);
    expect([stdout, run.summary.stopped]).toEqual([
      expect.stringContaining('standard input, line 3: '),
      expect.stringContaining('standard input, line 3: '),
    ]);
  });

  test.concurrent('nothing at all is an unusable input', async ({ desk }) => {
    const { code, stderr } = await desk.call(['run', '-', '--graph-url', 'http://127.0.0.1:9/beta'], {
      input: '',
    });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^oath-enroll: standard input: .*empty.*\n$/)]);
    expect(await desk.runs()).toEqual([]);
  });
});
