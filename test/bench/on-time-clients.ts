import { AdaptiveThrottle } from '../../src/dispatch/pace/adaptive/adaptive-throttle.js';
import { hintSchema, type Hint } from '../../src/dispatch/pace/adaptive/hint.js';
import type { Throttle } from '../../src/dispatch/pace/throttle.js';
import type { Desk } from '../simulation/client.js';
import { dispatcherClient } from '../simulation/dispatcher-client.js';
import { learner, type Learning } from '../simulation/learner.js';
import type { LimitSpec } from '../simulation/limit-spec.js';
import { simulate, type Report, type Scenario } from '../simulation/simulate.js';
import { graphClient } from './peers/graph-client.js';
import { inFileOrder } from './peers/in-file-order.js';

/** Plays a scenario; `earlier` is a run before it that left a hint to those who read one. */
export type Play = (scenario: Scenario, earlier?: Scenario) => Promise<Report>;

/** The ways in which somebody may play under a limit, by what is known of it without its moment of change. */
type Ways = (limit: LimitSpec) => readonly Play[];

/** The paces that the learner tries: a slow one is refused later, a fast one learns before codes die. */
export const HASTES = [0.7, 1.3, 4];
/** How often it tries for more, where the limit may have grown: a try that is refused is a refusal. */
export const TRIES_EVERY = [25, 75];
/** And when: at once, or as late as the answer is of use. */
const TRIES_LATE = [false, true];
/** How much it takes of what others leave on the average: they call by chance, so all of it is refused often. */
export const SHARES = [0.85, 0.9, 0.95, 1, 1.05];
/** So soon that a guess is rather high: the second refusal then comes soon, and nothing is lost by a pace too low. */
const BURST_FLOWS_IN_MS = 1000;

export const PLAYERS = {
  ours: () => [
    async (scenario, earlier) => simulate(scenario, dispatcherClient({ throttle: await oursAfter(earlier) })),
  ],
  'knows the limit after one refusal': (limit) =>
    waysToLearn(limit, false).map((way) => async (scenario) => simulate(scenario, learner(scenario, way))),
  'knows burst and rate after two': (limit) =>
    waysToLearn(limit, false).map(
      (way) => async (scenario) =>
        simulate(scenario, learner(scenario, { ...way, burstFlowsInMs: BURST_FLOWS_IN_MS })),
    ),
  'ours, told all by its first refusal': toldBy(1),
  'ours, told all by its second': toldBy(2),
  'ours, told all by its third': toldBy(3),
  'one by one': () => [async (scenario) => simulate(scenario, inFileOrder)],
  'p-limit and Graph client': () => [async (scenario) => simulate(scenario, graphClient)],
} satisfies Record<string, Ways>;

export type Player = keyof typeof PLAYERS;

/** Ours until a refusal, from which on it knows what the learner knows. */
function toldBy(refusals: number): Ways {
  return (limit) =>
    waysToLearn(limit, true).map((way) => async (scenario, earlier) => {
      const first = { follow: await oursAfter(earlier), refusals };
      return simulate(scenario, learner(scenario, { ...way, first }));
    });
}

/** Who follows another throttle is paced only as long as the limit may change. */
function waysToLearn(limit: LimitSpec, follows: boolean): Learning[] {
  const mayChange = 'change' in limit;
  const hastes = mayChange || !follows ? HASTES : [Infinity];
  const tries = mayChange ? TRIES_EVERY : [Infinity];
  const late = mayChange ? TRIES_LATE : [false];
  const shares = limit.kind === 'shared' ? SHARES : [1];
  return hastes.flatMap((haste) =>
    tries.flatMap((triesEvery) =>
      late.flatMap((triesLate) => shares.map((share) => ({ haste, triesEvery, triesLate, share }))),
    ),
  );
}

/** The throttle of a run after an earlier one that left a hint. */
async function oursAfter(earlier: Scenario | undefined): Promise<(desk: Desk) => Throttle> {
  const hint = earlier && (await hintOf(earlier));
  return ({ random }) => new AdaptiveThrottle(random, hint);
}

/** What a run leaves to the next, as the file has it. */
async function hintOf(scenario: Scenario): Promise<Hint | undefined> {
  let throttle: AdaptiveThrottle | undefined;
  const report = await simulate(
    scenario,
    dispatcherClient({ throttle: ({ random }) => (throttle = new AdaptiveThrottle(random)) }),
  );
  if (!report.isDone) throw new Error('the earlier run hangs');
  const text = JSON.stringify(throttle?.hint() ?? null);
  return hintSchema.safeParse(JSON.parse(text)).data;
}
