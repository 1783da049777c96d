import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import type { Emulator, EmulatorOptions, UserSpec } from '../../src/emulator/index.js';
import { HEADER, rollout, rowOf, test, times, type Desk } from '../support/desk.js';
import { codeOf, makeFob, makeFobs, usersOf, type Fob } from '../support/fob.js';

const DRY = ['--dry-run'];
const TEN_MINUTES_MS = 600_000;
/** Batches that were on their way when the first refusal left come so soon after it, on a busy machine too. */
const ON_THEIR_WAY_MS = 500;

/** Whatever the server was asked: what came by itself, what came in batches, and whether any of it did something. */
function asked(emulator: Emulator) {
  const all = emulator.requests();
  const posts = all.filter(({ method }) => method !== 'GET');
  return {
    reads: all.length - posts.length,
    batches: posts.length,
    others: [...new Set(posts.map(({ method, path }) => `${method} ${path}`))],
    acted: all.filter(({ acted }) => acted).length,
    /** Disobeyed a wait, rather than being on its way when that was asked for. */
    early: all.filter(({ early, blockAgeMs = 0 }) => early && blockAgeMs > ON_THEIR_WAY_MS).length,
  };
}

/** Users of these tokens, each but for what `over` says. */
const users = (fobs: readonly Fob[], over: Readonly<Record<number, Partial<UserSpec>>>): UserSpec[] =>
  usersOf(fobs).map((user, nth) => ({ ...user, ...over[nth] }));

async function rehearse(
  desk: Desk,
  fobs: readonly Fob[],
  options: EmulatorOptions = {},
  args: string[] = [],
) {
  const emulator = await desk.graph(fobs, options);
  const input = await desk.write('in.csv', rollout(fobs));
  return { emulator, ...(await desk.enrol(emulator, input, [...DRY, ...args])) };
}

