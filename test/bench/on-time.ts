/**
 * How many codes are sent while they live, as a share of what somebody achieves who knows the limit, and how many
 * calls are refused on the way: the dispatcher beside somebody whom one refusal teaches everything, and two clients
 * as they are commonly written, under models of Graph's limits, on virtual time. Every figure is a median of five
 * seeds. A miss of a target is marked, not hidden.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { CONCURRENCY } from '../simulation/client.js';
import { brokenPromises, simulate, type Scenario } from '../simulation/simulate.js';
import type { WorkloadSpec } from '../simulation/workloads.js';
import { HASTES, PLAYERS, TRIES_EVERY, type Player } from './on-time-clients.js';
import { heldOutModels, hintedModels, namedModels, type Model } from './on-time-models.js';

const SEEDS = [211, 223, 227, 229, 233];
const FOLDER = 'reports/benchmarks';

const FAR_MS = 200;

/** A run with so few refusals is not judged by their share. */
const FEW_REFUSALS = 3;

const NAMES = Object.keys(PLAYERS) as Player[];
const LEARNER = 'knows the limit after one refusal';
const SLOW_LEARNER = 'knows burst and rate after two';

/** Seeds of earlier runs are others. */
const EARLIER = 1000;

interface Column {
  readonly title: string;
  readonly workload: WorkloadSpec;
  readonly oneWayMs: number;
}

const COLUMNS: readonly Column[] = [
  { title: 'wave 0.5', workload: { kind: 'wave', load: 0.5 }, oneWayMs: 40 },
  { title: 'wave 1', workload: { kind: 'wave', load: 1 }, oneWayMs: 40 },
  { title: 'wave 2.3', workload: { kind: 'wave', load: 2.3 }, oneWayMs: 40 },
  { title: 'three waves 1', workload: { kind: 'waves', load: 1 }, oneWayMs: 40 },
  { title: 'stream 1', workload: { kind: 'stream', load: 1 }, oneWayMs: 40 },
  { title: 'wave 1, far', workload: { kind: 'wave', load: 1 }, oneWayMs: FAR_MS },
];

interface Cell {
  /** Enrolled, as a share of the best possible. */
  readonly onTime: number;
  readonly refusedShare: number;
  readonly refusals: number;
}

/** Runs with many rows teach nothing more. */
const MOST_ROWS = 4000;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

let simulatedCalls = 0;
const ours = { runs: 0, early: 0, dead: 0, broken: 0 };

async function measure(model: Model, { workload, oneWayMs }: Column, player: Player): Promise<Cell> {
  const cells: Cell[] = [];
  for (const seed of SEEDS) {
    const scenario: Scenario = {
      limit: model.limit(seed),
      workload: { ...workload, most: MOST_ROWS },
      network: { oneWayMs, jitter: model.jitter ?? 0 },
      seed,
      retryAfter: model.retryAfter ?? 'whole',
      percentage: model.percentage ?? false,
    };
    const earlier: Scenario | undefined = model.earlier && {
      ...scenario,
      limit: model.earlier,
      workload: { kind: 'waves', load: 1, most: MOST_ROWS },
      seed: EARLIER + seed,
    };
    const report = await PLAYERS[player](scenario, model.refused, earlier);
    const { best, enrolled, calls, refusals } = report;
    simulatedCalls += calls;
    cells.push({ onTime: enrolled / best.enrolled, refusedShare: refusals / calls, refusals });
    if (player !== 'ours') continue;
    ours.runs++;
    ours.early += report.early;
    ours.dead += report.deadSent + report.deadArrived;
    ours.broken += brokenPromises(report).length;
  }
  return {
    onTime: median(cells.map((cell) => cell.onTime)),
    refusedShare: median(cells.map((cell) => cell.refusedShare)),
    refusals: median(cells.map((cell) => cell.refusals)),
  };
}

interface Judgement {
  readonly late: boolean;
  /** More calls are refused than asked. */
  readonly rude: boolean;
  /** The same where a few refusals are let pass. */
  readonly plainlyRude: boolean;
}

/** Undefined where nothing is asked. */
function judge(cell: Cell, model: Model, { oneWayMs }: Column): Judgement | undefined {
  const target = oneWayMs === FAR_MS ? model.farOnTime : model.onTime;
  if (target === undefined) return undefined;
  const rude = cell.refusedShare > model.refused;
  return { late: cell.onTime < target, rude, plainlyRude: rude && cell.refusals > FEW_REFUSALS };
}

/** Cells of ours: those for which something is asked, and those that miss it. */
const count = { judged: 0, strict: 0, plain: 0, ofThose: { learnable: 0, learnerToo: 0 } };

function counted(cell: Cell, theirs: Cell | undefined, model: Model, column: Column): string {
  const judgement = judge(cell, model, column);
  if (judgement === undefined) return shown(cell);
  const { late, rude, plainlyRude } = judgement;
  count.judged++;
  if (late || rude) count.strict++;
  if (late || plainlyRude) {
    count.plain++;
    const learner = theirs && judge(theirs, model, column);
    if (learner !== undefined) count.ofThose.learnable++;
    if ((late && learner?.late) || (plainlyRude && learner?.rude)) count.ofThose.learnerToo++;
  }
  return shown(cell, late, plainlyRude);
}

const bold = (text: string, isBold: boolean): string => (isBold ? `**${text}**` : text);
const shown = ({ onTime, refusedShare }: Cell, late = false, rude = false): string =>
  `${bold(onTime.toFixed(3), late)} ${bold(`${(100 * refusedShare).toFixed(1)} %`, rude)}`;

