import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, vi } from 'vitest';
import { activations, rollout, test } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';

const times = (count: number, status: string): string[] => Array.from({ length: count }, () => status);

describe('a run that cannot go on ends with exit code 5 and tells of every row', () => {
  test.concurrent(
    'not allowed: after five users were refused, nobody else is asked for',
    async ({ desk }) => {
      const fobs = makeFobs(8);
      const emulator = await desk.graph(fobs, { forbidden: { users: 'all' } });
      const input = await desk.write('in.csv', rollout(fobs));

      const { code, run } = await desk.enrol(emulator, input, ['--concurrency', '1']);

      expect(code).toBe(5);
      expect(emulator.requests().map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
      expect(run.statuses).toEqual([...times(5, 'failed'), ...times(3, 'not_attempted')]);
      expect(run.summary.stopped).toContain('UserAuthenticationMethod.ReadWrite.All');
    },
  );

  test.concurrent(
    'not allowed for some users only: their rows fail, the others are enrolled',
    async ({ desk }) => {
      const fobs = makeFobs(6);
      const denied = fobs.slice(0, 4).map(({ user }) => user);
      const emulator = await desk.graph(fobs, { forbidden: { users: denied } });
      const input = await desk.write('in.csv', rollout(fobs));

      const { code, run } = await desk.enrol(emulator, input);

      expect([code, run.statuses]).toEqual([4, [...times(4, 'failed'), ...times(2, 'enrolled')]]);
    },
  );

  test.concurrent.for([1, 4])('out of reach: nothing listens at the URL, %i rows', async (rows, { desk }) => {
    const input = await desk.write('in.csv', rollout(makeFobs(rows)));
    const url = `http://127.0.0.1:${await freePort()}/beta`;

    const { code, stderr } = await desk.call(['run', input, '--graph-url', url, '--run-id', 'r1']);

    const run = await desk.readRun();
    expect([code, run.statuses]).toEqual([5, times(rows, 'not_attempted')]);
    expect(run.recollect.rows).toHaveLength(rows);
    expect(run.summary.stopped).toContain('out of reach');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test.concurrent('a longer wait than --max-wait ends it at once, and is not cut short', async ({ desk }) => {
    const fobs = makeFobs(5);
    const emulator = await desk.graph(fobs, {
      faults: [{ when: { nth: 3 }, fault: { kind: 'status', status: 429, retryAfter: '61' } }],
    });
    const input = await desk.write('in.csv', rollout(fobs));

    const { code, run } = await desk.enrol(emulator, input, ['--max-wait', '60', '--concurrency', '1']);

    expect([code, run.statuses]).toEqual([5, [...times(2, 'enrolled'), ...times(3, 'not_attempted')]]);
    expect(emulator.requests()).toHaveLength(3);
    expect(run.summary.stopped).toContain('61 s');
  });
});

describe('an interrupted run', () => {
  test.concurrent.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s: lets the call in flight finish, writes results, ends with %i',
    async ([signal, exitCode], { desk }) => {
      const fobs = makeFobs(4);
      const emulator = await desk.graph(fobs, { faults: [{ fault: { kind: 'latency', afterMs: 700 } }] });
      const input = await desk.write('in.csv', rollout(fobs));
      const program = desk.start([
        ...['run', input, '--graph-url', emulator.url, '--run-id', 'r1'],
        ...['--concurrency', '1', '--json'],
      ]);
      await vi.waitFor(() => expect(emulator.requests()).toHaveLength(1), { timeout: 10_000 });

      program.signal(signal);
      const { code, stdout } = await program.exit;

      const run = await desk.readRun();
      expect(code).toBe(exitCode);
      expect(activations(emulator)).toHaveLength(1);
      expect(run.statuses).toEqual(['enrolled', ...times(3, 'not_attempted')]);
      expect(run.recollect.rows).toHaveLength(3);
      expect(run.summary.exitCode).toBe(exitCode);
      expect(stdout).toBe(run.summaryText);
    },
  );

  test.concurrent('a second signal ends it at once', async ({ desk }) => {
    const fobs = makeFobs(2);
    const emulator = await desk.graph(fobs, { faults: [{ fault: { kind: 'hang' } }] });
    const input = await desk.write('in.csv', rollout(fobs));
    const program = desk.start(['run', input, '--graph-url', emulator.url, '--verbose']);
    await vi.waitFor(() => expect(emulator.requests()).toHaveLength(2), { timeout: 10_000 });

    // Signals that are not yet handled do not queue: ask again until it is gone.
    await vi.waitFor(() => {
      program.signal('SIGINT');
      expect(program.isRunning).toBe(false);
    });

    expect((await program.exit).code).toBe(130);
  });

  test.concurrent('while rows come through a pipe that nobody closes', async ({ desk }) => {
    const fobs = makeFobs(1);
    const emulator = await desk.graph(fobs);
    const program = desk.start(['run', '-', '--graph-url', emulator.url, '--run-id', 'r1']);
    program.write(
      `serialNumber,user,seed\n${fobs[0]!.serialNumber},${fobs[0]!.user},${fobs[0]!.secretKey}\n`,
    );
    await vi.waitFor(() => expect(emulator.requests()).toHaveLength(1), { timeout: 10_000 });

    program.signal('SIGTERM');

    expect((await program.exit).code).toBe(143);
    expect((await desk.readRun()).statuses).toEqual(['enrolled']);
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
