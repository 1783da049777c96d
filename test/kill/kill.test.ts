import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/emulator/trouble/faults.js';
import { play, type Chain, type ChainEnd } from './chain.js';
import { findingsIn } from './findings.js';
import { HALFWAY, KillPlan } from './plan.js';
import { Preload } from './preloaded.js';
import { SCENARIOS, type ScenarioName } from './scenario.js';

const SEED = Number(process.env['KILL_SEED'] ?? 1);
/** A chain that failed, as the failure printed it, to be played alone. */
const REPLAY = process.env['KILL_REPLAY'];

/** So many are 300 kills, and come to each kind of boundary. */
const ALL_CHAINS = 28;
const CHAINS = Number(process.env['KILL_CHAINS'] ?? ALL_CHAINS);
const IS_SAMPLE = CHAINS < ALL_CHAINS;
const KILLS_PER_CHAIN = 11;
const LEAST_KILLS = Math.floor((CHAINS / ALL_CHAINS) * 300);
const AT_ONCE = 4;

const NAMES = Object.keys(SCENARIOS) as ScenarioName[];

interface Played {
  readonly chain: Chain;
  readonly end?: ChainEnd;
  readonly wrong: readonly string[];
}

describe('a run that is killed again and again', { timeout: 900_000 }, () => {
  let preload: Preload;
  const limit = pLimit(AT_ONCE);
  const alone = new Map<ScenarioName, ChainEnd>();

  const playOne = (chain: Chain): Promise<Played> =>
    limit(async () => {
      try {
        const end = await play(chain, preload);
        return { chain, end, wrong: findingsIn(end, alone.get(chain.scenario)!) };
      } catch (error) {
        return { chain, wrong: [String(error)] };
      }
    });
  /** Kills that were still to come as a run finished fall on another one. */
  const playOut = async (chain: Chain): Promise<Played[]> => {
    const played = await playOne(chain);
    const kills = killsOf([played]).length;
    // Where no session came to the very first point, there is no sense in trying again.
    const points = chain.points.slice(Math.max(1, kills));
    const isOver = played.wrong.length > 0 || points.length === 0;
    return isOver ? [played] : [played, ...(await playOut({ ...chain, points }))];
  };
  const playAll = async (chains: readonly Chain[]): Promise<Played[]> =>
    (await Promise.all(chains.map(playOut))).flat();

  beforeAll(async () => {
    preload = await Preload.make();
    const leaveAlone = async (scenario: ScenarioName): Promise<void> =>
      void alone.set(scenario, await play({ scenario, points: [] }, preload));
    await Promise.all(NAMES.map((name) => limit(leaveAlone, name)));
  }, 120_000);
  afterAll(() => preload.remove());

  it('ends as if it had been left alone: no token is sent twice, none is forgotten', async () => {
    if (REPLAY !== undefined) {
      expect(failuresOf([await playOne(JSON.parse(REPLAY) as Chain)])).toEqual([]);
      return;
    }
    const takenUp = { kind: 'rows.csv.lock rm: after', nth: 1 };
    const probes = await playAll([{ scenario: 'faults', points: [HALFWAY, takenUp] }]);
    const firsts = [...alone.values()].map(({ traces }) => traces[0]!);
    const plan = new KillPlan(firsts, probes[0]!.end!.traces.slice(1), seededRandom(SEED));
    const dealt = Array.from({ length: CHAINS }, (_, at): Chain => {
      const scenario = NAMES[at % NAMES.length]!;
      return { scenario, points: plan.deal(alone.get(scenario)!.traces[0]!, KILLS_PER_CHAIN) };
    });
    const played = await playAll(dealt);
    // Chances are that some kinds had no kill: a session was over before. Fewer chains are a sample.
    const missed = IS_SAMPLE
      ? []
      : plan.kinds.filter((kind) => !killsOf(played).some((kill) => kill.kind === kind));
    const others = await playAll(
      missed.map((kind) => ({ scenario: 'faults', points: plan.straightTo(kind) })),
    );

    const all = [...probes, ...played, ...others];
    expect(failuresOf(all), `seed ${SEED}`).toEqual([]);
    const kills = killsOf(all);
    expect(kills.length).toBeGreaterThanOrEqual(LEAST_KILLS);
    if (!IS_SAMPLE) expect(new Set(kills.map(({ kind }) => kind))).toEqual(new Set(plan.kinds));
  });

  it.each([
    ['a lock is taken over', [HALFWAY, { kind: '.lock rm: after', nth: 1 }]],
    ['what was learned is kept', [{ kind: '.pace.json.tmp writeFile: in the middle', nth: 1 }]],
    ['the last lock is let go', [{ kind: 'rows.csv.lock rm: before', nth: 1 }]],
  ])('killed while %s, it leaves nothing behind', async (_, points) => {
    const played = await playOne({ scenario: 'calm', points });
    expect(failuresOf([played])).toEqual([]);
    expect(killsOf([played])).toEqual(points);
  });

  it('control: were intents not written down, a token would be sent twice', async () => {
    // Of the first rows the first two are good: whichever call is answered first, Graph has taken it.
    const points = [{ kind: 'POST: after', nth: 1 }];
    const { wrong } = await playOne({ scenario: 'calm', points, spoil: forgetIntents });
    expect(wrong.join('\n')).toContain('sent again after Graph had taken it');
  });
});

const killsOf = (played: readonly Played[]) => played.flatMap(({ end }) => end?.kills ?? []);

/** What was wrong, with a way to see it again. */
function failuresOf(played: readonly Played[]) {
  return played
    .filter(({ wrong }) => wrong.length > 0)
    .map(({ chain, end, wrong }) => ({
      wrong,
      kills: end?.kills.map(({ kind, nth }) => `${kind}, the ${nth}.`),
      replay: `KILL_REPLAY='${JSON.stringify(chain)}' npx vitest run test/kill`,
    }));
}

/** Takes the intents out of the journal: a resumed run does not know that calls had left. */
async function forgetIntents(folder: string): Promise<void> {
  const path = join(folder, 'journal.jsonl');
  const lines = (await readFile(path, 'utf8')).split('\n');
  await writeFile(path, lines.filter((line) => !line.includes('"event":{"type":"intent"')).join('\n'));
}
