import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, type TestContext } from 'vitest';
import type { EmulatorOptions, Fault, FaultRule, RequestLogEntry } from '../../src/emulator/index.js';
import { activations, Desk, rollout, test } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';
import type { RunFolder } from '../support/run-folder.js';
import { startUntrustedServer } from '../support/untrusted-server.js';

/** Status of the rows, exit code, activation calls that the server saw. */
type End = readonly [status: string | readonly string[], exitCode: number, activations: number];

interface FaultCase {
  readonly what: string;
  readonly faults: readonly FaultRule[];
  readonly end: End;
  /** Rows of the input, each with a user and a token of its own. */
  readonly rows: number;
  readonly args: readonly string[];
  readonly graph: EmulatorOptions;
  /** At least so long passes between the first two activation calls, ms. */
  readonly gapMs: number;
  /** Found in the summary's word of why the run stopped, or in the reason of the first row. */
  readonly says: RegExp;
  /** Tokens come into the inventory once the server runs, as new ones. */
  readonly isNew: boolean;
  /** The one doubt that the program leaves to Graph: it answers "later" to what it has done. */
  readonly saidLaterButDid: boolean;
}

const DONE: End = ['enrolled', 0, 1];
const SENT_AGAIN: End = ['enrolled', 0, 2];

const post = (fault: Fault, times = 1): FaultRule => ({ when: { method: 'POST' }, times, fault });
const get = (fault: Fault, times = 1): FaultRule => ({ when: { method: 'GET' }, times, fault });
type StatusFault = Extract<Fault, { kind: 'status' }>;
const status = (code: number, more: Partial<StatusFault> = {}): Fault => ({
  kind: 'status',
  status: code,
  ...more,
});

function when(
  what: string,
  faults: FaultRule | readonly FaultRule[],
  end: End,
  more: Partial<FaultCase> = {},
): FaultCase {
  const plain = { rows: 1, args: [], graph: {}, gapMs: 0, says: /^/, isNew: false, saidLaterButDid: false };
  return { what, faults: [faults].flat(), end, ...plain, ...more };
}

/** A call that was done and one that was not, each answered with the same fault. */
const doneOrNot = (
  what: string,
  fault: (acts: boolean) => Fault,
  more: Partial<FaultCase> = {},
): FaultCase[] => [
  when(`${what}, Graph had acted`, post(fault(true)), DONE, more),
  when(`${what}, Graph had not acted`, post(fault(false)), SENT_AGAIN, { gapMs: 9900, ...more }),
];

const AT = { Date: 'Mon, 02 Nov 2026 09:00:40 GMT' };
const IN_A_SECOND = ['--request-timeout', '1'];
const CLAIMS = Buffer.from('{"access_token":{"nbf":{"essential":true}}}').toString('base64');

const THROTTLED: readonly FaultCase[] = [
  when('429, whole seconds', post(status(429, { retryAfter: '1' })), SENT_AGAIN, { gapMs: 1000 }),
  when('429, a fraction', post(status(429, { retryAfter: '1.128' })), SENT_AGAIN, { gapMs: 1128 }),
  ...(
    [
      ['IMF-fixdate', 'Mon, 02 Nov 2026 09:00:42 GMT'],
      ['RFC 850', 'Monday, 02-Nov-26 09:00:42 GMT'],
      ['asctime', 'Mon Nov  2 09:00:42 2026'],
    ] as const
  ).map(([form, retryAfter]) =>
    when(`429, a date (${form})`, post(status(429, { retryAfter, headers: AT })), SENT_AGAIN, {
      gapMs: 2000,
    }),
  ),
  when('429 without Retry-After', post(status(429)), SENT_AGAIN, { gapMs: 750 }),
  when('429, nonsense', post(status(429, { retryAfter: 'soon' })), SENT_AGAIN, { gapMs: 750 }),
  when('429, no wait at all', post(status(429, { retryAfter: '0' })), SENT_AGAIN),
  when('429 with no wait, again and again', post(status(429, { retryAfter: '0' }), 3), ['enrolled', 0, 4]),
  when('429, a date gone by', post(status(429, { retryAfter: 'Mon, 02 Nov 2026 09:00:00 GMT' })), SENT_AGAIN),
  when('429, a wait that the code does not live through', post(status(429, { retryAfter: '130' })), [
    'expired',
    3,
    1,
  ]),
  ...['901', '86400', '9'.repeat(400), 'Fri, 31 Dec 2100 23:59:59 GMT'].map((retryAfter) =>
    when(
      `429, longer than --max-wait (${retryAfter.slice(0, 30)})`,
      { when: { method: 'POST', nth: 2 }, fault: status(429, { retryAfter }) },
      [['enrolled', 'not_attempted', 'not_attempted'], 5, 2],
      { rows: 3, args: ['--concurrency', '1'], says: /longer than the 900 s of --max-wait/ },
    ),
  ),
  when('429 though Graph had acted', post(status(429, { retryAfter: '1', acts: true })), SENT_AGAIN, {
    saidLaterButDid: true,
    says: /a look-up found the token active/,
  }),
  when('503 with Retry-After', post(status(503, { retryAfter: '1' })), SENT_AGAIN, { gapMs: 1000 }),
  when(
    '503 with Retry-After though Graph had acted',
    post(status(503, { retryAfter: '1', acts: true })),
    SENT_AGAIN,
    {
      saidLaterButDid: true,
      says: /a look-up found the token active/,
    },
  ),
  when(
    '429 to the look-up',
    [post(status(500, { acts: true })), get(status(429, { retryAfter: '1' }))],
    DONE,
  ),
];

