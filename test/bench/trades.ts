/**
 * What constants of the throttle trade: the same limits under the code as it is and with one constant changed. A value
 * that would help one kind of limit stands here beside the kinds that pay for it.
 */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { kindsOf } from './by-kind.js';
import { drawLot } from './drawn-models.js';
import { report } from './measure.js';
import { COLUMNS, FAR_MS, type Cell } from './on-time-cell.js';

/** Looked at: these are not the figures of which only the results were seen. */
const LOTS = [20_261_133, 20_261_134];
const SEEDS = [501, 502, 503];
/** With these the code as it is tells how many cells come and go by chance. */
const OTHER_SEEDS = [504, 505, 506];
const LOADS = ['wave 1', 'wave 2.3', 'wave 1, far'];
/** Where the compiled code lies: `.bench`. */
const COMPILED = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const THROTTLE = 'src/dispatch/pace/adaptive';

/** By file and constant, values other than the one that stands in the code. Left out is what hints, rounding and clocks need. */
const OTHERS: Record<string, Record<string, readonly string[]>> = {
  'adaptive-throttle.js': {
    STAKE: ['0.005', '0.02'],
    HASTE: ['1.5', '2', '5'],
    FEW_ROWS: ['30', '120'],
    PACE_OF_FEW: ['2.5 / 1000', '10 / 1000'],
    SCANT: ['0.3', '0.8', '1.1'],
    LEAN: ['0.9', '1.3'],
    PASSED: ['0', '20', '80'],
    KEEPING_UP: ['2', '4'],
    AMPLE: ['1.1', '2.5'],
    AHEAD: ['1.2', '2'],
    GUARD: ['2', '8'],
  },
  'beginnings.js': { NEARLY: ['0.6', '0.9'] },
  'bucket-reader.js': { SOONEST_FULL_MS: ['100', '1000'] },
  'bucket.js': {
    TRUSTED_CALLS: ['15', '60'],
    TELLING_CALLS: ['8', '30'],
    CAUTION: ['0.005', '0.01', '0.04'],
    CAUTIOUS_CALLS: [
      '{ own: 10, least: 25, usual: 50, perLostCall: 12 }',
      '{ own: 40, least: 100, usual: 200, perLostCall: 50 }',
    ],
    CAUTIOUS_CALLS_OF_A_GUESS: [
      '{ least: 10, usual: 10, perLostCall: 3 }',
      '{ least: 40, usual: 40, perLostCall: 10 }',
    ],
    GROWTH: ['{ own: 0.3, shared: 0.2 }', '{ own: 0.6, shared: 0.6 }', '{ own: 16, shared: 16 }'],
    OUTGROWN: ['1.5', '4'],
    DUE: ['0', '2'],
    TRIES_TAKEN: ['{ measured: 8, hinted: 3, own: 2 }', '{ measured: 32, hinted: 10, own: 8 }'],
    PENALTY_MS: ['1500', '5000'],
    CHANGED: ['0.1', '0.35'],
    FIRST_REFUSALS: ['3', '6'],
  },
  'limits.js': {
    LONG_MS: ['1500', '4500'],
    COUNTED: ['2', '6'],
    GUESSED_BURST_MS: ['1000', '4000'],
    FILLED_IN: ['0.2', '0.35', '0.65'],
  },
  'refusal-budget.js': {
    PROBES: ['{ usual: 0.005, pressing: 0.01 }', '{ usual: 0.015, pressing: 0.03 }'],
    FREE_BLOCKS: ['0.5', '2'],
    REFUSED_BEYOND: ['0.015', '0.021'],
    REFUSED_EARLY: ['0.018', '0.03'],
    AFFORDED: ['0.01', '0.016'],
    AFFORDED_OFTEN: ['0.015', '0.022'],
    SPARED: ['1', '6'],
  },
  'window-reader.js': {
    SLACK_MS: ['20', '150'],
    FEWEST_CALLS: ['{ twice: 6, often: 3 }', '{ twice: 20, often: 8 }'],
    BEGINNINGS: ['30', '300'],
    UNALIKE_MS: ['50', '300'],
    FULL: ['{ least: 2, byTheClock: 3, most: 6 }', '{ least: 4, byTheClock: 5, most: 8 }'],
  },
  'window.js': {
    PROVEN: ['0.8', '0.95'],
    REFUTED: ['1.05', '1.25'],
    GROPING: ['0.005', '0.02'],
    STEP_MS: ['75', '300'],
    EDGE_MS: ['15', '60'],
    MOST_EARLY: ['2', '10'],
    EARLY_MS: ['50', '200'],
    LONGEST_PENALTY_MS: ['{ least: 9000, only: 9000 }', '{ least: 15_500, only: 15_500 }'],
    PER_CALL_BEYOND: ['2', '8'],
    STAKE_BEYOND: ['0.03', '0.1'],
    LATE_TRIPS: ['10', '40'],
    LATE_TRIPS_PER_CALL: ['0.25', '1'],
  },
};

