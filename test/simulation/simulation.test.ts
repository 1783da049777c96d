import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Row } from '../../src/model/row.js';
import { Secret } from '../../src/model/secret.js';
import { anyScenario, kindLimit, smallScenario } from './arbitraries.js';
import type { Client, Desk } from './client.js';
import { dispatcherClient } from './dispatcher-client.js';
import { makeLimit, type LimitSpec } from './limit-spec.js';
import { DeafThrottle, KnowingThrottle, StuckThrottle } from './other-throttles.js';
import { seededRandom } from './random.js';
import { brokenPromises, replayLine, simulate, type Report, type Scenario } from './simulate.js';
import { deadFromMs } from './world.js';
import { makeWorkload } from './workloads.js';

/** A code's life that the dispatcher keeps in reserve, beyond the way to Graph. */
const MARGIN_MS = 250;

/** Plays a scenario, and tells how to play it again where `check` fails. */
async function play(scenario: Scenario, check: (report: Report) => unknown, client?: Client): Promise<void> {
  const report = await simulate(scenario, client);
  try {
    await check(report);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nPlay it again: ${replayLine(scenario)}`, { cause: error });
  }
}

const keepsItsPromises = (report: Report): void => expect(brokenPromises(report)).toEqual([]);

const limitOf = ({ limit, seed }: Scenario) => makeLimit(limit, seededRandom(seed, 0));

/** The dispatcher where the limit is known: it is never refused. */
const knowing = (scenario: Scenario): Client =>
  dispatcherClient({ throttle: () => new KnowingThrottle(limitOf(scenario), scenario.network.oneWayMs) });

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

describe('the choice of rows', () => {
  it('enrols as many as any order could, where the limit is known', () =>
    fc.assert(
      fc.asyncProperty(smallScenario(7), (scenario) =>
        play(
          scenario,
          (report) => {
            keepsItsPromises(report);
            expect(report.refusals).toBe(0);
            expect(report.enrolled).toBe(mostThatCanMakeIt(scenario));
          },
          knowing(scenario),
        ),
      ),
      { numRuns: 150 },
    ));

  it('which the order of the file does not', async () => {
    const scenarios = fc.sample(smallScenario(7), { numRuns: 150, seed: 1 });
    const fewer: Scenario[] = [];
    for (const scenario of scenarios) {
      const { enrolled } = await simulate(scenario, inOrderOfTheFile(limitOf(scenario)));
      const most = mostThatCanMakeIt(scenario);
      expect(enrolled).toBeLessThanOrEqual(most);
      if (enrolled < most) fewer.push(scenario);
    }
    expect(fewer).not.toEqual([]);
  });

  it('does not depend on the order in which rows are given', () =>
    fc.assert(
      fc.asyncProperty(kindLimit, fc.integer({ min: 1, max: 9999 }), async (limit, seed) => {
        const scenario: Scenario = {
          limit,
          workload: { kind: 'wave', load: 2.3, most: 300 },
          network: { oneWayMs: 40 },
          seed,
        };
        const shuffled = { ...scenario, workload: { ...scenario.workload, shuffle: seed } };
        const { enrolled } = await simulate(scenario, knowing(scenario));
        await play(shuffled, (report) => expect(report.enrolled).toBe(enrolled), knowing(shuffled));
      }),
      { numRuns: 40 },
    ));

  it('enrols every row where nothing is in the way', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9999 }), (seed) =>
        play(
          {
            limit: { kind: 'none' },
            workload: { kind: 'stream', load: 0.02, seeds: 0.2 },
            network: { oneWayMs: 40 },
            seed,
          },
          (report) => expect(report.enrolled).toBe(report.rows),
        ),
      ),
      { numRuns: 20 },
    ));
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
  const HOURS_EACH = 100;

  it('keep their promises for 1,000 hours', { timeout: 120_000 }, async () => {
    let hours = 0;
    let calls = 0;
    for (const [nth, limit] of slowLimits.entries()) {
      const workload = { kind: 'stream', load: 0.9, seeds: 0.1, spanS: HOURS_EACH * 3600 } as const;
      const scenario: Scenario = { limit, workload, network: { oneWayMs: 60, jitter: 0.3 }, seed: 100 + nth };
      await play(scenario, (report) => {
        keepsItsPromises(report);
        hours += report.endMs / 3_600_000;
        calls += report.calls;
      });
    }
    expect(hours).toBeGreaterThanOrEqual(1000 - 1);
    expect(calls).toBeGreaterThan(100_000);
  });
});

/** By trying every choice: how many codes can be given one of the limit's free moments while they live. */
function mostThatCanMakeIt(scenario: Scenario): number {
  const { oneWayMs } = scenario.network;
  const limit = limitOf(scenario);
  const { startMs, arrivals } = makeWorkload(scenario.workload, scenario.limit, scenario.seed, 1);
  const slotsMs: number[] = [];
  for (let atMs = oneWayMs; slotsMs.length < arrivals.length;) {
    atMs = limit.freeAt(atMs);
    limit.arrive(atMs);
    slotsMs.push(atMs);
  }
  const livesMs = arrivals.map(({ row }) => deadFromMs(row) - startMs - MARGIN_MS);
  return bestChoice(slotsMs, livesMs);
}

function bestChoice(slotsMs: readonly number[], livesMs: readonly number[]): number {
  const [slotMs, ...laterMs] = slotsMs;
  if (slotMs === undefined) return 0;
  let best = 0;
  for (const [index, lifeMs] of livesMs.entries()) {
    if (lifeMs < slotMs) continue;
    best = Math.max(best, 1 + bestChoice(laterMs, livesMs.toSpliced(index, 1)));
  }
  return best;
}

/** As fast as the limit allows, but one row after the other as the file has them; those that are dead are left out. */
function inOrderOfTheFile(limit: ReturnType<typeof makeLimit>): Client {
  return async ({ clock, graph, arrivals, settled }: Desk) => {
    const code = new Secret('755224');
    const ask = async (row: Row): Promise<void> => {
      await graph.ask({ kind: 'activate', row, code });
      settled(row, 'enrolled');
    };
    for (const { row } of arrivals) {
      const waitMs = limit.freeAt(clock.elapsed()) - clock.elapsed();
      if (clock.now() + waitMs + MARGIN_MS > deadFromMs(row)) continue;
      if (waitMs > 0) await clock.sleep(waitMs);
      limit.arrive(clock.elapsed());
      await ask(row);
    }
  };
}
