import { describe, expect, vi } from 'vitest';
import type { Emulator } from '../../src/emulator/index.js';
import { test, toCsv, type Desk } from '../support/desk.js';
import { makeFob, makeFobs, usersOf } from '../support/fob.js';
import type { Exit } from '../support/program.js';
import { tableOf } from '../support/run-folder.js';

/** A busy machine may take its time to start a program. */
const PATIENT = { timeout: 60_000 };
const INVENTORY = 'hardwareOathDevices';

/** What was on the wire when the first refusal left arrives within what two busy cores take; the block is of seconds. */
const ON_THE_WIRE_MS = 1000;

/** `oath-enroll status` of a file, or of all. */
function status(desk: Desk, emulator: Emulator, ...args: readonly string[]): Promise<Exit> {
  return desk.call(['status', ...args, '--graph-url', emulator.url]);
}

/** Lines of the table, and what follows it. */
function shown({ stdout }: Exit): { readonly lines: string[]; readonly sum: string } {
  const [table = '', sum = ''] = stdout.split('\n\n');
  return { lines: table.split('\n'), sum };
}

/** Reads of the inventory, without the batches around them. */
const reads = (emulator: Emulator) => emulator.requests().filter(({ path }) => path.includes(INVENTORY));

describe('status of all tokens', PATIENT, () => {
  test.concurrent('reads every page of the inventory', async ({ desk }) => {
    const fobs = makeFobs(25);
    const emulator = await desk.graph(fobs, { pageSize: 10 });
    const exit = await status(desk, emulator);
    const { lines, sum } = shown(exit);
    expect([exit.code, exit.stderr, sum]).toEqual([0, '', '25 tokens: 25 available.\n']);
    expect(lines.slice(1).map((line) => line.split(/ {2,}/)[0])).toEqual(
      fobs.map(({ serialNumber }) => serialNumber),
    );
    expect(reads(emulator)).toHaveLength(3);
  });

  test.concurrent('shows whose each is and what it is, and counts the states', async ({ desk }) => {
    const [holder, failed] = [makeFob('held'), makeFob('failed')];
    const emulator = await desk.graph(
      [
        { ...holder, assignTo: holder.user, status: 'activated', manufacturer: 'Contoso', model: 'HK' },
        { ...makeFob('given', { timeIntervalInSeconds: 60 }), assignTo: holder.user },
        makeFob('free'),
      ],
      { users: usersOf([holder, failed]) },
    );
    const { lines, sum } = shown(await status(desk, emulator));
    const name = `Holder of ${holder.user}`;
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ['Serial number', 'Status', 'Assigned to', 'Step', 'Model'],
      ['FOB-held', 'activated', name, '30 s', 'Contoso HK'],
      ['FOB-given', 'assigned', name, '60 s'],
      ['FOB-free', 'available', '30 s'],
    ]);
    expect(sum).toBe('3 tokens: 1 activated, 1 assigned, 1 available.\n');
  });

  test.concurrent('says of failedActivation who decides, and only of that', async ({ desk }) => {
    const fob = makeFob('1');
    const hint = 'failedActivation: a person decides what comes next, see docs/tokens.md.';
    const users = usersOf([fob]);
    for (const [state, isHinted] of [
      ['failedActivation', true],
      ['activated', false],
    ] as const) {
      const emulator = await desk.graph([{ ...fob, assignTo: fob.user, status: state }], { users });
      expect((await status(desk, emulator)).stdout.includes(hint)).toBe(isHinted);
    }
  });

  test.concurrent('of an empty inventory is a count of none', async ({ desk }) => {
    const emulator = await desk.graph([]);
    expect(await status(desk, emulator)).toEqual({ code: 0, stdout: '0 tokens.\n', stderr: '' });
    expect(JSON.parse((await status(desk, emulator, '--json')).stdout)).toEqual({ counts: {}, tokens: [] });
  });
});

