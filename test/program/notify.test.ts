import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, type TestContext } from 'vitest';
import { notifier } from '../../src/cli/telling/notify.js';
import type { Summary } from '../../src/model/summary.js';
import { rollout, test, type Desk } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';
import { startUntrustedServer } from '../support/untrusted-server.js';
import { VirtualClock } from '../support/virtual-clock.js';

/** What many services put into the address instead of a credential. */
const KEY = 'k3y-of-the-webhook';

interface Post {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server that is told summaries, and what it was told. */
async function listen(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  answer: (response: ServerResponse) => void,
): Promise<{ url: string; posts: Post[] }> {
  const posts: Post[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      posts.push({ headers: request.headers, body });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/${KEY}`, posts };
}

async function runWith(desk: Desk, args: readonly string[], env?: Readonly<Record<string, string>>) {
  const fobs = makeFobs(2);
  const emulator = await desk.graph(fobs);
  const input = await desk.write('in.csv', rollout(fobs));
  const run = ['run', input, '--graph-url', emulator.url, '--run-id', 'r1', '--log', 'run.log'];
  const exit = await desk.call([...run, ...args], env && { env });
  const texts = await Promise.all((await desk.files()).map((name) => desk.read(name)));
  return { ...exit, said: [exit.stdout, exit.stderr, ...texts].join('\n'), fobs };
}

describe('--notify', { timeout: 60_000 }, () => {
  test.concurrent.for(['option', 'variable'])(
    'posts the counts, and nothing that names a token or a user: by %s',
    async (by, { desk, onTestFinished }) => {
      const { url, posts } = await listen({ onTestFinished }, (response) => response.writeHead(202).end());
      const { code, said, fobs } = await (by === 'option'
        ? runWith(desk, ['--notify', url])
        : runWith(desk, [], { OATH_ENROLL_NOTIFY: url }));

      expect([code, posts.length]).toEqual([0, 1]);
      const [{ headers, body }] = posts as [Post];
      expect(headers).toMatchObject({ 'content-type': 'application/json' });
      expect(headers.authorization).toBeUndefined();
      expect(JSON.parse(body)).toMatchObject({
        ...{ runId: 'r1', rows: 2, needsRecollection: 0, exitCode: 0, stopped: false },
        counts: { enrolled: 2, failed: 0 },
      });
      for (const { serialNumber, user } of fobs) {
        expect(body).not.toContain(serialNumber);
        expect(body).not.toContain(user);
      }
      expect(body).not.toContain('options');
      expect(said).not.toContain(KEY);
    },
  );

  test.concurrent(
    'what fails there is told, by host alone, and costs the run nothing',
    async ({ desk, onTestFinished }) => {
      const { url } = await listen({ onTestFinished }, (response) => response.writeHead(500).end());
      const { code, stderr, said } = await runWith(desk, ['--notify', url]);
      expect(code).toBe(0);
      expect(stderr).toContain(
        `The summary could not be posted to ${new URL(url).host}: it answered HTTP 500.\n`,
      );
      expect(said).not.toContain(KEY);
    },
  );

  test.concurrent.for([
    `http://hooks.example/${KEY}`,
    `ftp://127.0.0.1/${KEY}`,
    `http://127.0.0.1.example/${KEY}`,
    KEY,
  ])('%s is refused without being repeated', async (address, { desk }) => {
    const { code, stderr } = await desk.call(['run', 'in.csv', '--notify', address]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--notify takes an https URL')]);
    expect(stderr).not.toContain(KEY);
  });
});

describe('a post that does not come through', () => {
  const SUMMARY = { runId: 'r1', counts: {}, stopped: null } as unknown as Summary;

  async function told(url: string, clock = new VirtualClock()) {
    let stderr = '';
    const io = { env: {}, stderr: { write: (text: string) => (stderr += text) } } as never;
    const posted = notifier(url, io, clock)!(SUMMARY);
    return { posted, stderr: () => stderr, clock };
  }

  test('for nobody answers is given up after ten seconds', async ({ onTestFinished }) => {
    let arrived = (): void => undefined;
    const hasArrived = new Promise<void>((resolve) => (arrived = resolve));
    const { url } = await listen({ onTestFinished }, () => arrived());
    const { posted, stderr, clock } = await told(url);
    await hasArrived;
    await clock.advance(9999);
    expect(stderr()).toBe('');
    await clock.advance(1);
    await posted;
    expect(stderr()).toMatch(
      /^The summary could not be posted to 127\.0\.0\.1:\d+: no answer within 10 s\.\n$/,
    );
  });

  test('for its redirect is not followed', async ({ onTestFinished }) => {
    const other = await listen({ onTestFinished }, (response) => response.end());
    const { url } = await listen({ onTestFinished }, (response) =>
      response.writeHead(307, { location: other.url }).end(),
    );
    const { posted, stderr } = await told(url);
    await posted;
    expect([stderr(), other.posts]).toEqual([expect.stringContaining('HTTP 307'), []]);
  });

  test('for its certificate is not trusted', async ({ onTestFinished }) => {
    const { posted, stderr } = await told(await startUntrustedServer({ onTestFinished }));
    await posted;
    expect(stderr()).toMatch(/it cannot be reached \([A-Z_]+\)/);
  });

  test('for nobody listens', async () => {
    const { posted, stderr } = await told(`http://127.0.0.1:9/${KEY}`);
    await posted;
    expect(stderr()).toBe(
      'The summary could not be posted to 127.0.0.1:9: it cannot be reached (ECONNREFUSED).\n',
    );
  });
});