const targets = ({ onTime, farOnTime, refused }: Model): string =>
  `${onTime}, far ${farOnTime ?? 'none'}, ${100 * refused} %`;

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

async function table(models: readonly Model[]): Promise<string[]> {
  const lines = [
    line(['limit', 'client', 'target', ...COLUMNS.map(({ title }) => title)]),
    line(['---', '---', '---', ...COLUMNS.map(() => '---')]),
  ];
  for (const model of models) {
    const cellsOf = new Map<Player, Cell[]>();
    for (const player of playersOf(model)) {
      const cells: Cell[] = [];
      for (const column of COLUMNS) cells.push(await measure(model, column, player));
      cellsOf.set(player, cells);
    }
    for (const [player, cells] of cellsOf) {
      const isOurs = player === 'ours';
      const theirs = cellsOf.get(SLOW_LEARNER) ?? cellsOf.get(LEARNER);
      const texts = cells.map((cell, i) =>
        isOurs ? counted(cell, theirs?.[i], model, COLUMNS[i]!) : shown(cell),
      );
      const row = line([isOurs ? model.name : '', player, isOurs ? targets(model) : '', ...texts]);
      console.log(row);
      lines.push(row);
    }
  }
  return lines;
}

/** The others read no hints. */
function playersOf({ limit, earlier, learnable }: Model): readonly Player[] {
  if (earlier !== undefined) return ['ours'];
  const isDear = limit(0).kind === 'penalty';
  return NAMES.filter((player) =>
    player === SLOW_LEARNER ? learnable && isDear : learnable || player !== LEARNER,
  );
}

/** Rows with seeds: nothing can expire, so what counts is the time that all of them take. */
async function drain(): Promise<string> {
  const scenario: Scenario = {
    limit: { kind: 'window', calls: 200, seconds: 300, alignedTo: 'first call' },
    workload: { kind: 'stream', load: 10_000, seeds: 1, most: 10_000, spanS: 0.001 },
    network: { oneWayMs: 40 },
    seed: SEEDS[0]!,
  };
  const { rows, enrolled, best, endMs, refusals, calls } = await simulate(scenario);
  return (
    `${rows} rows with seeds under 200 calls per 300 s: ${enrolled} enrolled in ` +
    `${(endMs / 3_600_000).toFixed(2)} h, ${(endMs / best.endMs).toFixed(4)} times the limit's own minimum, ` +
    `${((100 * refusals) / calls).toFixed(2)} % of ${calls} calls refused.`
  );
}

const startedAt = performance.now();
const named = await table(namedModels);
const heldOut = await table(heldOutModels);
const hinted = await table(hintedModels);
const drained = await drain();
const { judged, strict, plain, ofThose } = count;
const summary = `${strict} of ${judged} cells miss a target as it stands.

${plain} miss it if up to ${FEW_REFUSALS} refusals in a run are let pass; of ${ofThose.learnable} of these there is a
measured bound, and it misses ${ofThose.learnerToo} in the same way.

In ${ours.runs} runs of ours ${ours.early} calls left inside a Retry-After that had been received, ${ours.dead} codes were dead as they left
or arrived, and ${ours.broken} other promises were broken.`;
console.log(`\n${drained}\n${summary}`);
const tookS = (performance.now() - startedAt) / 1000;
console.log(`${simulatedCalls} calls simulated in ${tookS.toFixed(0)} s.`);

const text = `# Codes sent in time, under limits that nobody tells

Made by \`npm run bench:on-time\` with Node ${process.versions.node}. Virtual time, so another machine gives the same figures.

Each cell: rows enrolled as a share of what somebody enrols who knows the limit (earliest deadline first, never
refused), and the share of calls refused; medians of ${SEEDS.length} seeds. Loads are multiples of what the limit
takes in 60 s (a stream: while it lasts). One way to Graph takes 40 ms, in the last column ("far") ${FAR_MS} ms, where a
target of its own holds or none. **Bold** misses its target; up to ${FEW_REFUSALS} refusals in a run are let pass.

- *ours*: the dispatcher as a run has it, ${CONCURRENCY} calls in flight at most.
- *${LEARNER}*: a measured bound, and what stands in the way. It earns one refusal, with what is on the wire
  then, sits out the block, and knows from there on the kind, the figures and the state of the limit and what others take. What
  changes midway it has to find out: that the limit shrank by a refusal, that it grew by a call beyond what was known, one
  per ${TRIES_EVERY.join(', ')} calls; those that are refused are counted. Of these and of the paces ${HASTES.join(', ')} times what deadlines ask,
  the run with the most codes is shown that keeps to the refusals allowed, else the one with the fewest refusals.
- *${SLOW_LEARNER}*: the same where a refusal is dear. One refusal tells burst and inflow as a sum alone, the second one tells
  them apart; between them the burst is taken to flow in within a second.
- *one by one*: a loop in file order that sleeps Retry-After and tries again. It knows no deadlines.
- *p-limit and Graph client*: 20 at a time in file order, with the Graph client's own retries (three, Retry-After up to 180 s).

${drained}

${summary}

## Limits with the figures that the throttle was tuned on

${named.join('\n')}

## Limits with other figures

${heldOut.join('\n')}

## Limits of which an earlier run left a hint

The earlier run is ours as well: three waves at load 1, another seed, and where the hint is wrong another limit.

${hinted.join('\n')}
`;
await mkdir(FOLDER, { recursive: true });
await writeFile(`${FOLDER}/on-time.md`, text);
