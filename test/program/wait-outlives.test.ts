import { describe, expect } from 'vitest';
import type { Emulator, EmulatorOptions } from '../../src/emulator/index.js';
import { test } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';
import { bySeed, journaled, killed, resume, started } from './interrupted.js';

const WAIT_S = 6;
const ROWS = 4;

/** The second call is refused, and told to wait for so long; without a figure, it gets no answer. */
const secondIsRefused = (waitS: number | undefined): EmulatorOptions => ({
  faults: [
    {
      when: { nth: 2 },
      fault:
        waitS === undefined
          ? { kind: 'hang', acts: true }
          : { kind: 'status', status: 429, retryAfter: String(waitS) },
    },
  ],
});

/** How long after the second call the third came, by the server's log. */
function thirdAfterMs(emulator: Emulator): number {
  const [, second, third] = emulator.requests();
  return third!.atMs - second!.atMs;
}

describe('a wait that Graph asked for outlives the process that was told', { timeout: 180_000 }, () => {
  test.concurrent('of a run that was killed: its resumption obeys', async ({ desk }) => {
    const fobs = makeFobs(ROWS);
    const emulator = await desk.graph(fobs, secondIsRefused(WAIT_S));
    const input = await desk.write('in.csv', bySeed(fobs));
    const program = await started(desk, emulator, input, 2);
    await journaled(desk, '"httpStatus":429');
    program.signal('SIGKILL');
    await program.exit;

    const { code } = await resume(desk);

    expect(code).toBe(0);
    expect(thirdAfterMs(emulator)).toBeGreaterThanOrEqual(WAIT_S * 1000);
  });

  test.concurrent('control: where nobody asked for a wait, it calls at once', async ({ desk }) => {
    const fobs = makeFobs(ROWS);
    const emulator = await desk.graph(fobs, secondIsRefused(undefined));
    await killed(desk, emulator, await desk.write('in.csv', bySeed(fobs)), 2);

    const { code, run } = await resume(desk);

    expect(code).toBe(0);
    // How long the program took to start is no wait.
    const signedInAtMs = run.journal.findLast(({ type }) => type === 'signed_in')!.atMs!;
    const next = run.journal.find(({ type, atMs = 0 }) => type === 'answer' && atMs > signedInAtMs);
    expect(next!.sentAtMs! - signedInAtMs).toBeLessThan(WAIT_S * 1000);
  });

  /** A run that ended as the wait was longer than it would sit out. */
  const stopped = async (desk: Parameters<typeof resume>[0], waitS: number) => {
    const fobs = makeFobs(ROWS);
    const emulator = await desk.graph(fobs, secondIsRefused(waitS));
    const input = await desk.write('in.csv', bySeed(fobs));
    const { code } = await desk.enrol(emulator, input, ['--concurrency', '1', '--max-wait', '2']);
    expect([code, emulator.requests().length]).toEqual([5, 2]);
    return { emulator, input };
  };

  test.concurrent('of a run that ended by --max-wait: a new run obeys', async ({ desk }) => {
    const { emulator, input } = await stopped(desk, WAIT_S);

    const { code, run } = await desk.enrol(emulator, input, [], 'r2');

    expect(code).toBe(0);
    expect(thirdAfterMs(emulator)).toBeGreaterThanOrEqual(WAIT_S * 1000);
    expect(run.statuses[0]).toBe('already_enrolled');
  });

  test.concurrent('control: one that keeps its reports elsewhere knows of no wait', async ({ desk }) => {
    const { emulator, input } = await stopped(desk, 600);

    const { code } = await desk.call(['run', input, '--graph-url', emulator.url, '--reports', 'elsewhere']);

    expect(code).toBe(0);
    expect(thirdAfterMs(emulator)).toBeLessThan(600_000);
  });

  test.concurrent(
    'and is too long for a new run, too, and for a resumption: both end at once',
    async ({ desk }) => {
      const { emulator, input } = await stopped(desk, 600);

      const refusedAtMs = emulator.requests()[1]!.atMs;
      const leftS = (): number => 600 - (Date.now() - refusedAtMs) / 1000;
      const mostS = Math.ceil(leftS());
      const again = await desk.enrol(emulator, input, ['--max-wait', '2'], 'r2');
      const leastS = leftS();
      const resumption = await resume(desk);

      expect([again.code, resumption.code]).toEqual([5, 5]);
      const told = /Graph asks to wait (\d\d\d) s, longer than the 2 s of --max-wait/;
      const waitS = Number(told.exec(again.run.summary.stopped ?? '')?.[1]);
      expect(waitS).toBeGreaterThanOrEqual(leastS);
      expect(waitS).toBeLessThanOrEqual(mostS);
      expect(resumption.run.summary.stopped).toContain('--max-wait');
      expect(emulator.requests()).toHaveLength(2);
    },
  );
});
