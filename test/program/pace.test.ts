import { describe, expect } from 'vitest';
import type { Emulator, EmulatorOptions, RequestLogEntry } from '../../src/emulator/index.js';
import { rollout, test } from '../support/desk.js';
import { codeOf, makeFobs, type Fob } from '../support/fob.js';
import type { JournalEvent } from '../support/run-folder.js';

/**
 * The shortest block here is 1 s. What was on the wire when the refusal left arrives within the latency, plus what
 * two busy cores may take to hand it over.
 */
const ON_THE_WIRE_MS = 300;

const disobedient = (calls: readonly RequestLogEntry[]): RequestLogEntry[] =>
  calls.filter(({ early, blockAgeMs = 0 }) => early && blockAgeMs > ON_THE_WIRE_MS);

/** Calls that left, by the program's own journal, inside a wait that an answer before them had asked for. */
function leftTooEarly(journal: readonly JournalEvent[]): number {
  const answers = journal.filter(({ type }) => type === 'answer');
  const asked = answers
    .filter(({ retryAfter }) => retryAfter !== undefined)
    .map(({ atMs = 0, retryAfter }) => ({ atMs, untilMs: atMs + Number(retryAfter) * 1000 }));
  // The journal reads the wall clock and the gate another one: they may differ by a tick.
  return answers.filter(({ sentAtMs = 0 }) =>
    asked.some(({ atMs, untilMs }) => atMs < sentAtMs && sentAtMs < untilMs - 2),
  ).length;
}

const LIMITS: readonly (readonly [name: string, graph: EmulatorOptions])[] = [
  ['token bucket', { throttle: { kind: 'bucket', ratePerS: 2, burst: 4 } }],
  ['fixed window', { throttle: { kind: 'window', calls: 5, windowMs: 2500 } }],
  [
    'fixed window, fractional seconds',
    { throttle: { kind: 'window', calls: 5, windowMs: 2500 }, retryAfter: 'fractional' },
  ],
  [
    'sliding window, HTTP dates',
    { throttle: { kind: 'sliding', calls: 5, windowMs: 2500 }, retryAfter: 'http-date' },
  ],
  [
    'one that punishes early calls',
    {
      throttle: {
        ...{ kind: 'punishing', of: { kind: 'bucket', ratePerS: 2, burst: 4 } },
        ...{ blockMs: 1500, penaltyMs: 1000 },
      },
    },
  ],
];

/** More than any of the limits lets through at the pace at which the program begins. */
const ROWS = 16;

describe('under a limit of Graph', () => {
  test.concurrent.for(LIMITS)(
    '%s, one call at a time: none arrives before its time, and all are enrolled',
    async ([, graph], { desk }) => {
      const fobs = makeFobs(ROWS);
      const emulator = await desk.graph(fobs, { ...graph, latencyMs: 20 });
      const input = await desk.write('in.csv', rollout(fobs));

      const { code, run } = await desk.enrol(emulator, input, ['--concurrency', '1']);

      const refused = emulator.requests().filter(({ status }) => status === 429);
      expect(refused.length).toBeGreaterThan(0);
      expect(emulator.requests().filter(({ early }) => early)).toEqual([]);
      expect([code, run.summary.counts['enrolled']]).toEqual([0, ROWS]);
      expect(run.summary).toMatchObject({ refusals: refused.length, calls: emulator.requests().length });
      expect(run.summary.waitedMs).toBeGreaterThan(0);
    },
  );

  test.concurrent.for(LIMITS)(
    '%s, many calls in flight: none leaves once a refusal has come, and all are enrolled',
    async ([, graph], { desk }) => {
      const fobs = makeFobs(ROWS);
      const emulator = await desk.graph(fobs, { ...graph, latencyMs: 20 });
      const input = await desk.write('in.csv', rollout(fobs));

      const { code, run } = await desk.enrol(emulator, input);

      expect(emulator.requests().some(({ status }) => status === 429)).toBe(true);
      expect(disobedient(emulator.requests())).toEqual([]);
      if (graph.retryAfter !== 'http-date') expect(leftTooEarly(run.journal)).toBe(0);
      expect([code, run.summary.counts['enrolled']]).toEqual([0, ROWS]);
      const taken = emulator.requests().filter(({ acted }) => acted);
      expect(new Set(taken.map(({ serial }) => serial)).size).toBe(ROWS);
      expect(taken).toHaveLength(ROWS);
    },
  );

  test.concurrent('what was learned of it is kept for the next run, by API root', async ({ desk }) => {
    const fobs = makeFobs(ROWS);
    const emulator = await desk.graph(fobs, {
      throttle: { kind: 'window', calls: 5, windowMs: 2500 },
      latencyMs: 20,
    });
    const { stderr } = await desk.enrol(emulator, await desk.write('in.csv', rollout(fobs)));
    expect(stderr).toMatch(/^16 codes, all can still make it\.$/m);
    const memory = JSON.parse(await desk.read('reports/.pace.json')) as { paces: Record<string, unknown> };
    expect(Object.keys(memory.paces)).toEqual([`${emulator.url} /`]);
  });

  test.concurrent('control: a client that calls on is seen to', async ({ desk }) => {
    const fobs = makeFobs(ROWS);
    const emulator = await desk.graph(fobs, {
      throttle: { kind: 'window', calls: 5, windowMs: 2500 },
      latencyMs: 20,
    });
    await callOn(emulator, fobs);
    expect(disobedient(emulator.requests()).length).toBeGreaterThan(0);
  });
});