describe('status of a file', PATIENT, () => {
  test.concurrent('needs nothing but serial numbers, and tells its tokens in its order', async ({ desk }) => {
    const fobs = makeFobs(45);
    const emulator = await desk.graph([...fobs, makeFob('elsewhere')]);
    const asked = fobs.toReversed().map(({ serialNumber }) => serialNumber);
    const input = await desk.write('in.csv', [['Serial'], ...asked.map((serial) => [serial])]);
    const exit = await status(desk, emulator, input);
    const { lines, sum } = shown(exit);
    expect([exit.code, exit.stderr, sum]).toEqual([0, '', '45 tokens: 45 available.\n']);
    expect(lines.slice(1).map((line) => line.split(/ {2,}/)[0])).toEqual(asked);
  });

  test.concurrent('says which tokens are missing', async ({ desk }) => {
    const fobs = makeFobs(3);
    const emulator = await desk.graph(fobs.slice(1));
    const input = await desk.write('in.csv', [['serial'], ...fobs.map((fob) => [fob.serialNumber])]);
    const { lines, sum } = shown(await status(desk, emulator, input));
    expect(lines[1]).toMatch(/^FOB-0001 {2,}not in the inventory$/);
    expect(sum).toBe('3 tokens: 2 available, 1 not in the inventory.\n');
    const { stdout } = await status(desk, emulator, input, '--csv');
    expect(tableOf(stdout).records.map((record) => record['status'])).toEqual([
      'missing',
      'available',
      'available',
    ]);
  });

  test.concurrent(
    'takes a rollout, a vendor’s file, results, and a column of one’s own name',
    async ({ desk }) => {
      const [fob] = makeFobs(1);
      const emulator = await desk.graph([fob!]);
      const { serialNumber, user, secretKey } = fob!;
      for (const [args, rows] of [
        [
          [],
          [
            ['serialNumber', 'user', 'verificationCode'],
            [serialNumber, user, '123456'],
          ],
        ],
        [
          [],
          [
            ['upn', 'serial number', 'secret key'],
            [user, serialNumber, secretKey],
          ],
        ],
        // What a run could not use is a token all the same.
        [
          [],
          [
            ['serialNumber', 'user', 'verificationCode'],
            [serialNumber, 'nobody yet', '12'],
          ],
        ],
        [
          ['--column', 'serialNumber=Tag'],
          [['Tag'], [serialNumber]],
        ],
      ] as const) {
        const input = await desk.write('in.csv', rows);
        const { code, stdout } = await status(desk, emulator, input, ...args);
        expect([code, stdout]).toEqual([0, expect.stringContaining('1 token: 1 available.')]);
        expect(stdout).not.toContain(secretKey);
        expect(stdout).not.toContain('123456');
      }
    },
  );

  test.concurrent('comes by standard input as well', async ({ desk }) => {
    const fobs = makeFobs(2);
    const emulator = await desk.graph(fobs);
    const input = toCsv([['serial'], ...fobs.map((fob) => [fob.serialNumber])]);
    const { code, stdout } = await desk.call(['status', '-', '--graph-url', emulator.url], { input });
    expect([code, stdout]).toEqual([0, expect.stringContaining('2 tokens: 2 available.')]);
  });
});

