import { expect } from 'vitest';
import type { Client } from './client.js';
import { dispatcherClient } from './dispatcher-client.js';
import { makeLimit } from './limit-spec.js';
import type { Limit } from './limits.js';
import { KnowingThrottle } from './other-throttles.js';
import { seededRandom } from './random.js';
import { brokenPromises, replayLine, simulate, type Report, type Scenario } from './simulate.js';

/** Plays a scenario, and tells how to play it again where `check` fails. */
export async function play(
  scenario: Scenario,
  check: (report: Report) => unknown,
  client?: Client,
): Promise<void> {
  const report = await simulate(scenario, client);
  try {
    await check(report);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nPlay it again: ${replayLine(scenario)}`, { cause: error });
  }
}

export const keepsItsPromises = (report: Report): void => expect(brokenPromises(report)).toEqual([]);

/** A limit like the one that the scenario is played under. */
export const limitOf = ({ limit, seed }: Scenario): Limit => makeLimit(limit, seededRandom(seed, 0));

/** The dispatcher where the limit is known: it is never refused. */
export const knowing = (scenario: Scenario): Client =>
  dispatcherClient({ throttle: () => new KnowingThrottle(limitOf(scenario), scenario.network.oneWayMs) });
