import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyScenario } from './arbitraries.js';
import type { Client } from './client.js';
import { dispatcherClient } from './dispatcher-client.js';
import type { LimitSpec } from './limit-spec.js';
import { DeafThrottle, StuckThrottle } from './other-throttles.js';
import { keepsItsPromises, play } from './play.js';
import { brokenPromises, simulate, type Scenario } from './simulate.js';
import type { SimGraph } from './world.js';

const busy: Scenario = {
  limit: { kind: 'bucket', perS: 5, burst: 10 },
  workload: { kind: 'wave', load: 2.3, seeds: 0.05 },
  network: { oneWayMs: 40 },
  seed: 7,
};

describe('whatever Graph does', () => {
  it('keeps every promise: no call inside a Retry-After, no dead code, no token twice, one outcome a row', () =>
    fc.assert(
      fc.asyncProperty(anyScenario, (scenario) => play(scenario, keepsItsPromises)),
      { numRuns: 150 },
    ));

  it('plays the same scenario alike, call by call', () =>
    fc.assert(
      fc.asyncProperty(anyScenario, async (scenario) => {
        const first = await simulate(scenario);
        await play(scenario, (second) => expect(second).toEqual(first));
      }),
      { numRuns: 20 },
    ));
});

describe('the watch over the promises', () => {
  const brokenBy = async (client: Client, scenario = busy): Promise<string> =>
    brokenPromises(await simulate(scenario, client)).join('\n');

  it('sees a throttle that does not listen', async () => {
    const deaf = dispatcherClient({ throttle: () => new DeafThrottle(80) });
    const penalty: LimitSpec = { kind: 'penalty', of: busy.limit, seconds: 10 };
    expect(await brokenBy(deaf, { ...busy, limit: penalty })).toMatch(/inside a Retry-After/);
    expect(await brokenBy(dispatcherClient())).toBe('');
  });

  it('sees codes that are dead', async () => {
    expect(await brokenBy(dispatcherClient({ graceSteps: 2 }))).toMatch(/left after their deadline/);
  });

  it('sees a throttle that lets nothing leave any more', async () => {
    expect(await brokenBy(dispatcherClient({ throttle: () => new StuckThrottle(80) }))).toMatch(/not done/);
  });

  it('sees a row that is told twice, and one that is lost', async () => {
    const twice: Client = (desk) =>
      dispatcherClient()({ ...desk, arrivals: desk.arrivals.flatMap((each) => [each, each]) });
    expect(await brokenBy(twice)).toMatch(/has 2 outcomes/);
    const lost: Client = (desk) => dispatcherClient()({ ...desk, arrivals: desk.arrivals.slice(1) });
    expect(await brokenBy(lost)).toMatch(/line \d+ has 0 outcomes/);
  });
});

describe('an answer that never comes', () => {
  const cut: Scenario = { ...busy, network: { oneWayMs: 40, lost: { share: 0.05, afterMs: 300 } } };

  it('costs no token a second call, and no row its outcome', () =>
    play(cut, (report) => {
      keepsItsPromises(report);
      const enrolled = [...report.lostLines].filter((line) => report.told.get(line)?.[0] === 'enrolled');
      expect(enrolled.length).toBeGreaterThan(10);
    }));

  it('control: who sends again without a look submits tokens twice', async () => {
    const resends: Client = (desk) => {
      const ask: SimGraph['ask'] = async (call) => {
        const answer = await desk.graph.ask(call);
        return answer.kind === 'no_answer' ? desk.graph.ask(call) : answer;
      };
      const signingIn = (): undefined => undefined;
      const graph = { ask, signingIn, renewSignIn: signingIn } as unknown as SimGraph;
      return dispatcherClient()({ ...desk, graph });
    };
    expect(brokenPromises(await simulate(cut, resends)).join('\n')).toMatch(/submitted again/);
  });
});

describe('long runs', () => {
  /** Little passes, so that an hour has few calls. */
  const slowLimits: LimitSpec[] = [
    { kind: 'window', calls: 20, seconds: 300, alignedTo: 'clock' },
    { kind: 'sliding', calls: 12, seconds: 120 },
    { kind: 'bucket', perS: 0.05, burst: 10 },
    { kind: 'penalty', of: { kind: 'bucket', perS: 0.08, burst: 5 }, seconds: 10 },
    { kind: 'early', of: { kind: 'bucket', perS: 0.08, burst: 5 }, addS: 1 },
    {
      kind: 'shared',
      of: { kind: 'window', calls: 30, seconds: 300, alignedTo: 'first call' },
      perS: 0.03,
    },
    { kind: 'bucket', perS: 0.05, burst: 20, change: { atS: 36_000, factor: 0.5 } },
    {
      kind: 'storm',
      of: { kind: 'sliding', calls: 20, seconds: 300 },
      fromS: 20_000,
      untilS: 20_200,
      retryAfter: false,
    },
    { kind: 'storm', of: { kind: 'none' }, fromS: 30_000, untilS: 30_600, retryAfter: true },
    {
      kind: 'all',
      of: [
        { kind: 'window', calls: 3, seconds: 10, alignedTo: 'clock' },
        { kind: 'window', calls: 20, seconds: 300, alignedTo: 'clock' },
      ],
    },
  ];
  const HOURS = 1000;

  it(`keep their promises for ${HOURS} hours`, { timeout: 120_000 }, async () => {
    let hours = 0;
    let calls = 0;
    for (const [nth, limit] of slowLimits.entries()) {
      const workload = {
        kind: 'stream',
        load: 0.9,
        seeds: 0.1,
        spanS: (HOURS / slowLimits.length) * 3600,
      } as const;
      const scenario: Scenario = { limit, workload, network: { oneWayMs: 60, jitter: 0.3 }, seed: 100 + nth };
      await play(scenario, (report) => {
        keepsItsPromises(report);
        hours += report.endMs / 3_600_000;
        calls += report.calls;
      });
    }
    expect(hours).toBeGreaterThanOrEqual(0.999 * HOURS);
    expect(calls).toBeGreaterThan(100 * HOURS);
  });
});
