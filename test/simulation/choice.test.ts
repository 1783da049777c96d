import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Row } from '../../src/model/row.js';
import { Secret } from '../../src/model/secret.js';
import { kindLimit, smallScenario } from './arbitraries.js';
import type { Client, Desk } from './client.js';
import type { LimitSpec } from './limit-spec.js';
import type { Limit } from './limits.js';
import { HAIR_MS } from './other-throttles.js';
import { keepsItsPromises, knowing, limitOf, play } from './play.js';
import { simulate, workloadOf, type Report, type Scenario } from './simulate.js';
import { deadFromMs } from './world.js';

/** A code's life that the dispatcher keeps in reserve, beyond the way to Graph. */
const MARGIN_MS = 250;

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

  it('control: which the order of the file does not', async () => {
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
        const scenario = overloaded(limit, seed);
        const shuffled = inAnotherOrder(scenario);
        const lives = livesEnrolled(scenario, await simulate(scenario, knowing(scenario)));
        const check = (report: Report): void => expect(livesEnrolled(shuffled, report)).toEqual(lives);
        await play(shuffled, check, knowing(shuffled));
      }),
      { numRuns: 40 },
    ));

  it('control: which that of the file does', async () => {
    const scenario = overloaded({ kind: 'bucket', perS: 2, burst: 5 }, 3);
    const [one, other] = await Promise.all(
      [scenario, inAnotherOrder(scenario)].map(async (each) =>
        livesEnrolled(each, await simulate(each, inOrderOfTheFile(limitOf(each)))),
      ),
    );
    expect(one).not.toEqual(other);
  });

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

/** More rows than can be sent while they live. */
const overloaded = (limit: LimitSpec, seed: number): Scenario => ({
  limit,
  workload: { kind: 'wave', load: 2.3, most: 300 },
  network: { oneWayMs: 40 },
  seed,
});

const inAnotherOrder = (scenario: Scenario): Scenario => ({
  ...scenario,
  workload: { ...scenario.workload, shuffle: scenario.seed },
});

/** When the codes of the rows that were enrolled would have died, in order: rows that die together are alike. */
function livesEnrolled(scenario: Scenario, { activeLines }: Report): number[] {
  const { arrivals } = workloadOf(scenario);
  const enrolled = arrivals.filter(({ row }) => activeLines.has(row.line));
  return enrolled.map(({ row }) => deadFromMs(row)).sort((a, b) => a - b);
}

/** By trying every choice: how many codes can be given one of the limit's free moments while they live. */
function mostThatCanMakeIt(scenario: Scenario): number {
  const { oneWayMs } = scenario.network;
  const limit = limitOf(scenario);
  const { startMs, arrivals } = workloadOf(scenario);
  const slotsMs: number[] = [];
  for (let atMs = oneWayMs; slotsMs.length < arrivals.length;) {
    const freeMs = limit.freeAt(atMs);
    // Who waits arrives a hair later than the limit allows: a code may die in that very millisecond.
    atMs = freeMs > atMs ? freeMs + HAIR_MS : atMs;
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
function inOrderOfTheFile(limit: Limit): Client {
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
