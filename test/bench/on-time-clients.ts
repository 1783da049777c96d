import { AdaptiveThrottle } from '../../src/dispatch/adaptive/adaptive-throttle.js';
import { hintSchema, type Hint } from '../../src/dispatch/adaptive/hint.js';
import { dispatcherClient } from '../simulation/dispatcher-client.js';
import { learner } from '../simulation/learner.js';
import { simulate, type Report, type Scenario } from '../simulation/simulate.js';
import { graphClient } from './peers/graph-client.js';
import { inFileOrder } from './peers/in-file-order.js';

/** Plays a scenario; `earlier` is a run before it that left a hint to those who read one, `refused` the share allowed. */
type Play = (scenario: Scenario, refused: number, earlier?: Scenario) => Promise<Report>;

/** The paces that the learner tries: a slow one is refused later, a fast one learns before codes die. */
export const HASTES = [0.7, 1.3, 4];
/** How often it tries for more, where the limit may have grown: a try that is refused is a refusal. */
export const TRIES_EVERY = [25, 50, 100];

export const PLAYERS = {
  ours: async (scenario, _refused, earlier) => {
    const hint = earlier && (await hintOf(earlier));
    return simulate(
      scenario,
      dispatcherClient({ throttle: ({ random }) => new AdaptiveThrottle(random, hint) }),
    );
  },
  'knows the limit after one refusal': async (scenario, refused) => {
    const mayGrow = 'change' in scenario.limit;
    const reports: Report[] = [];
    for (const haste of HASTES) {
      for (const triesEvery of mayGrow ? TRIES_EVERY : [Infinity]) {
        reports.push(await simulate(scenario, learner(scenario, { haste, triesEvery })));
      }
    }
    const share = ({ refusals, calls }: Report): number => refusals / calls;
    const polite = reports.filter((report) => share(report) <= refused);
    if (polite.length === 0) return reports.reduce((a, b) => (share(b) < share(a) ? b : a));
    return polite.reduce((a, b) => (b.enrolled > a.enrolled ? b : a));
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