const SERVER_FAILURES: readonly FaultCase[] = [
  ...[500, 502, 503, 504, 507, 509].flatMap((code) => doneOrNot(`${code}`, (acts) => status(code, { acts }))),
  ...[500, 502, 504].flatMap((code) =>
    doneOrNot(`${code} with Retry-After`, (acts) => status(code, { acts, retryAfter: '1' })),
  ),
  when('500 for ever', post(status(500), 99), ['not_attempted', 3, 3], { says: /failed 3 times \(HTTP 500/ }),
  when('500 to the look-up, once', [post(status(500, { acts: true })), get(status(500))], DONE),
  when(
    '500 to every look-up',
    [post(status(500, { acts: true })), get(status(500), 99)],
    ['unresolved', 4, 1],
    {
      says: /the look-up failed too \(HTTP 500/,
    },
  ),
];

const BROKEN_CONNECTIONS: readonly FaultCase[] = [
  ...doneOrNot('reset', (acts) => ({ kind: acts ? 'cut-after' : 'cut-before' })),
  ...doneOrNot('no answer in time', (acts) => ({ kind: 'hang', acts }), { args: IN_A_SECOND }),
  when('an answer slower than the time-out', post({ kind: 'drip', ms: 4000 }), DONE, {
    args: IN_A_SECOND,
    says: /a look-up found the token active/,
  }),
  when('an answer that drips, but in time', post({ kind: 'drip', ms: 300 }), DONE, { says: /^$/ }),
  when(
    'a look-up slower than the time-out',
    [post(status(500, { acts: true })), get({ kind: 'drip', ms: 4000 })],
    DONE,
    {
      args: IN_A_SECOND,
    },
  ),
  when('an answer that breaks off', post({ kind: 'truncated' }), DONE),
  when('a look-up that breaks off', [post(status(500, { acts: true })), get({ kind: 'truncated' })], DONE),
];

const ODD_ANSWERS: readonly FaultCase[] = [
  ...doneOrNot('500 that is not JSON', (acts) => status(500, { acts, body: 'text' })),
  ...doneOrNot('502, a web page', (acts) => status(502, { acts, body: 'html' })),
  ...doneOrNot('200, a web page', (acts) => status(200, { acts, body: 'html' })),
  ...doneOrNot('200 without a body', (acts) => status(200, { acts, body: 'empty' })),
  when('400 that is not JSON', post(status(400, { body: 'text' })), ['code_rejected', 3, 1]),
  when(
    'a look-up that is a web page',
    [post(status(500, { acts: true })), get(status(200, { body: 'html' }))],
    DONE,
  ),
  when(
    'look-ups that are no lists',
    [post(status(500, { acts: true })), get(status(200, { body: 'text' }), 99)],
    ['unresolved', 4, 1],
    { says: /not the list of tokens/ },
  ),
];

const REFUSED: readonly FaultCase[] = [
  when('401 once', post(status(401)), SENT_AGAIN),
  when(
    '401 once, with claims',
    post(
      status(401, {
        headers: { 'WWW-Authenticate': `Bearer error="insufficient_claims", claims="${CLAIMS}"` },
      }),
    ),
    SENT_AGAIN,
  ),
  when('401 for ever', post(status(401), 99), ['not_attempted', 5, 3], {
    says: /refused our sign-in \(HTTP 401\)/,
  }),
  when(
    '403 for one user',
    { when: { method: 'POST', nth: 1 }, fault: status(403, { code: 'accessDenied' }) },
    [['failed', 'enrolled', 'enrolled'], 4, 3],
    { rows: 3, args: ['--concurrency', '1'] },
  ),
  when(
    '403 for all',
    post(status(403, { code: 'Authorization_RequestDenied' }), 99),
    [[...times(5, 'failed'), ...times(3, 'not_attempted')], 5, 5],
    {
      rows: 8,
      args: ['--concurrency', '1'],
      says: /UserAuthenticationMethod\.ReadWrite\.All/,
    },
  ),
  when('404, no such user', [], ['failed', 4, 1], { graph: { users: [] }, says: /unknown user/ }),
  when('404 right after the token was created', [], SENT_AGAIN, {
    isNew: true,
    graph: { readLag: { newTokenCalls: 1 } },
    gapMs: 2900,
  }),
];

function times(count: number, text: string): string[] {
  return Array.from({ length: count }, () => text);
}

/** What the server saw of a run, and what stands in its folder. */
interface Played {
  readonly code: number | null;
  readonly run: RunFolder;
  readonly posts: readonly RequestLogEntry[];
}

/** All desks of the table: most of its rows wait for ten seconds, so they wait together. */
const desks: Desk[] = [];
const played = new Map<FaultCase, Promise<Played>>();
const AT_ONCE = 30;

async function newDesk(): Promise<Desk> {
  const desk = new Desk(await mkdtemp(join(tmpdir(), 'oath-enroll-')));
  desks.push(desk);
  return desk;
}

async function play({ faults, rows, args, graph, isNew }: FaultCase): Promise<Played> {
  const desk = await newDesk();
  const fobs = makeFobs(rows, { timeIntervalInSeconds: 60 });
  const emulator = await desk.graph(fobs, { faults, ...(isNew && { tokens: [] }), ...graph });
  if (isNew) for (const fob of fobs) emulator.tenant.create(fob);
  const input = await desk.write('in.csv', rollout(fobs));
  const { code, run } = await desk.enrol(emulator, input, ['--interval', '60', ...args]);
  return { code, run, posts: activations(emulator) };
}

/** Calls for a token that Graph had taken by then. */
function sentThoughTaken(posts: readonly RequestLogEntry[]): (string | undefined)[] {
  const taken = new Set<string | undefined>();
  return posts.flatMap(({ serial, acted }) => {
    const isLate = taken.has(serial);
    if (acted) taken.add(serial);
    return isLate ? [serial] : [];
  });
}

const TABLE: readonly (readonly [string, readonly FaultCase[]])[] = [
  ['Graph says “later”', THROTTLED],
  ['Graph fails', SERVER_FAILURES],
  ['the connection breaks', BROKEN_CONNECTIONS],
  ['something else than Graph’s answer comes', ODD_ANSWERS],
  ['Graph refuses', REFUSED],
];

describe('the fault table: one fault, the status and exit code that it ends in, and how often Graph is asked to activate', () => {
  beforeAll(() => {
    const limit = pLimit(AT_ONCE);
    for (const fault of TABLE.flatMap(([, cases]) => cases)) {
      const end = limit(() => play(fault));
      // Each test tells of its own.
      end.catch(() => undefined);
      played.set(fault, end);
    }
  });
  afterAll(async () => {
    await Promise.allSettled(played.values());
    await Promise.all(desks.map((desk) => desk.close()));
  }, 120_000);

  describe.each(TABLE)('%s', (_, cases) => {
    test.each(cases.map((fault) => [titleOf(fault), fault] as const))(
      '%s',
      { timeout: 120_000 },
      async (_title, fault) => {
        const { code, run, posts } = await played.get(fault)!;

        const [, exitCode, calls] = fault.end;
        expect([run.statuses, code, posts.length]).toEqual([statusesOf(fault), exitCode, calls]);
        expect(run.summary.stopped ?? run.results.records[0]?.['reason']).toMatch(fault.says);
        expect(sentThoughTaken(posts)).toEqual(fault.saidLaterButDid ? [posts[0]?.serial] : []);
        const [first, second] = posts.map(({ atMs }) => atMs);
        if (fault.gapMs > 0) expect(second! - first!).toBeGreaterThanOrEqual(fault.gapMs);
      },
    );
  });
});

function titleOf({ what, end: [statuses, exitCode, calls] }: FaultCase): string {
  const ends = [...new Set([statuses].flat())].join(' and ');
  return `${what}: ${ends}, exit code ${exitCode}, asked ${calls}x`;
}

function statusesOf({ rows, end: [statuses] }: FaultCase): readonly string[] {
  return typeof statuses === 'string' ? times(rows, statuses) : statuses;
}

describe('a redirect is not followed: nothing, and no token, leaves for where it leads', () => {
  test.concurrent.for([
    ['POST', 301],
    ['POST', 302],
    ['POST', 307],
    ['POST', 308],
    ['GET', 302],
  ] as const)('%s, %i', async ([method, code], { desk }) => {
    const fobs = makeFobs(1, { timeIntervalInSeconds: 60 });
    const stranger = await desk.graph(fobs);
    const away = status(code, { location: `${stranger.url}/users`, body: 'empty' });
    const faults = method === 'POST' ? [post(away)] : [post(status(500, { acts: true })), get(away)];
    const emulator = await desk.graph(fobs, { faults });
    const input = await desk.write('in.csv', rollout(fobs));

    const { code: exitCode, run } = await desk.enrol(emulator, input, ['--interval', '60']);

    expect([run.statuses, exitCode]).toEqual([['enrolled'], 0]);
    expect(activations(emulator)).toHaveLength(method === 'POST' ? 2 : 1);
    expect(stranger.requests()).toEqual([]);
  });
});

/** Makes every name unknown, as a resolver without a network does. */
const NO_NAMES = `
  import { createRequire } from 'node:module';
  createRequire(process.cwd() + '/')('node:dns').lookup = (host, options, done) => {
    const error = new Error('getaddrinfo ENOTFOUND ' + host);
    process.nextTick(done ?? options, Object.assign(error, { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: host }));
  };
`;

describe('Graph cannot be reached: the run ends with exit code 5, and no code was sent', () => {
  test.concurrent.for<
    [
      what: string,
      says: RegExp,
      where: (url: string, context: Pick<TestContext, 'onTestFinished'>) => Promise<string> | string,
      env?: Record<string, string>,
    ]
  >([
    ['nothing listens', /ECONNREFUSED/, async () => `http://127.0.0.1:${await freePort()}/beta`],
    [
      'the name is unknown',
      /ENOTFOUND localhost/,
      (url) => url.replace('127.0.0.1', 'localhost'),
      { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(NO_NAMES)}` },
    ],
    ['no TLS is spoken there', /SSL|TLS/, (url) => url.replace('http:', 'https:')],
    [
      'nobody trusts its certificate',
      /self.signed certificate/,
      (_, context) => startUntrustedServer(context),
    ],
  ])('%s', async ([, says, where, env], { desk, onTestFinished }) => {
    const fobs = makeFobs(2);
    const emulator = await desk.graph(fobs);
    const input = await desk.write('in.csv', rollout(fobs));
    const url = await where(emulator.url, { onTestFinished });

    const args = ['run', input, '--graph-url', url, '--run-id', 'r1'];
    const { code, stderr } = await desk.call(args, env && { env });

    const run = await desk.readRun();
    expect([run.statuses, code]).toEqual([times(2, 'not_attempted'), 5]);
    expect(run.recollect.rows).toHaveLength(2);
    expect(run.summary.stopped).toMatch(/out of reach/);
    expect(run.summary.stopped).toMatch(says);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(emulator.requests()).toEqual([]);
  });
});

/** A port on which nothing listens: one that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
