import { randomInt } from 'node:crypto';
import { describe, expect, vi } from 'vitest';
import { sendOn } from '../graph/make.js';
import { createHardwareOath } from '../../src/graph/hardware-oath.js';
import { Secret } from '../../src/model/secret.js';
import { enroll } from '../../src/run/enroll.js';
import { HEADER, rollout, rowOf, test, toCsv } from '../support/desk.js';
import { codeOf, makeFob, makeFobs, randomSeed, wrongCodeOf } from '../support/fob.js';
import { portsTo, requestOn } from '../support/in-process.js';
import { expectNone, leaks, written } from '../support/leaks.js';
import { startParrot, type Parroting } from '../support/parrot.js';

const digits = (count: number): string => Array.from({ length: count }, () => randomInt(1, 10)).join('');
const TELL_ALL = ['--verbose', '--log', 'run.log'];

describe('no code, seed or bearer token is in anything that the program writes', () => {
  test.concurrent('when rows are enrolled, refused, looked up, cut off and sent again', async ({ desk }) => {
    const fobs = makeFobs(6);
    const seeded = makeFob('seeded', { hashFunction: 'hmacsha256', secretKey: randomSeed(52).toUpperCase() });
    const [good, wrong, echoed, cut, text, late] = fobs;
    const mistyped = wrongCodeOf(wrong!);
    const faults = [
      // A Graph that tells back what it was told.
      [
        echoed,
        { kind: 'status', status: 400, code: `Bad code ${codeOf(echoed!)} Bearer eyJhbGciOi.eyJzdWIi.c2ln` },
      ],
      [cut, { kind: 'cut-before' }],
      [text, { kind: 'status', status: 502, body: 'html' }],
    ] as const;
    const emulator = await desk.graph([...fobs, seeded], {
      faults: faults.map(([fob, fault]) => ({
        when: { method: 'POST', serial: fob!.serialNumber },
        times: 1,
        fault,
      })),
    });
    const rows = [good!, echoed!, cut!, text!].map((fob) => [...rowOf(fob), '']);
    const input = await desk.write('in.csv', [
      [...HEADER, 'seed'],
      ...rows,
      [...rowOf(wrong!).with(2, mistyped), ''],
      [...rowOf(late!, Date.now() - 600_000), ''],
      [seeded.serialNumber, seeded.user, '', '', seeded.secretKey],
    ]);

    const exit = await desk.enrol(emulator, input, TELL_ALL);

    expect(exit.run.statuses).toContain('enrolled');
    expect(exit.run.files).toContain('journal.jsonl');
    const codes = [
      ...rows.map((row) => row[2]!),
      mistyped,
      codeOf(late!, Date.now() - 600_000),
      codeOf(seeded),
    ];
    await expectNone(desk, exit, [...codes, seeded.secretKey, 'Bearer ', 'eyJhbGciOi']);
  });

  const code = digits(6);
  const seed = randomSeed();
  test.concurrent.for<[what: string, header: string[], row: string[]]>([
    ['a code with a digit missing', [...HEADER], ['A1', 'a@contoso.com', code.slice(0, 5), '']],
    ['a code with a digit too many', [...HEADER], ['A1', 'a@contoso.com', `${code}7`, '']],
    ['a code in two groups', [...HEADER], ['A1', '', `${code.slice(0, 3)} ${code.slice(3)}`, '']],
    ['code and user swapped', [...HEADER], ['A1', code, 'a@contoso.com', '']],
    ['a cell too many', [...HEADER], ['A1', 'Amy', 'a@contoso.com', code, '']],
    ['a cell too few', [...HEADER], ['A1', code]],
    ['code and time swapped', [...HEADER], ['A1', 'a@contoso.com', '2026-11-24T09:30:00Z', code]],
    ['the code in the column of the time as well', [...HEADER], ['A1', 'a@contoso.com', code, code]],
    ['a broken seed', ['serial', 'upn', 'seed'], ['A1', 'a@contoso.com', `${seed}1`]],
    ['a seed where the user belongs', ['serial', 'upn', 'seed'], ['A1', seed, 'a@contoso.com']],
    [
      'a seed in a second column',
      ['serial', 'upn', 'code', 'Secret Key'],
      ['A1', 'a@contoso.com', code, seed],
    ],
    ['no header at all', ['A1', 'a@contoso.com', code], ['A2', 'b@contoso.com', seed]],
    ['a header that is data', ['serial', 'upn', code], ['A2', 'b@contoso.com', seed]],
  ])('when the input has %s', async ([, header, row], { desk }) => {
    const emulator = await desk.graph([], { users: [{ userPrincipalName: 'a@contoso.com' }] });
    const input = await desk.write('in.csv', toCsv([header, row]));

    const exit = await desk.call(['run', input, '--graph-url', emulator.url, ...TELL_ALL]);

    expect([2, 3, 4]).toContain(exit.code);
    await expectNone(desk, exit, [
      code,
      code.slice(0, 5),
      `${code.slice(0, 3)} ${code.slice(3)}`,
      `${code}7`,
      seed,
    ]);
  });

  test.concurrent.for<[Parroting, says: RegExp]>([
    [{ status: 400 }, /somebody else/],
    [{ status: 400, lookUp: 500 }, /the look-up failed too/],
    [{ status: 400, lookUp: 403 }, /HTTP 400/],
    [{ status: 401 }, /refused our sign-in/],
    [{ status: 403 }, /somebody else/],
    [{ status: 404, lookUp: 404 }, /unknown user/],
    [{ status: 409, retryAfter: 'words' }, /somebody else/],
    [{ status: 429, retryAfter: 'words', times: 2 }, /somebody else/],
    [{ status: 429, retryAfter: 'code' }, /longer than the 900 s of --max-wait/],
    [{ status: 503, retryAfter: 'code' }, /longer than the 900 s of --max-wait/],
    [{ status: 500 }, /somebody else/],
    [{ status: 302 }, /somebody else/],
  ])(
    'when Graph tells back what it was told: %j',
    { timeout: 60_000 },
    async ([parroting, says], { desk, onTestFinished }) => {
      const fobs = makeFobs(2, { timeIntervalInSeconds: 60 });
      const seeded = makeFob('seeded');
      const codes = fobs.map((fob) => codeOf(fob));
      const secrets = [...codes, seeded.secretKey];
      const parrot = await startParrot(parroting, { onTestFinished }, secrets);
      await desk.write('in.csv', [
        [...HEADER, 'timeInterval', 'seed'],
        ...fobs.map((fob) => [...rowOf(fob), '60', '']),
        [seeded.serialNumber, seeded.user, '', '', '30', seeded.secretKey],
      ]);

      const to = ['--graph-url', parrot.url, '--run-id', 'r1'];
      const exit = await desk.call(['run', 'in.csv', ...to, ...TELL_ALL]);
      const again = await desk.call(['report', 'reports/r1', '--json']);

      expect([parrot.activations() > 0, exit.stdout + exit.stderr]).toEqual([
        true,
        expect.stringMatching(says),
      ]);
      for (const each of [exit, again]) await expectNone(desk, each, [...secrets, ...parrot.told]);
    },
  );

  test.concurrent('when a run is killed and resumed', async ({ desk, onTestFinished }) => {
    const fobs = makeFobs(3, { timeIntervalInSeconds: 60 });
    const rows = fobs.map((fob) => [...rowOf(fob), '60']);
    const secrets = rows.map((row) => row[2]!);
    await desk.write('in.csv', [[...HEADER, 'timeInterval'], ...rows]);
    const parrot = await startParrot({ status: 0, times: 1 }, { onTestFinished }, secrets);
    const to = ['--graph-url', parrot.url, '--run-id', 'r1', '--concurrency', '1'];
    const run = desk.start(['run', 'in.csv', ...to, ...TELL_ALL]);
    await vi.waitFor(() => expect(parrot.activations()).toBe(1), { timeout: 10_000 });
    run.signal('SIGKILL');
    const killed = await run.exit;
    // Locks and all, as the process left them.
    expect((await written(desk, killed))[desk.path('in.csv.lock')]).toContain('run of in.csv');
    await expectNone(desk, killed, secrets);

    const resumed = await desk.call(['resume', 'reports/r1', ...TELL_ALL]);

    expect(parrot.activations()).toBe(3);
    await expectNone(desk, resumed, [...secrets, ...parrot.told]);
  });

  test.concurrent.for<Parroting>([
    { status: 400 },
    { status: 400, lookUp: 403 },
    { status: 401 },
    { status: 429, retryAfter: 'words', times: 2 },
    { status: 500, lookUp: 500 },
  ])(
    'when Graph tells back the bearer token: %j',
    { timeout: 60_000 },
    async (parroting, { desk, onTestFinished }) => {
      const parrot = await startParrot(parroting, { onTestFinished });
      const apiRoot = parrot.url;
      const token = new Secret(`opaque-${randomSeed()}`);
      const bearer = { get: () => token, renew: () => undefined };
      const send = sendOn(apiRoot, bearer);
      const [fob] = makeFobs(1, { timeIntervalInSeconds: 60 });
      await desk.write('in.csv', rollout([fob!]));
      const said: unknown[] = [];
      const ports = portsTo(createHardwareOath(apiRoot, send, bearer), {
        observe: (event) => said.push(event),
        notice: (text) => said.push(text),
      });

      const summary = await enroll(requestOn(desk), ports);

      const exit = { code: 0, stdout: JSON.stringify(summary), stderr: JSON.stringify(said) };
      expect(parrot.told.size).toBeGreaterThan(1);
      await expectNone(desk, exit, [...parrot.told]);
    },
  );

  test.concurrent('when the URL holds a password', async ({ desk }) => {
    const secret = randomSeed();
    const url = `http://admin:${secret}@127.0.0.1:9/beta`;
    await desk.write('in.csv', rollout(makeFobs(1)));
    for (const [args, env] of [
      [['--graph-url', url], undefined],
      [[], { OATH_ENROLL_GRAPH_URL: url }],
    ] as const) {
      const exit = await desk.call(['run', 'in.csv', ...args, ...TELL_ALL], env && { env });
      expect(exit.code).toBe(2);
      await expectNone(desk, exit, [secret]);
    }
  });

  test.concurrent('when the environment holds credentials', async ({ desk }) => {
    const fobs = makeFobs(2);
    const secret = `hush~${randomSeed()}`;
    const emulator = await desk.graph(fobs, { refusals: 'plain' });
    const input = await desk.write('in.csv', [
      [...HEADER],
      rowOf(fobs[0]!),
      rowOf(fobs[1]!).with(2, '000000'),
    ]);

    const exit = await desk.call(['run', input, '--auth', 'client-secret', ...TELL_ALL], {
      env: {
        ...{ OATH_ENROLL_GRAPH_URL: emulator.url, AZURE_TENANT_ID: 'contoso.com', AZURE_CLIENT_ID: 'app' },
        AZURE_CLIENT_SECRET: secret,
        ...{
          AZURE_CLIENT_CERTIFICATE_PASSWORD: secret,
          AZURE_PASSWORD: secret,
          HTTPS_PROXY: `http://u:${secret}@127.0.0.1:9`,
        },
      },
    });

    expect(emulator.requests().length).toBeGreaterThan(1);
    await expectNone(desk, exit, [secret]);
  });

  test.concurrent(
    'control: what a column of the user’s own holds is carried through, secret or not',
    async ({ desk }) => {
      const [fob] = makeFobs(1);
      const row = rowOf(fob!);
      await desk.write('in.csv', [
        [...HEADER, 'Note'],
        [...row, `I read ${row[2]}`],
      ]);
      const exit = await desk.call(['run', 'in.csv', '--dry-run', '--offline']);
      expect(await leaks(desk, exit, [row[2]!])).toEqual([expect.stringMatching(/results\.csv$/)]);
    },
  );

  test('control: what is not secret is found where it stands', async ({ desk }) => {
    const input = await desk.write('in.csv', [
      [...HEADER, 'Room'],
      ...makeFobs(1).map((fob) => [...rowOf(fob), '271828']),
    ]);
    const exit = await desk.call(['run', input, '--dry-run', '--offline']);
    expect(await leaks(desk, exit, ['271828'])).toEqual([expect.stringMatching(/results\.csv$/)]);
  });
});