/** The code as it is, or with one constant of it changed. */
interface Variant {
  readonly file: string;
  readonly constant: string;
  readonly value: string;
}

type AsItIs = 'as it is' | 'with other seeds';
const VARIANTS: readonly (Variant | AsItIs)[] = [
  'as it is',
  'with other seeds',
  ...Object.entries(OTHERS).flatMap(([file, constants]) =>
    Object.entries(constants).flatMap(([constant, values]) =>
      values.map((value) => ({ file, constant, value })),
    ),
  ),
];

/** What is played: every limit of the lots under every load. */
const CELLS = [...kindsOf(LOTS.flatMap((lot) => drawLot(lot).models))].flatMap(([kind, models]) =>
  models.flatMap((model) =>
    COLUMNS.filter(({ title }) => LOADS.includes(title)).map((column) => ({ kind, model, column })),
  ),
);

interface Played extends Cell {
  /** Undefined where nothing is asked. */
  readonly isReached: boolean | undefined;
}

/** What a worker tells of one variant: its cells in the order of {@link CELLS}, and what the constant is in the code. */
interface Told {
  readonly nth: number;
  readonly cells: readonly Played[];
  readonly standing: string | undefined;
}

const folderOf = (nth: number): string => join(COMPILED, 'trades', String(nth));

/** The compiled code with the constant changed, in a folder of its own, as its modules are loaded once. Returns the value before. */
async function change(folder: string, { file, constant, value }: Variant): Promise<string> {
  for (const part of ['src', 'test']) await cp(join(COMPILED, part), join(folder, part), { recursive: true });
  const path = join(folder, THROTTLE, file);
  const code = await readFile(path, 'utf8');
  const [line, standing] = new RegExp(`^const ${constant} = (.*);$`, 'm').exec(code) ?? [];
  if (line === undefined || standing === undefined || standing === value)
    throw new Error(`${file}: ${constant} is not there, or is ${value} already`);
  await writeFile(path, code.replace(line, `const ${constant} = ${value};`));
  return standing;
}

async function play(nth: number): Promise<Told> {
  const variant = VARIANTS[nth]!;
  const isAsItIs = typeof variant === 'string';
  const standing = isAsItIs ? undefined : await change(folderOf(nth), variant);
  const root = isAsItIs ? COMPILED : folderOf(nth);
  const seeds = variant === 'with other seeds' ? OTHER_SEEDS : SEEDS;
  const module = pathToFileURL(join(root, 'test/bench/on-time-cell.js')).href;
  const { measure, judge } = (await import(module)) as typeof import('./on-time-cell.js');
  const cells: Played[] = [];
  for (const { model, column } of CELLS) {
    const cell = await measure(model, column, seeds, 'ours');
    const judgement = judge(cell, model, column);
    cells.push({ ...cell, isReached: judgement && !judgement.late && !judgement.plainlyRude });
  }
  return { nth, cells, standing };
}

/** Every variant, by as many threads as there are cores. */
async function playAll(): Promise<Told[]> {
  const told: Told[] = [];
  const parts = availableParallelism();
  const workers = Array.from({ length: parts }, (_, part) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { part, parts } });
    return new Promise<void>((resolve, reject) => {
      worker.on('message', (each: Told) => {
        told.push(each);
        console.log(`${told.length} of ${VARIANTS.length}`);
      });
      worker.once('error', reject).once('exit', () => {
        resolve();
      });
    });
  });
  await Promise.all(workers);
  return told.sort((a, b) => a.nth - b.nth);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length;
