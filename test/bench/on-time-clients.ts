import { AdaptiveThrottle } from '../../src/dispatch/adaptive/adaptive-throttle.js';
import { hintSchema, type Hint } from '../../src/dispatch/adaptive/hint.js';
import { dispatcherClient } from '../simulation/dispatcher-client.js';
import { learner } from '../simulation/learner.js';
import { simulate, type Report, type Scenario } from '../simulation/simulate.js';
import { graphClient } from './peers/graph-client.js';
import { inFileOrder } from './peers/in-file-order.js';

/** Plays a scenario; `earlier` is a run before it that left a hint to those who read one. */
type Play = (scenario: Scenario, earlier?: Scenario) => Promise<Report>;

/** The paces that the learner tries: a slow one is refused later, a fast one learns before codes die. */
export const HASTES = [0.7, 1.3, 4];

/** Runs whose share on time differs by no more are alike. */
const ALIKE = 0.005;

export const PLAYERS = {
  ours: async (scenario, earlier) => {
    const hint = earlier && (await hintOf(earlier));
    return simulate(
      scenario,
      dispatcherClient({ throttle: ({ random }) => new AdaptiveThrottle(random, hint) }),
    );
  },
  'knows the limit after one refusal': async (scenario) => {
    const reports: Report[] = [];
    for (const haste of HASTES) reports.push(await simulate(scenario, learner(scenario, haste)));
    const most = Math.max(...reports.map(({ enrolled }) => enrolled));
    const good = reports.filter(({ enrolled, best }) => enrolled >= most - ALIKE * best.enrolled);
    return good.reduce((a, b) => (b.refusals / b.calls < a.refusals / a.calls ? b : a));
  },
  'one by one': (scenario) => simulate(scenario, inFileOrder),
  'p-limit and Graph client': (scenario) => simulate(scenario, graphClient),
} satisfies Record<string, Play>;

export type Player = keyof typeof PLAYERS;

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
