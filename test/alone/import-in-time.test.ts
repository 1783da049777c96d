import { expect, vi } from 'vitest';
import { test, times } from '../support/desk.js';
import { makeFobs, usersOf } from '../support/fob.js';
import { devices, vendorFile } from '../support/vendor-file.js';

/** A part of the tokens' step of a minute, so that each window begins as far from a step's end as the first one. */
const WINDOW_S = 20;
/** No code is made of a seed in the last three seconds of its step; a start takes up to two more. */
const BEFORE_END_S = 5;

test(
  '500 tokens of a vendor’s file, imported and enrolled, killed and resumed twice, take no longer than the limit demands',
  { timeout: 300_000 },
  async ({ desk }) => {
    // Not a part of a thousand: of calls that a kill cut off nobody knows whether they were counted, and that shall cost no window.
    const CALLS = 300;
    const fullWindows = Math.floor(1000 / CALLS);
    const fobs = makeFobs(500, { timeIntervalInSeconds: 60 });
    const emulator = await desk.graph([], {
      users: usersOf(fobs),
      throttle: { kind: 'window', calls: CALLS, windowMs: WINDOW_S * 1000 },
      throttleCounts: 'writes',
      // As Microsoft’s sample has it; whole seconds would cost up to one in each of these short windows.
      retryAfter: 'fractional',
    });
    const input = await desk.write('vendor.csv', vendorFile(fobs));
    const taken = () =>
      emulator.requests().filter(({ method, status }) => method === 'POST' && status < 300 && status > 200);
    const upTo = (count: number) =>
      vi.waitFor(() => expect(taken().length).toBeGreaterThanOrEqual(count), {
        timeout: 120_000,
        interval: 20,
      });

    const intoWindowS = () => (Date.now() / 1000) % WINDOW_S;
    await vi.waitFor(() => expect(intoWindowS()).toBeLessThan(WINDOW_S - BEFORE_END_S), { timeout: 10_000 });
    let program = desk.start(['run', input, '--import', '--graph-url', emulator.url, '--run-id', 'r1']);
    program.endInput();
    for (const count of [150, 520]) {
      await upTo(count);
      program.signal('SIGKILL');
      await program.exit;
      program = desk.start(['resume', 'reports/r1']);
      program.endInput();
    }
    const { code } = await program.exit;

    const run = await desk.readRun();
    expect([code, run.statuses]).toEqual([0, times(500, 'enrolled')]);
    expect(devices(emulator)).toHaveLength(500);
    expect(devices(emulator).every(({ status }) => status === 'activated')).toBe(true);
    // Nothing doubled: each token was created once and activated once.
    expect(taken()).toHaveLength(1000);
    const atMs = taken().map((request) => request.atMs);
    const tookMs = Math.max(...atMs) - Math.min(...atMs);
    expect(tookMs / (fullWindows * WINDOW_S * 1000)).toBeLessThanOrEqual(1.05);
  },
);
