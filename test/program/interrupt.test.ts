import { describe, expect, vi } from 'vitest';
import { activations, rollout, test, times } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';
import { bySeed, resume, started } from './interrupted.js';

describe('SIGINT', { timeout: 180_000 }, () => {
  test.concurrent('tells how to go on, and lets calls in flight finish', async ({ desk }) => {
    const fobs = makeFobs(4);
    const emulator = await desk.graph(fobs, {
      faults: [{ when: { nth: 1 }, fault: { kind: 'latency', afterMs: 700 } }],
    });
    const program = await started(desk, emulator, await desk.write('in.csv', bySeed(fobs)), 1);

    program.signal('SIGINT');
    const { code, stdout } = await program.exit;

    expect(code).toBe(130);
    expect(stdout).toContain(
      'Finish the run, and send what still lives, with\n  npx oath-enroll resume reports/r1\n',
    );
    expect((await desk.readRun()).statuses).toEqual(['enrolled', ...times(3, 'not_attempted')]);
    expect(activations(emulator)).toHaveLength(1);
  });

  test.concurrent('waits 10 s at most for an answer that does not come', async ({ desk }) => {
    const fobs = makeFobs(3);
    const emulator = await desk.graph(fobs, {
      faults: [{ when: { nth: 1 }, fault: { kind: 'hang', acts: true } }],
    });
    const input = await desk.write('in.csv', bySeed(fobs));
    const program = await started(desk, emulator, input, 1, ['--request-timeout', '120']);

    const fromMs = Date.now();
    program.signal('SIGINT');
    const { code } = await program.exit;

    expect(code).toBe(130);
    expect(Date.now() - fromMs).toBeGreaterThanOrEqual(9900);
    // The call itself has two minutes.
    expect(Date.now() - fromMs).toBeLessThan(90_000);
    expect((await desk.readRun()).statuses).toEqual(['unresolved', ...times(2, 'not_attempted')]);
    const { code: resumed, run } = await resume(desk);
    expect([resumed, run.statuses]).toEqual([0, times(3, 'enrolled')]);
    expect(activations(emulator)).toHaveLength(3);
  });

  test.concurrent('a second time ends the run at once; it can be resumed all the same', async ({ desk }) => {
    const fobs = makeFobs(3);
    const emulator = await desk.graph(fobs, {
      faults: [{ when: { nth: 2 }, fault: { kind: 'hang', acts: true } }],
    });
    const program = await started(desk, emulator, await desk.write('in.csv', bySeed(fobs)), 2);

    const fromMs = Date.now();
    // Two signals of a kind may become one: the second is sent until it is heeded.
    const again = setInterval(() => program.signal('SIGINT'), 100);
    const { code } = await program.exit;
    clearInterval(again);

    expect(code).toBe(130);
    expect(Date.now() - fromMs).toBeLessThan(9000);
    const { code: resumed, run } = await resume(desk);
    expect([resumed, run.statuses]).toEqual([0, times(3, 'enrolled')]);
    expect(activations(emulator)).toHaveLength(3);
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
