import { describe, expect } from 'vitest';
import { activations, test } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';
import { bySeed, resume, started } from './interrupted.js';

const times = (count: number, status: string): string[] => Array.from({ length: count }, () => status);

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