describe('status for a program', PATIENT, () => {
  const held = makeFob('held', { timeIntervalInSeconds: 60, hashFunction: 'hmacsha256' });
  const tokens = [
    { ...held, assignTo: held.user, status: 'activated', manufacturer: 'Contoso', model: 'H,"K"' } as const,
  ];
  const rows = [
    ['serialNumber', 'user'],
    [held.serialNumber, held.user],
    ['none', 'x@contoso.com'],
  ];
  const told = (emulator: Emulator) => [
    {
      line: '2',
      serialNumber: held.serialNumber,
      user: held.user,
      status: 'activated',
      assignedTo: `Holder of ${held.user}`,
      assignedToId: emulator.tenant.user(held.user)?.id,
      timeInterval: '60',
      hashFunction: 'hmacsha256',
      manufacturer: 'Contoso',
      model: 'H,"K"',
    },
    {
      ...{ line: '3', serialNumber: 'none', user: 'x@contoso.com', status: 'missing', assignedTo: '' },
      ...{ assignedToId: '', timeInterval: '', hashFunction: '', manufacturer: '', model: '' },
    },
  ];

  test.concurrent('is a CSV with a header, that a run can read again', async ({ desk }) => {
    const emulator = await desk.graph(tokens, { users: usersOf([held]) });
    const input = await desk.write('in.csv', rows);
    const { code, stdout } = await status(desk, emulator, input, '--csv');
    expect([code, tableOf(stdout).records]).toEqual([0, told(emulator)]);
    const again = await status(desk, emulator, await desk.write('again.csv', stdout), '--csv');
    expect(again.stdout).toBe(stdout);
  });

  test.concurrent('is JSON with counts', async ({ desk }) => {
    const emulator = await desk.graph(tokens, { users: usersOf([held]) });
    const { code, stdout } = await status(desk, emulator, await desk.write('in.csv', rows), '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { counts: { activated: 1, missing: 1 }, tokens: told(emulator) },
    ]);
  });

  test.concurrent('is no formula for a spreadsheet', async ({ desk }) => {
    const emulator = await desk.graph([makeFob('1', { manufacturer: '=cmd()', model: '@x' })]);
    const { stdout } = await status(desk, emulator, '--csv');
    expect(tableOf(stdout).rows[0]?.slice(-2)).toEqual(["'=cmd()", "'@x"]);
  });

  test.concurrent('is one of the two', async ({ desk }) => {
    const emulator = await desk.graph([]);
    const exit = await status(desk, emulator, '--csv', '--json');
    expect(exit).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--csv and --json') as string,
    });
    expect(emulator.requests()).toEqual([]);
  });
});

describe('status and Graph', PATIENT, () => {
  test.concurrent('changes nothing: GET alone, or GET in batches', async ({ desk }) => {
    const fobs = makeFobs(30);
    const emulator = await desk.graph(fobs, { pageSize: 10 });
    const input = await desk.write('in.csv', [['serial'], ...fobs.map((fob) => [fob.serialNumber])]);
    await status(desk, emulator);
    await status(desk, emulator, input);
    const requests = emulator.requests();
    expect(requests.filter(({ method }) => method === 'GET')).toHaveLength(33);
    expect(requests.filter(({ method, path }) => method !== 'GET' && path !== '/$batch')).toEqual([]);
    expect(requests.filter(({ acted }) => acted)).toEqual([]);
  });

  test.concurrent('waits as long as a Graph that is throttled asks for', async ({ desk }) => {
    const fobs = makeFobs(25);
    const emulator = await desk.graph(fobs, {
      throttle: { kind: 'window', calls: 15, windowMs: 3000 },
    });
    const input = await desk.write('in.csv', [['serial'], ...fobs.map((fob) => [fob.serialNumber])]);
    const { code, stdout } = await status(desk, emulator, input);
    expect([code, stdout]).toEqual([0, expect.stringContaining('25 tokens: 25 available.')]);
    const requests = emulator.requests();
    expect(requests.some((request) => request.status === 429)).toBe(true);
    expect(requests.filter(({ blockAgeMs = 0 }) => blockAgeMs > ON_THE_WIRE_MS)).toEqual([]);
  });

  test.concurrent('gives up on a wait that is longer than --max-wait', async ({ desk }) => {
    const rule = { fault: { kind: 'status', status: 429, retryAfter: '3600' } } as const;
    const emulator = await desk.graph(makeFobs(1), { faults: [{ ...rule, when: { path: INVENTORY } }] });
    const exit = await status(desk, emulator, '--max-wait', '5');
    expect(exit).toMatchObject({
      code: 5,
      stdout: '',
      stderr: expect.stringContaining('--max-wait') as string,
    });
    expect(reads(emulator)).toHaveLength(1);
  });

  test.concurrent('names the permission where the inventory may not be read', async ({ desk }) => {
    const fobs = makeFobs(30);
    const emulator = await desk.graph(fobs, { forbidden: { directoryReads: true } });
    const input = await desk.write('in.csv', [['serial'], ...fobs.map((fob) => [fob.serialNumber])]);
    for (const args of [[], [input], [input, '--json']]) {
      const exit = await status(desk, emulator, ...args);
      expect(exit).toMatchObject({ code: 5, stdout: '' });
      expect(exit.stderr).toContain('grant Policy.Read.All');
    }
  });

  test.concurrent('does not tell half a list where the rest fails', async ({ desk }) => {
    const fault = { kind: 'status', status: 400 } as const;
    const emulator = await desk.graph(makeFobs(25), {
      pageSize: 10,
      faults: [{ when: { path: INVENTORY, nth: 3 }, fault }],
    });
    const exit = await status(desk, emulator);
    expect(exit).toMatchObject({
      code: 5,
      stdout: '',
      stderr: expect.stringContaining('HTTP 400') as string,
    });
  });

  test.concurrent('ends at once by ctrl-c, with its exit code', async ({ desk }) => {
    const emulator = await desk.graph(makeFobs(1), { faults: [{ fault: { kind: 'hang' } }] });
    const program = desk.start(['status', '--graph-url', emulator.url]);
    program.endInput();
    await vi.waitFor(() => expect(emulator.requests()).toHaveLength(1), { timeout: 20_000 });
    program.signal('SIGINT');
    expect(await program.exit).toMatchObject({ code: 130, stdout: '' });
  });
});

