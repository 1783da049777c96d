/**
 * What constants of the throttle trade: the same limits under the code as it is and with one constant changed. Where a
 * limit misses its target, the constant that would help it stands here beside the limits that pay for it.
 */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { drawLot } from './drawn-models.js';
import { report } from './measure.js';
import { COLUMNS } from './on-time-cell.js';
import type { Model } from './on-time-models.js';

/** Looked at: these are not the figures of which only the results were seen. */
const LOTS = [20_261_133, 20_261_134, 20_261_135, 20_261_136];
const SEEDS = [501, 502, 503, 504, 505];
/** Where the compiled code lies: `.bench`. */
const COMPILED = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const THROTTLE = 'src/dispatch/pace/adaptive';

/** Limits that a constant is tried on. */
interface Side {
  readonly title: string;
  readonly isOf: (model: Model) => boolean;
  readonly columns: readonly string[];
}

interface Trade {
  readonly title: string;
  readonly text: string;
  readonly file: string;
  readonly constant: string;
  /** One of them stands in the code. */
  readonly values: readonly string[];
  readonly sides: readonly Side[];
}

const kind = (title: string, pattern: RegExp, ...columns: readonly string[]): Side => ({
  title: `${title}: ${columns.join(', ')}`,
  isOf: ({ name }) => pattern.test(name),
  columns,
});

/** Penalties whose burst flows in within so many seconds. */
const filled = (title: string, fromS: number, toS: number): Side => ({
  title: `${title}: wave 1, wave 2.3`,
  isOf: ({ name }) => {
    const [, perS, burst] = /^penalty 10 s, bucket (\d+)\/s, (\d+)$/.exec(name)?.map(Number) ?? [];
    if (perS === undefined || burst === undefined) return false;
    return burst / perS >= fromS && burst / perS < toS;
  },
  columns: ['wave 1', 'wave 2.3'],
});

const buckets = kind('buckets', /^bucket \d+\/s, \d+$/, 'wave 1', 'wave 2.3');
const doubling = kind('buckets that double', /^bucket.* doubles/, 'wave 1', 'wave 2.3', 'three waves 1');
const shared = kind('shared', /^shared/, 'wave 2.3', 'three waves 1');
const early = kind('longer for early', /^longer/, 'wave 2.3');
const penalties = kind('penalties', /^penalty/, 'wave 1', 'wave 2.3');

const TRADES: readonly Trade[] = [
  {
    title: 'How soon a bucket is asked for more',
    text: 'Calls after a refusal until the pace is back at what was read; it grows from there on by their fourth power, at first.',
    file: 'bucket.js',
    constant: 'CAUTIOUS_CALLS',
    values: [
      '{ own: 10, least: 25, usual: 50, perLostCall: 12 }',
      '{ own: 14, least: 35, usual: 70, perLostCall: 17 }',
      '{ own: 20, least: 50, usual: 100, perLostCall: 25 }',
      '{ own: 40, least: 100, usual: 200, perLostCall: 50 }',
    ],
    sides: [doubling, shared, buckets, early],
  },
  {
    title: 'How often a bucket that nobody shares may be asked for more',
    text: 'The share of all calls, with those to come, that may have been refused.',
    file: 'refusal-budget.js',
    constant: 'AFFORDED_OFTEN',
    values: ['0.012', '0.017', '0.02'],
    sides: [doubling, buckets],
  },
  {
    title: 'How fast a bucket is asked for more and more',
    text: 'Share of its rate for each time those calls: the least of this and of the fourth power. Large figures are none but that.',
    file: 'bucket.js',
    constant: 'GROWTH',
    values: [
      '{ own: 0.4, shared: 0.3 }',
      '{ own: 0.6, shared: 0.4 }',
      '{ own: 0.6, shared: 0.6 }',
      '{ own: 16, shared: 16 }',
    ],
    sides: [doubling, shared, early],
  },
  {
    title: 'How close to the call a refusal comes under a bucket that nobody shares',
    text: 'Such a one is asked for more at once when it takes more than it can hold, and keeps what flowed in while it was shut.',
    file: 'bucket.js',
    constant: 'DUE',
    values: ['0', '1', '2', '3'],
    sides: [doubling, shared, kind('buckets', /^bucket \d+\/s, \d+$/, 'wave 1, far')],
  },
  {
    title: 'How far below what was read a bucket is asked after a refusal',
    text: 'As a share of its rate.',
    file: 'bucket.js',
    constant: 'CAUTION',
    values: ['0.005', '0.01', '0.02', '0.04'],
    sides: [buckets, shared, early],
  },
  {
    title: 'How much of a penalty the burst of its bucket is taken to need to flow in',
    text: 'One refusal tells the sum of burst and inflow alone. By how long the burst does take:',
    file: 'limits.js',
    constant: 'FILLED_IN',
    values: ['0.2', '0.35', '0.5', '0.65'],
    sides: [filled('less than 4 s', 0, 4), filled('4 to 5 s', 4, 5), filled('5 s and more', 5, 10)],
  },
  {
    title: 'How many refusals may be spent on calls beyond a window',
    text: 'The share of all calls, with those to come, that may have been refused.',
    file: 'refusal-budget.js',
    constant: 'REFUSED_BEYOND',
    values: ['0.012', '0.0165', '0.022', '0.03'],
    sides: [
      kind('windows that double', /^window.* doubles/, 'wave 1', 'wave 2.3', 'three waves 1'),
      kind('windows that double', /^window.* doubles/, 'wave 1, far'),
      kind('windows and sliding ones', /^(window|sliding) \d+ per \d+ s$/, 'wave 2.3', 'three waves 1'),
    ],
  },
  {
    title: 'How much faster than the deadlines ask calls leave, while no limit is known',
    text: 'Under a penalty a slower start tells the rate better, and fewer calls are on the wire with the first refusal.',
    file: 'adaptive-throttle.js',
    constant: 'HASTE',
    values: ['1.3', '2', '3', '5'],
    sides: [
      penalties,
      early,
      kind('windows', /^window \d+ per \d+ s$/, 'wave 1', 'three waves 1'),
      kind('windows', /^window \d+ per \d+ s$/, 'wave 1, far'),
    ],
  },
  {
    title: 'How many calls are in flight while no limit is known',
    text: 'As a multiple of what the deadlines ask within a round trip, if that is short. All of them are refused with the first.',
    file: 'adaptive-throttle.js',
    constant: 'SCANT',
    values: ['0.3', '0.5', '0.8', '1.1', '1.5'],
    sides: [
      early,
      kind('longer for early', /^longer/, 'wave 1', 'three waves 1'),
      penalties,
      shared,
      buckets,
      kind('windows', /^window \d+ per \d+ s$/, 'wave 1', 'wave 2.3'),
    ],
  },
];

