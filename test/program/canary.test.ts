import { randomInt } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { HEADER, rowOf, test, toCsv, type Desk } from '../support/desk.js';
import { codeOf, makeFob, makeFobs, randomSeed, wrongCodeOf } from '../support/fob.js';
import type { Exit } from '../support/program.js';

/**
 * A secret shows as it is, or as a URL, base64 or JSON would have it. Times and ids are full of digits: a code counts
 * where no digit, letter or dash joins it.
 */
function showsIn(text: string, secret: string): boolean {
  if (/^\d+$/.test(secret)) return new RegExp(`(?<![\\w.:-])${secret}(?![\\w.:-])`).test(text);
  const forms = [
    secret,
    secret.toLowerCase(),
    Buffer.from(secret).toString('base64'),
    encodeURIComponent(secret),
  ];
  return forms.some((form) => text.includes(form));
}

/** All that the program wrote, under the name of where it stands. */
async function written(desk: Desk, { stdout, stderr }: Exit): Promise<Readonly<Record<string, string>>> {
  const folder = desk.path('reports');
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const));
  return {
    stdout,
    stderr,
    ...Object.fromEntries(texts),
    log: await desk.read('run.log').catch(() => ''),
  };
}

/** Where which secret is to be seen. */
async function leaks(desk: Desk, exit: Exit, secrets: readonly string[]): Promise<string[]> {
  const all = Object.entries(await written(desk, exit));
  return all.flatMap(([where, text]) =>
    secrets.filter((secret) => showsIn(text, secret)).map((secret) => `${secret} in ${where}`),
  );
}

async function expectNone(desk: Desk, exit: Exit, secrets: readonly string[]): Promise<void> {
  expect(await leaks(desk, exit, secrets)).toEqual([]);
}

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
      },
    });

    expect(emulator.requests().length).toBeGreaterThan(1);
    await expectNone(desk, exit, [secret]);
  });

  test('control: what is not secret is found where it stands', async ({ desk }) => {
    const input = await desk.write('in.csv', [
      [...HEADER, 'Room'],
      ...makeFobs(1).map((fob) => [...rowOf(fob), '271828']),
    ]);
    const exit = await desk.call(['run', input, '--dry-run', '--offline']);
    expect(await leaks(desk, exit, ['271828'])).toEqual([expect.stringMatching(/results\.csv$/)]);
  });
});