describe('what status shows', PATIENT, () => {
  const STEERS = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
  const evil = '\u001b[2J\u001b]0;owned\u0007\u202etxt\u009b1m\r';

  test.concurrent('steers no terminal, whatever Graph answers', async ({ desk }) => {
    const fob = makeFob(`1${evil}`, { manufacturer: `Con${evil}`, model: `H${evil}` });
    const holder = { userPrincipalName: 'amy@contoso.com', displayName: `Amy${evil}` };
    const emulator = await desk.graph([{ ...fob, assignTo: 'amy@contoso.com' }], { users: [holder] });
    for (const args of [[], ['--csv'], ['--json']]) {
      const { code, stdout } = await status(desk, emulator, ...args);
      expect([code, stdout]).toEqual([0, expect.stringContaining('Amy')]);
      expect(stdout.replaceAll('\r\n', '\n')).not.toMatch(STEERS);
    }
  });

  test.concurrent('steers no terminal, whatever stands in the file', async ({ desk }) => {
    const emulator = await desk.graph([]);
    const input = await desk.write('in.csv', [
      ['serial', 'user', `N${evil}`],
      [`S1${evil}`, `amy${evil}@contoso.com`, `x${evil}`],
    ]);
    for (const args of [[], ['--csv'], ['--json']]) {
      const { code, stdout } = await status(desk, emulator, input, ...args);
      expect([code, stdout]).toEqual([0, expect.stringContaining('S1')]);
      expect(stdout.replaceAll('\r\n', '\n')).not.toMatch(STEERS);
    }
    const unusable = await status(
      desk,
      emulator,
      await desk.write('in.csv', [
        ['user', `N${evil}`],
        ['a', 'b'],
      ]),
    );
    expect(unusable).toMatchObject({ code: 2, stderr: expect.stringContaining('serialNumber') as string });
    expect(unusable.stderr).not.toMatch(STEERS);
  });

  test.concurrent.for<[what: string, content: string, says: string]>([
    ['is empty', '', 'the file is empty'],
    ['has no column of serial numbers', 'user,code\na@contoso.com,123456\n', 'column "serialNumber"'],
    ['has no header', 'S1\nS2\n', 'no column is known by its name'],
  ])('names an unusable file: it %s', async ([, content, says], { desk }) => {
    const emulator = await desk.graph([]);
    const exit = await status(desk, emulator, await desk.write('in.csv', content));
    expect(exit).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(says) as string });
    expect(exit.stderr).toContain('in.csv');
    expect(reads(emulator)).toEqual([]);
  });

  test.concurrent('names a file that is not there', async ({ desk }) => {
    const emulator = await desk.graph([]);
    const exit = await status(desk, emulator, 'none.csv');
    expect(exit).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('none.csv') as string,
    });
  });
});