describe('our own ceiling, --rate', () => {
  const WINDOW_MS = 2000;
  /** The most calls that fell into any stretch of the window, as the server saw them. */
  const mostInAWindow = (atMs: readonly number[], windowMs: number): number =>
    Math.max(...atMs.map((from) => atMs.filter((at) => at >= from && at < from + windowMs).length));

  test.concurrent(
    'is passed in no stretch of time, by activations and look-ups together',
    async ({ desk }) => {
      const fobs = makeFobs(8);
      const emulator = await desk.graph(fobs, { refusals: 'vague' });
      // Every other user is unknown, which takes a look-up to tell.
      const rows = rollout(fobs).map((row, at) =>
        at > 0 && at % 2 === 0 ? row.with(1, `no.${row[1]}`) : row,
      );
      const input = await desk.write('in.csv', rows);

      const { run } = await desk.enrol(emulator, input, ['--rate', `5/${WINDOW_MS / 1000}`]);

      const calls = emulator.requests();
      expect(calls.length).toBeGreaterThan(8);
      expect(run.summary.counts).toMatchObject({ enrolled: 4, failed: 4 });
      // The way to the server may shorten a gap by the time that the first call takes to connect.
      expect(
        mostInAWindow(
          calls.map(({ atMs }) => atMs),
          WINDOW_MS - 250,
        ),
      ).toBeLessThanOrEqual(5);
      const sent = run.journal.flatMap(({ sentAtMs }) => sentAtMs ?? []);
      expect(mostInAWindow(sent, WINDOW_MS - 5)).toBeLessThanOrEqual(5);
    },
  );

  test.concurrent('control: without it, more calls fall into such a stretch', async ({ desk }) => {
    const fobs = makeFobs(8);
    const emulator = await desk.graph(fobs);
    await desk.enrol(emulator, await desk.write('in.csv', rollout(fobs)));
    const calls = emulator.requests().map(({ atMs }) => atMs);
    expect(mostInAWindow(calls, WINDOW_MS - 250)).toBeGreaterThan(5);
  });
});

/** Four workers that try each token until it is taken, however often they are told to wait. */
async function callOn(emulator: Emulator, fobs: readonly Fob[]): Promise<void> {
  const left = [...fobs];
  const work = async (): Promise<void> => {
    for (let fob = left.pop(); fob !== undefined;) {
      const path = `users/${fob.user}/authentication/hardwareOathMethods/assignAndActivateBySerialNumber`;
      const { status } = await fetch(`${emulator.url}/${path}`, {
        method: 'POST',
        headers: { Authorization: 'Bearer b', 'Content-Type': 'application/json' },
        body: JSON.stringify({ serialNumber: fob.serialNumber, verificationCode: codeOf(fob) }),
      });
      if (status === 204) fob = left.pop();
    }
  };
  await Promise.all([work(), work(), work(), work()]);
}