const lots = LOTS.map(drawLot).flatMap(({ models }) => models);

/** The compiled code with one constant changed, in a folder of its own, as its modules are loaded once. */
async function withConstant({ file, constant, values }: Trade, value: string, nth: string) {
  const folder = join(COMPILED, 'trades', nth);
  for (const part of ['src', 'test']) await cp(join(COMPILED, part), join(folder, part), { recursive: true });
  const path = join(folder, THROTTLE, file);
  const code = await readFile(path, 'utf8');
  const [line, standing] = new RegExp(`^const ${constant} = (.*);$`, 'm').exec(code) ?? [];
  if (line === undefined || standing === undefined || !values.includes(standing)) {
    throw new Error(`${file}: ${constant} is none of ${values.join(', ')}`);
  }
  await writeFile(path, code.replace(line, `const ${constant} = ${value};`));
  const module = pathToFileURL(join(folder, 'test/bench/on-time-cell.js')).href;
  const cells = (await import(module)) as typeof import('./on-time-cell.js');
  return { ...cells, isAsItIs: value === standing };
}

/** Cells that reach their targets, and the mean shares in time and refused. */
async function played(
  { measure, judge }: Pick<typeof import('./on-time-cell.js'), 'measure' | 'judge'>,
  { isOf, columns }: Side,
): Promise<string> {
  const sum = { cells: 0, reached: 0, onTime: 0, refused: 0 };
  for (const model of lots.filter(isOf)) {
    for (const column of COLUMNS.filter(({ title }) => columns.includes(title))) {
      const cell = await measure(model, column, SEEDS, 'ours');
      const judgement = judge(cell, model, column);
      sum.cells++;
      if (judgement !== undefined && !judgement.late && !judgement.rude) sum.reached++;
      sum.onTime += cell.onTime;
      sum.refused += 100 * cell.refusedShare;
    }
  }
  const mean = (of: number, digits: number): string => (of / sum.cells).toFixed(digits);
  return `${sum.reached} of ${sum.cells}; ${mean(sum.onTime, 4)}, ${mean(sum.refused, 2)} %`;
}

async function tableOf(trade: Trade, nth: number): Promise<Record<string, string>[]> {
  const rows: Record<string, string>[] = [];
  for (const [i, value] of trade.values.entries()) {
    const variant = await withConstant(trade, value, `${nth}-${i}`);
    const row: Record<string, string> = { [trade.constant]: variant.isAsItIs ? `${value}, as it is` : value };
    for (const side of trade.sides) row[side.title] = await played(variant, side);
    rows.push(row);
  }
  return rows;
}

const parts: Parameters<typeof report>[2][number][] = [
  `Virtual time, so another machine gives the same figures. The same limits, drawn by lot, under the code as it is and with one constant of it
changed: how many cells reach their targets for codes in time and for refusals, and the means of both. Loads are those of [on-time.md](on-time.md).`,
];
for (const [nth, trade] of TRADES.entries()) {
  console.log(trade.title);
  parts.push(`## ${trade.title}\n\n${trade.text}`, await tableOf(trade, nth));
}
await rm(join(COMPILED, 'trades'), { recursive: true, force: true });
await report('trades', 'What constants of the throttle trade', parts);