describe('run --dry-run', { timeout: 120_000 }, () => {
  test.concurrent('says of each row what stands in its way, and only reads', async ({ desk }) => {
    const fobs = makeFobs(9);
    const [good, gone, disabled, guest, full, stranger, taken, active, sixty] = fobs;
    const emulator = await desk.graph([], {
      users: users(fobs, {
        2: { accountEnabled: false },
        3: { userType: 'Guest' },
        4: { otherMethods: 5 },
      }).filter(({ userPrincipalName }) => userPrincipalName !== gone!.user),
      tokens: [
        ...[good, gone, disabled, guest, full].map((fob) => fob!),
        { ...taken!, assignTo: good!.user },
        { ...active!, assignTo: active!.user, status: 'activated' },
        { ...sixty!, timeIntervalInSeconds: 60 },
      ],
    });
    const dead = [makeFob('dead').serialNumber, ...rowOf(good!, Date.now() - TEN_MINUTES_MS).slice(1)];
    const input = await desk.write('in.csv', [
      [...HEADER],
      ...[good, gone, disabled, guest, full, stranger, taken, active, sixty].map((fob) => rowOf(fob!)),
      rowOf(good!),
      rowOf(good!).with(0, 'X1').with(2, '12345'),
      dead,
    ]);

    const { code, stdout, run } = await desk.enrol(emulator, input, DRY);

    expect(run.results.records.map(({ status, reason }) => `${status}: ${reason?.split(':', 1)[0]}`)).toEqual(
      [
        'would_enroll: ',
        'failed: unknown user',
        'failed: disabled user',
        'failed: guest',
        'failed: too many methods',
        'failed: unknown serial number',
        'failed: token of somebody else',
        'already_enrolled: the token is active for this user already',
        'failed: interval differs',
        'duplicate: the same serial number stands on line 2',
        expect.stringMatching(/^invalid: /),
        // Its code is dead, too; that its token is unknown matters more.
        'failed: unknown serial number',
      ],
    );
    expect(run.results.records[1]).toMatchObject({ httpStatus: '404', attempts: '0' });
    expect(code).toBe(4);
    expect(run.summary).toMatchObject({ rows: 12, needsRecollection: 0, exitCode: 4, stopped: null });
    expect(run.files).toEqual(['recollect.csv', 'results.csv', 'summary.json']);
    expect(stdout).toMatch(/^Dry run: 12 rows of in\.csv checked in \d+ s; nothing was changed\.\n/);
    expect(stdout).toContain('      2  lines 7, 13: unknown serial number');
    expect(asked(emulator)).toMatchObject({ others: ['POST /$batch'], acted: 0, early: 0 });
    expect(run.summary.calls).toBe(asked(emulator).reads);
  });

  test.concurrent('control: a run of the same does more than read', async ({ desk }) => {
    const fobs = makeFobs(2);
    const emulator = await desk.graph(fobs);
    await desk.enrol(emulator, await desk.write('in.csv', rollout(fobs)));
    expect(asked(emulator)).toMatchObject({ acted: 2 });
    expect(asked(emulator).others).not.toContain('POST /$batch');
  });

  test.concurrent('all is well: exit code 0, and the command to go on with', async ({ desk }) => {
    const { code, stdout, stderr, run, emulator } = await rehearse(desk, makeFobs(12));
    expect([code, stderr]).toEqual([0, '']);
    expect(run.statuses).toEqual(times(12, 'would_enroll'));
    expect(stdout).toContain('The run would take less than a minute at the 200 calls in 5 minutes');
    expect(stdout).toContain('it would send all 12 codes in time.');
    expect(stdout).toContain(`  npx oath-enroll run in.csv --graph-url ${emulator.url} --limit 10\n`);
    // A policy, and four reads for each row.
    expect(asked(emulator).reads).toBe(49);
    // How many go together depends on how quick the machine is, and what else it does; one by one they would be as many as the reads.
    expect(asked(emulator).batches).toBeLessThan(40);
  });

  test.concurrent('dead codes alone: exit code 3, and they are to be collected', async ({ desk }) => {
    const fobs = makeFobs(2);
    const emulator = await desk.graph(fobs);
    const input = await desk.write('in.csv', [
      [...HEADER],
      rowOf(fobs[0]!, Date.now() - TEN_MINUTES_MS),
      rowOf(fobs[1]!),
    ]);
    const { code, run } = await desk.enrol(emulator, input, DRY);
    expect([code, run.statuses]).toEqual([3, ['expired', 'would_enroll']]);
    expect(run.recollect.rows).toHaveLength(1);
  });

  test.concurrent('more codes than can be sent in time are counted', async ({ desk }) => {
    const { code, stdout } = await rehearse(desk, makeFobs(30), {}, [
      '--rate',
      '1000/1',
      '--concurrency',
      '4',
    ]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('send all 30 codes in time')]);
    const slow = await desk.call(['run', 'in.csv', '--dry-run', '--offline', '--rate', '10/600']);
    expect(slow.stdout).toContain('Of its 30 codes 20 would die before their turn');
    expect(slow.stdout).toContain('The run would take about 20 min at our own ceiling of 10 calls in 600 s.');
  });

  test.concurrent('--limit looks at the first rows alone, and passes itself on', async ({ desk }) => {
    const { stdout, run, emulator } = await rehearse(desk, makeFobs(5), {}, ['--limit', '2']);
    expect(run.statuses).toEqual(times(2, 'would_enroll'));
    expect(stdout).toMatch(/^Dry run: 2 rows of in\.csv \(--limit 2\) checked/);
    expect(stdout).toContain(`run in.csv --graph-url ${emulator.url} --limit 2\n`);
    expect(asked(emulator).reads).toBe(9);
  });

  test.concurrent(
    'a user of several rows is asked for once, and gets no more than five tokens',
    async ({ desk }) => {
      const fobs = makeFobs(4).map((fob) => ({ ...fob, user: 'amy@contoso.com' }));
      const options = { users: [{ userPrincipalName: 'amy@contoso.com', otherMethods: 3 }] };
      const { run, emulator } = await rehearse(desk, fobs, options);
      expect(run.statuses).toEqual([...times(2, 'would_enroll'), ...times(2, 'failed')]);
      expect(asked(emulator).reads).toBe(1 + 3 + 4);
    },
  );

  test.concurrent('what an earlier run enrolled is not asked about, unless --again', async ({ desk }) => {
    const fobs = makeFobs(3);
    const emulator = await desk.graph(fobs);
    const input = await desk.write('in.csv', rollout(fobs));
    await desk.enrol(emulator, input, ['--limit', '2']);
    emulator.clearRequests();
    const { run } = await desk.enrol(emulator, input, DRY, 'r2');
    expect(run.results.records.map(({ reason }) => reason)).toEqual([
      ...times(2, 'run r1 enrolled it (--again asks Graph anew)'),
      '',
    ]);
    expect(asked(emulator).reads).toBe(5);
    const again = await desk.enrol(emulator, input, [...DRY, '--again'], 'r3');
    expect(again.run.statuses).toEqual(['already_enrolled', 'already_enrolled', 'would_enroll']);
  });

  test.concurrent('--json prints the summary alone; --verbose says each row', async ({ desk }) => {
    const { stdout, run, emulator } = await rehearse(desk, makeFobs(2), {}, ['--json']);
    expect(stdout).toBe(run.summaryText);
    const told = await desk.enrol(emulator, 'in.csv', [...DRY, '--verbose'], 'r2');
    expect(told.stderr).toBe('line 2: would_enroll\nline 3: would_enroll\n');
  });

  test.concurrent('rows are read off standard input, too', async ({ desk }) => {
    const fobs = makeFobs(3);
    const emulator = await desk.graph(fobs);
    const input = rollout(fobs)
      .map((row) => `${row.join(',')}\n`)
      .join('');
    const exit = await desk.call(['run', '-', ...DRY, '--graph-url', emulator.url, '--run-id', 'r1'], {
      input,
    });
    expect([exit.code, (await desk.readRun()).statuses]).toEqual([0, times(3, 'would_enroll')]);
  });

  test.concurrent('a file that turns out unusable leaves no folder: exit code 2', async ({ desk }) => {
    const emulator = await desk.graph([]);
    const input = await desk.write('in.csv', Buffer.from('serial,user,code\nA1,a@b.example,"123456'));
    const { code } = await desk.call(['run', input, ...DRY, '--graph-url', emulator.url]);
    expect([code, await desk.runs()]).toEqual([2, []]);
  });
});

