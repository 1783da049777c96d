import { describe, expect, vi } from 'vitest';
import { activations, rollout, test } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';

const times = (count: number, status: string): string[] => Array.from({ length: count }, () => status);

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