const signed = (value: number, digits: number): string => `${value > 0 ? '+' : ''}${value.toFixed(digits)}`;

/** Kinds whose mean share in time moves by 0.003 or more, or whose refusals by 0.2 % of calls. */
function moves(now: readonly Played[], before: readonly Played[]): string {
  const judged = (kind: string, isFar: boolean): number[] =>
    CELLS.flatMap((cell, i) =>
      cell.kind === kind && (cell.column.oneWayMs === FAR_MS) === isFar && before[i]!.isReached !== undefined
        ? i
        : [],
    );
  const texts: string[] = [];
  for (const kind of new Set(CELLS.map((cell) => cell.kind))) {
    for (const isFar of [false, true]) {
      const which = judged(kind, isFar);
      const onTime = mean(which.map((i) => now[i]!.onTime - before[i]!.onTime));
      const refused = 100 * mean(which.map((i) => now[i]!.refusedShare - before[i]!.refusedShare));
      const name = isFar ? `${kind}, far` : kind;
      if (Math.abs(onTime) >= 0.003) texts.push(`${name} ${signed(onTime, 3)}`);
      if (Math.abs(refused) >= 0.2) texts.push(`${name} ${signed(refused, 1)} % refused`);
    }
  }
  return texts.join('; ');
}

function gainedAndLost(now: readonly Played[], before: readonly Played[]): [gained: number, lost: number] {
  const those = (isReached: boolean): number =>
    now.filter((cell, i) => cell.isReached === isReached && before[i]!.isReached === !isReached).length;
  return [those(true), those(false)];
}

function tableOf(told: readonly Told[], file: string, before: readonly Played[]): Record<string, string>[] {
  return told.flatMap(({ nth, cells, standing }) => {
    const variant = VARIANTS[nth]!;
    if (typeof variant === 'string' || variant.file !== file) return [];
    return {
      constant: variant.constant,
      'as it is': standing!,
      changed: variant.value,
      'cells gained, lost': gainedAndLost(cells, before).join(', '),
      'what it moves': moves(cells, before),
    };
  });
}

async function main(): Promise<void> {
  const told = await playAll();
  await rm(join(COMPILED, 'trades'), { recursive: true, force: true });
  const [{ cells: before }, { cells: again }, ...changed] = told as [Told, Told, ...Told[]];
  const judged = before.filter(({ isReached }) => isReached !== undefined).length;
  const missed = before.flatMap(({ isReached }, i) => (isReached === false ? i : []));
  const never = missed.filter((i) => changed.every(({ cells }) => cells[i]!.isReached === false));
  const [byChance, lostByChance] = gainedAndLost(again, before);
  const files = Object.keys(OTHERS).flatMap((file) => [
    `## ${file.replace('.js', '.ts')}`,
    tableOf(told, file, before),
  ]);
  await report('trades', 'What constants of the throttle trade', [
    `Virtual time, so another machine gives the same figures. ${judged} cells, of limits drawn by lot under the loads ${LOADS.join('; ')} of
[on-time.md](on-time.md), are medians of ${SEEDS.length} seeds, under the code as it is and with one constant of it changed. A cell is gained that
reaches its targets then only, and lost that reaches them no more; up to three refusals in a run are let pass. Beside that stands the kinds of
limits whose share in time moves by 0.003 or more in the mean, or whose refusals by 0.2 % of calls.

As it is ${missed.length} cells miss, and ${never.length} of them miss with each of the ${changed.length} changes, too. By chance alone, with ${OTHER_SEEDS.length} other seeds, ${byChance} are gained
and ${lostByChance} lost.`,
    ...files,
  ]);
}

if (isMainThread) await main();
else {
  const { part, parts } = workerData as { part: number; parts: number };
  for (let nth = part; nth < VARIANTS.length; nth += parts) parentPort!.postMessage(await play(nth));
}