describe('what may not be read', { timeout: 120_000 }, () => {
  const DENIED = { userReads: true, policyReads: true, directoryReads: true, users: 'all' } as const;

  test.concurrent('is said once, with what to grant, and rows are judged on the rest', async ({ desk }) => {
    const { code, stderr, run, emulator } = await rehearse(desk, makeFobs(40), { forbidden: DENIED });
    expect([code, run.statuses]).toEqual([0, times(40, 'would_enroll')]);
    const told = stderr.trimEnd().split('\n');
    expect(told).toHaveLength(5);
    for (const name of [
      'User.Read.All',
      'UserAuthenticationMethod.Read.All',
      'Policy.Read.All',
      'Policy.Read.AuthenticationMethod',
    ])
      expect(stderr).toContain(`grant ${name}`);
    expect(asked(emulator).reads).toBeLessThanOrEqual(1 + 4 * 40);
  });

  test.concurrent('the inventory alone: users are judged all the same', async ({ desk }) => {
    const fobs = makeFobs(2);
    const { run, stderr } = await rehearse(desk, fobs, {
      users: users(fobs, { 0: { userType: 'Guest' } }),
      forbidden: { directoryReads: true },
    });
    expect(run.statuses).toEqual(['failed', 'would_enroll']);
    expect(stderr).toMatch(
      /^Not checked: whether tokens are in the inventory .*grant Policy\.Read\.All\.\n$/,
    );
  });

  test.concurrent('one user’s methods: said of that one', async ({ desk }) => {
    const fobs = makeFobs(3);
    const { stderr } = await rehearse(desk, fobs, { forbidden: { users: [fobs[1]!.user] } });
    expect(stderr).toContain('Not checked for 1 of them: which tokens users have');
  });
});

describe('the policy', { timeout: 120_000 }, () => {
  test.concurrent(
    'is off: rows are judged, no row is said to be the cause, exit code 5',
    async ({ desk }) => {
      const { code, stdout, run } = await rehearse(desk, makeFobs(2), { policy: 'disabled' });
      expect([code, run.summary.exitCode, run.summary.stopped]).toEqual([5, 5, null]);
      expect(run.statuses).toEqual(times(2, 'would_enroll'));
      expect(stdout).toMatch(
        /Stands in the way of every row:\n {2}the policy of hardware OATH tokens is off: /,
      );
      expect(stdout).not.toContain('npx oath-enroll run');
    },
  );

  test.concurrent('is on for a group: said, as nobody looks into the group', async ({ desk }) => {
    const { code, stderr } = await rehearse(desk, makeFobs(1), { policy: 'for-a-group' });
    expect([code, stderr]).toEqual([0, expect.stringContaining('on for some groups')]);
  });
});

