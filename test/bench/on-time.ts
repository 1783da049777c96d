/**
 * How many codes are sent while they live, as a share of what somebody achieves who knows the limit, and how many
 * calls are refused on the way: the dispatcher beside somebody whom one refusal teaches everything, and two clients
 * as they are commonly written, under models of Graph's limits, on virtual time. Every figure is a median of five
 * seeds. A miss of a target is marked, not hidden.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { CONCURRENCY } from '../simulation/client.js';
import { simulate, type Scenario } from '../simulation/simulate.js';
import { byKind, changing, kindsOf } from './by-kind.js';
import { drawLot, drawUnusual } from './drawn-models.js';
import { freshHintedModels, freshModels } from './fresh-models.js';
import {
  COLUMNS,
  FAR_MS,
  FEW_REFUSALS,
  judge,
  measure,
  seen,
  type Cell,
  type Column,
  type Judgement,
} from './on-time-cell.js';
import { HASTES, SHARES, TRIES_EVERY, type Player } from './on-time-clients.js';
import { heldOutModels, hintedModels, namedModels, type Model } from './on-time-models.js';

const SEEDS = [211, 223, 227, 229, 233];
/** Of the fresh models. */
const FRESH_SEEDS = [1009, 1013, 1019, 1021, 1031];
/** With these a cell that misses is measured again: it may be chance. */
const MORE_SEEDS = Array.from({ length: 24 }, (_, nth) => 5003 + nth);
/** Of those whose figures were drawn. */
const DRAWN_SEEDS = [2003, 2011, 2017, 2027, 2029];
/** Of the lot that was looked at. */
const DRAWN = drawLot(20_261_128);
/** Lots of which only these figures were ever seen: for the next look take others. */
const BLIND_LOTS = [20_261_221, 20_261_222, 20_261_223, 20_261_224];
const BLIND_SEEDS = [61_001, 61_002, 61_003, 61_004, 61_005];
/** A lot has one limit of each kind that changes: so many more say how such fare. Not looked at either. */
const CHANGING_LOTS = Array.from({ length: 10 }, (_, nth) => 20_261_225 + nth);
const UNUSUAL = drawUnusual(20_261_221);
const FOLDER = 'reports/benchmarks';

const LEARNER = 'knows the limit after one refusal';
const SLOW_LEARNER = 'knows burst and rate after two';
/** What stands in the way of a cell that misses: how far these get, who know more. */
const TOLD = [
  LEARNER,
  'ours, told all by its first refusal',
  'ours, told all by its second',
  'ours, told all by its third',
] as const satisfies readonly Player[];
const NAMES: readonly Player[] = ['ours', LEARNER, SLOW_LEARNER, 'one by one', 'p-limit and Graph client'];

interface Miss {
  readonly model: Model;
  readonly column: Column;
  readonly cell: Cell;
  readonly judgement: Judgement;
}

/** How another measure of the cell misses its targets, of those that ours misses. */
function alike(
  cell: Cell,
  { model, column, judgement }: Miss,
): { readonly late: boolean; readonly rude: boolean } {
  const { late = false, rude = false } = judge(cell, model, column) ?? {};
  return { late: late && judgement.late, rude: rude && judgement.plainlyRude };
}

function isAlike(cell: Cell, miss: Miss): boolean {
  const { late, rude } = alike(cell, miss);
  return late || rude;
}

function beside(cell: Cell, miss: Miss): string {
  const { late, rude } = alike(cell, miss);
  return shown(cell, late, rude);
}

/** Cells of ours: those for which something is asked, and those that miss it. */
class Count {
  judged = 0;
  strict = 0;
  readonly misses: Miss[] = [];
  /** Those that reach it with more seeds. */
  byChance = 0;
  /** Of the others the ones that each of those who know more misses in the same way. */
  readonly told = TOLD.map(() => 0);

  /** Counts a cell of ours and shows it. */
  add(cell: Cell, model: Model, column: Column): string {
    const judgement = judge(cell, model, column);
    if (judgement === undefined) return shown(cell);
    const { late, rude, plainlyRude } = judgement;
    this.judged++;
    if (late || rude) this.strict++;
    if (late || plainlyRude) this.misses.push({ model, column, cell, judgement });
    return shown(cell, late, plainlyRude);
  }

  /** What stands in the way of each that misses, with seeds that it was not picked for. */
  async whatStandsInTheWay(): Promise<string[]> {
    const lines: string[] = [];
    for (const miss of this.misses) {
      const { model, column, cell } = miss;
      const again = await measure(model, column, MORE_SEEDS, 'ours');
      const texts = TOLD.map(() => '');
      if (!isAlike(again, miss)) this.byChance++;
      else {
        for (const [nth, player] of TOLD.entries()) {
          if (player === LEARNER && model.earlier !== undefined) continue;
          const told = await measure(model, column, MORE_SEEDS, player);
          this.told[nth]! += isAlike(told, miss) ? 1 : 0;
          texts[nth] = beside(told, miss);
        }
      }
      const row = line([model.name, column.title, beside(cell, miss), beside(again, miss), ...texts]);
      console.log(row);
      lines.push(row);
    }
    return lines;
  }