describe('a Graph in trouble', { timeout: 120_000 }, () => {
  test.concurrent(
    'throttles: nothing leaves before the wait is over, and all is learned',
    async ({ desk }) => {
      const throttle = { kind: 'window', calls: 60, windowMs: 4000 } as const;
      const { code, run, emulator } = await rehearse(desk, makeFobs(20), { throttle });
      expect([code, run.statuses]).toEqual([0, times(20, 'would_enroll')]);
      expect(run.summary.refusals).toBeGreaterThan(0);
      expect(run.summary.waitedMs).toBeGreaterThan(0);
      expect(asked(emulator)).toMatchObject({ early: 0, acted: 0 });
    },
  );

  test.concurrent(
    'fails at one check for good: that row is unresolved, and says what to look at',
    async ({ desk }) => {
      const fobs = makeFobs(3);
      const when = { path: `${fobs[1]!.user}/authentication/methods` };
      const { code, run } = await rehearse(desk, fobs, {
        faults: [{ when, fault: { kind: 'status', status: 500 } }],
      });
      expect([code, run.statuses]).toEqual([4, ['would_enroll', 'unresolved', 'would_enroll']]);
      expect(run.results.records[1]).toMatchObject({
        httpStatus: '500',
        reason: expect.stringContaining(`how many authenticator apps ${fobs[1]!.user} has`) as string,
      });
    },
  );

  test.concurrent('loses a batch: it is asked again', async ({ desk }) => {
    const faults = [{ when: { path: '$batch', nth: 1 }, fault: { kind: 'cut-after' } }] as const;
    const { code, run } = await rehearse(desk, makeFobs(3), { faults });
    expect([code, run.statuses]).toEqual([0, times(3, 'would_enroll')]);
  });

  test.concurrent(
    'asks for too long a wait: exit code 5, and rows that were not learned say so',
    async ({ desk }) => {
      const fault = { kind: 'status', status: 429, retryAfter: '1000' } as const;
      const faults = [{ when: { path: 'hardwareOathDevices' }, fault }];
      const { code, run, stdout } = await rehearse(desk, makeFobs(3), { faults });
      expect([code, run.statuses]).toEqual([5, times(3, 'not_attempted')]);
      expect(run.summary.stopped).toContain('longer than the 900 s of --max-wait');
      expect(stdout).not.toContain('resume');
      // The wait is remembered for whoever comes next.
      const next = await desk.call(['run', 'in.csv', '--graph-url', (await desk.graph([])).url]);
      expect(next.code).not.toBe(5);
      expect(await desk.read(join('reports', '.pace.json'))).toContain('closedUntilMs');
    },
  );

  test.concurrent('is out of reach: exit code 5 after five seconds', async ({ desk }) => {
    const fobs = makeFobs(2);
    const emulator = await desk.graph(fobs);
    const { url } = emulator;
    await emulator.close();
    const input = await desk.write('in.csv', rollout(fobs));
    const exit = await desk.call(['run', input, ...DRY, '--graph-url', url, '--run-id', 'r1']);
    expect([exit.code, (await desk.readRun()).statuses]).toEqual([5, times(2, 'not_attempted')]);
    expect(exit.stdout).toContain('The dry run stopped early: Graph is out of reach');
  });

  test.concurrent.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends it at once, with results', async ([signal, exitCode], { desk }) => {
    const fobs = makeFobs(3);
    const emulator = await desk.graph(fobs, {
      faults: [{ when: { path: '$batch' }, fault: { kind: 'hang' } }],
    });
    const input = await desk.write('in.csv', rollout(fobs));
    const program = desk.start(['run', input, ...DRY, '--graph-url', emulator.url, '--run-id', 'r1']);
    await vi.waitFor(() => expect(emulator.requests().length).toBeGreaterThan(0), { timeout: 10_000 });
    program.signal(signal);
    const exit = await program.exit;
    expect(exit.code).toBe(exitCode);
    expect((await desk.readRun()).statuses).toEqual(times(3, 'not_attempted'));
  });
});

test('no code and no seed is in anything that it writes, whatever Graph tells back', async ({ desk }) => {
  const fobs = makeFobs(3);
  const seeded = makeFob('seeded');
  const code = codeOf(fobs[0]!);
  const emulator = await desk.graph([...fobs, seeded], {
    faults: [
      {
        when: { path: fobs[1]!.user },
        fault: { kind: 'status', status: 400, code: `${code} ${seeded.secretKey} Bearer loopback` },
      },
    ],
  });
  const rows = fobs.map((fob) => [...rowOf(fob), '']);
  const input = await desk.write('in.csv', [
    [...HEADER, 'seed'],
    ...rows,
    [seeded.serialNumber, seeded.user, '', '', seeded.secretKey],
  ]);
  const { stdout, stderr, run } = await desk.enrol(emulator, input, [
    ...DRY,
    '--verbose',
    '--log',
    'run.log',
  ]);
  expect(run.statuses).toEqual(['would_enroll', 'unresolved', 'would_enroll', 'would_enroll']);
  const written = [
    stdout,
    stderr,
    run.results.text,
    run.recollect.text,
    run.summaryText,
    await desk.read('run.log'),
  ];
  const secrets = [...rows.map((row) => row[2]!), seeded.secretKey, codeOf(seeded), 'Bearer loopback'];
  const leaks = secrets.filter((secret) =>
    written.some((text) => new RegExp(`(?<![\\w.:-])${secret}`).test(text)),
  );
  expect(leaks).toEqual([]);
});