  inWords(): string {
    return `${this.strict} of ${this.judged} cells miss a target as it stands, ${this.misses.length} if up to ${FEW_REFUSALS} refusals in a run are let
pass. Of these ${this.byChance} do not with ${MORE_SEEDS.length} other seeds. Of the other ${this.misses.length - this.byChance} with those seeds ${this.told[0]} are missed in the same way by whoever knows all
after one refusal, and ${this.told.slice(1).join(', ')} by ours if its first, second or third refusal told it all.`;
  }
}

const bold = (text: string, isBold: boolean): string => (isBold ? `**${text}**` : text);
const shown = ({ onTime, refusedShare }: Cell, late = false, rude = false): string =>
  `${bold(onTime.toFixed(3), late)} ${bold(`${(100 * refusedShare).toFixed(1)} %`, rude)}`;

const targets = ({ onTime, farOnTime, refused }: Model): string =>
  `${onTime}, far ${farOnTime ?? 'none'}, ${100 * refused} %`;

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

async function table(models: readonly Model[], seeds: readonly number[], count: Count): Promise<string[]> {
  const lines = [
    line(['limit', 'client', 'target', ...COLUMNS.map(({ title }) => title)]),
    line(['---', '---', '---', ...COLUMNS.map(() => '---')]),
  ];
  for (const model of models) {
    const cellsOf = new Map<Player, Cell[]>();
    for (const player of playersOf(model)) {
      const cells: Cell[] = [];
      for (const column of COLUMNS) cells.push(await measure(model, column, seeds, player));
      cellsOf.set(player, cells);
    }
    for (const [player, cells] of cellsOf) {
      const isOurs = player === 'ours';
      const texts = cells.map((cell, i) => (isOurs ? count.add(cell, model, COLUMNS[i]!) : shown(cell)));
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
const tuned = new Count();
const fresh = new Count();
const drawn = new Count();
const notLookedAt = new Count();
const named = await table(namedModels, SEEDS, tuned);
const heldOut = await table(heldOutModels, SEEDS, tuned);
const hinted = await table(hintedModels, SEEDS, tuned);
const freshLines = await table(freshModels, FRESH_SEEDS, fresh);
const freshHinted = await table(freshHintedModels, FRESH_SEEDS, fresh);
const drawnLines = await table(DRAWN.models, DRAWN_SEEDS, drawn);
const drawnHinted = await table(DRAWN.hinted, DRAWN_SEEDS, drawn);
const blind = await byKind(
  kindsOf(BLIND_LOTS.map(drawLot).flatMap(({ models, hinted: told }) => [...models, ...told])),
  BLIND_SEEDS,
  playersOf,
  (cell, model, column) => notLookedAt.add(cell, model, column),
);
const changed = await byKind(
  changing(kindsOf(CHANGING_LOTS.map(drawLot).flatMap(({ models }) => models))),
  BLIND_SEEDS,
  () => ['ours', LEARNER, 'ours, told all by its third'],
  undefined,
  'limits that change, all four',
);
const unusual = await byKind(UNUSUAL, BLIND_SEEDS, () => ['ours']);
const inTheWay: string[] = [];
for (const count of [tuned, fresh, drawn, notLookedAt]) inTheWay.push(...(await count.whatStandsInTheWay()));
const drained = await drain();
const summary = `Of the models that were looked at while the throttle was tuned:
${tuned.inWords()}

Of others, with other seeds, that were looked at later:
${fresh.inWords()}

Of those whose figures were drawn by lot (at first sight 42 missed; it was changed since):
${drawn.inWords()}

Of those that were drawn by lot and not looked at:
${notLookedAt.inWords()}

In ${seen.runs} runs of ours ${seen.early} calls left inside a Retry-After that had been received, ${seen.dead} codes were dead as they left
or arrived, and ${seen.broken} other promises were broken.`;
console.log(`\n${drained}\n${summary}`);
const tookS = (performance.now() - startedAt) / 1000;
console.log(`${seen.calls} calls simulated in ${tookS.toFixed(0)} s.`);

const text = `# Codes sent in time, under limits that nobody tells

Made by \`npm run bench:on-time\` with Node ${process.versions.node}. Virtual time, so another machine gives the same figures.

Each cell: rows enrolled as a share of what somebody enrols who knows the limit (earliest deadline first, never
refused), and the share of calls refused; medians of ${SEEDS.length} seeds. Loads are multiples of what the limit
takes in 60 s (a stream: while it lasts). One way to Graph takes 40 ms, in the last column ("far") ${FAR_MS} ms, where a
target of its own holds or none. **Bold** misses its target; up to ${FEW_REFUSALS} refusals in a run are let pass.

- *ours*: the dispatcher as a run has it, ${CONCURRENCY} calls in flight at most.
- *${LEARNER}*: a measured bound, and what stands in the way. It earns one refusal, with what is on the wire
  then, sits out the block, and knows from there on the kind, the figures and the state of the limit. What others take it knows on the
  average, and takes ${SHARES.join(', ')} times what is left. What
  changes midway it has to find out: that the limit shrank by a refusal, that it grew by a call beyond what was known, one
  per ${TRIES_EVERY.join(' or ')} calls, at once or as late as its answer is of use; those that are refused are counted. Of these and of the paces ${HASTES.join(', ')} times what deadlines ask
  the way is shown that enrols most in the median of the seeds and keeps to the refusals allowed: one way for all seeds, as nobody
  foresees when a limit will change.
- *${SLOW_LEARNER}*: the same where a refusal is dear. One refusal tells burst and inflow as a sum alone, the second one tells
  them apart; between them the burst is taken to flow in within a second.
- *one by one*: a loop in file order that sleeps Retry-After and tries again. It knows no deadlines.
- *p-limit and Graph client*: 20 at a time in file order, with the Graph client's own retries (three, Retry-After up to 180 s).

${drained}

${summary}

## By kind, drawn by lot and not looked at

Limits whose figures a seeded generator drew: ${BLIND_LOTS.length} lots. Each limit has seeds of its own, as those say when one changes. Nothing of ours was changed
since these figures were seen. A cell reaches its targets by its share in time and its share of refusals, without anything let pass: in a wave of fifty codes the first refusal, of which all
is learned, is 2 % by itself. How many cells are on time, whatever was refused, stands beside that. Then, for each load, the median share
in time and the median share refused. Where *${LEARNER}* misses, so would whoever has to
learn, as far as these ways to learn tell; but of a shared limit it knows the mean alone, and ours does better.

${blind.join('\n')}

## Limits that change, drawn by lot and not looked at

Of ${CHANGING_LOTS.length} more lots those that change, as a lot holds but one of each kind. Beside ours who knows all after one refusal, and ours if its
third told it all: the first two are mostly of one block, and what that was, a window's or a bucket's penalty, the second block tells. Such a change
comes at a moment that nobody foresees, and these play the best of several ways in the median of ${BLIND_SEEDS.length} seeds.

${changed.join('\n')}

## Unusual limits by kind, drawn by lot

Kinds that the lots above hold none of, eight limits each: they hold next to nothing, last next to no time, are shared, two at once, or change by
anything. The throttle was made for the usual ones, and this says how far it carries.

${unusual.join('\n')}

## What stands in the way

Each cell that misses, of those that were not looked at, too; what ours reaches there with ${MORE_SEEDS.length} other seeds; and, with the same ${MORE_SEEDS.length}, how
far *${LEARNER}* gets, and ours as if one of its refusals had told it all that this one knows. **Bold** misses in the same way as ours. What
ours reaches with other seeds was missed by chance, and is not gone into. What comes before a refusal of ours is ours, so the last three columns are no strict bound; where a run met no such refusal they are ours, and
say nothing. One refusal tells of a bucket burst and inflow as a sum alone, a second one tells them apart, and it takes a third
to say whether it was a bucket.

| limit | load | ours | with ${MORE_SEEDS.length} other seeds | ${LEARNER} | ours, told all by its first | by its second | by its third |
| --- | --- | --- | --- | --- | --- | --- | --- |
${inTheWay.join('\n')}

## Limits with the usual figures, looked at while the throttle was tuned

${named.join('\n')}

## Limits with other figures, looked at as well

${heldOut.join('\n')}

## Limits of which an earlier run left a hint

The earlier run is ours as well: three waves at load 1, another seed, and where the hint is wrong another limit.

${hinted.join('\n')}

## More limits, looked at later

${freshLines.join('\n')}

## More limits of which an earlier run left a hint, looked at later

${freshHinted.join('\n')}

## Limits drawn by lot

Figures that a seeded generator drew (\`test/bench/drawn-models.ts\`), with seeds of their own. At first sight 42 cells
missed. One change came of that look, tried on other figures: small buckets where calling early lengthens the block.

${drawnLines.join('\n')}

## Limits drawn by lot of which an earlier run left a hint

${drawnHinted.join('\n')}
`;
await mkdir(FOLDER, { recursive: true });
await writeFile(`${FOLDER}/on-time.md`, text);
