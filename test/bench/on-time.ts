/**
 * How many codes are sent while they live, as a share of what somebody achieves who knows the limit, and how many
 * calls are refused on the way: the dispatcher beside two clients as they are commonly written, under models of
 * Graph's limits, on virtual time. Every figure is a median of five seeds. A miss of a target is marked, not hidden.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { CONCURRENCY } from '../simulation/client.js';
import { dispatcherClient } from '../simulation/dispatcher-client.js';
import { simulate, type Scenario } from '../simulation/simulate.js';
import type { WorkloadSpec } from '../simulation/workloads.js';
import { heldOutModels, namedModels, type Model } from './on-time-models.js';
import { graphClient } from './peers/graph-client.js';
import { inFileOrder } from './peers/in-file-order.js';

const SEEDS = [211, 223, 227, 229, 233];
const FOLDER = 'reports/benchmarks';

/** Where an answer takes long, one forced refusal more costs more. */
const FAR_MS = 200;
const FAR_ON_TIME = 0.95;

/** A run with so few refusals is not judged by their share. */
const FEW_REFUSALS = 3;

const CLIENTS = {
  ours: dispatcherClient(),
  'one by one': inFileOrder,
  'p-limit and Graph client': graphClient,
};
type ClientName = keyof typeof CLIENTS;
const NAMES = Object.keys(CLIENTS) as ClientName[];

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

async function measure(model: Model, { workload, oneWayMs }: Column, client: ClientName): Promise<Cell> {
  const cells: Cell[] = [];
  for (const seed of SEEDS) {
    const scenario: Scenario = {
      limit: model.limit(seed),
      workload: { ...workload, most: MOST_ROWS },
      network: { oneWayMs, jitter: model.jitter ?? 0 },
      seed,
      retryAfter: model.retryAfter ?? 'whole',
    };
    const { best, enrolled, calls, refusals } = await simulate(scenario, CLIENTS[client]);
    simulatedCalls += calls;
    cells.push({ onTime: enrolled / best.enrolled, refusedShare: refusals / calls, refusals });
  }
  return {
    onTime: median(cells.map((cell) => cell.onTime)),
    refusedShare: median(cells.map((cell) => cell.refusedShare)),
    refusals: median(cells.map((cell) => cell.refusals)),
  };
}

let cellsOfOurs = 0;
let misses = 0;

function judged(cell: Cell, model: Model, { oneWayMs }: Column): string {
  const target = oneWayMs === FAR_MS ? Math.min(FAR_ON_TIME, model.onTime) : model.onTime;
  const late = cell.onTime < target;
  const rude = cell.refusedShare > model.refused && cell.refusals > FEW_REFUSALS;
  cellsOfOurs++;
  if (late || rude) misses++;
  const mark = (text: string, isMiss: boolean): string => (isMiss ? `**${text}**` : text);
  return `${mark(share(cell), late)} ${mark(percent(cell), rude)}`;
}

const share = ({ onTime }: Cell): string => onTime.toFixed(3);
const percent = ({ refusedShare }: Cell): string => `${(100 * refusedShare).toFixed(1)} %`;

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

async function table(models: readonly Model[]): Promise<string[]> {
  const lines = [
    line(['limit', 'client', 'target', ...COLUMNS.map(({ title }) => title)]),
    line(['---', '---', '---', ...COLUMNS.map(() => '---')]),
  ];
  for (const model of models) {
    for (const client of NAMES) {
      const isOurs = client === 'ours';
      const cells: string[] = [];
      for (const column of COLUMNS) {
        const cell = await measure(model, column, client);
        cells.push(isOurs ? judged(cell, model, column) : `${share(cell)} ${percent(cell)}`);
      }
      const target = `${model.onTime}, ${100 * model.refused} %`;
      const row = line([isOurs ? model.name : '', client, isOurs ? target : '', ...cells]);
      console.log(row);
      lines.push(row);
    }
  }
  return lines;
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
const drained = await drain();
console.log(`\n${drained}\n${misses} of ${cellsOfOurs} cells of ours miss a target.`);
const tookS = (performance.now() - startedAt) / 1000;
console.log(`${simulatedCalls} calls simulated in ${tookS.toFixed(0)} s.`);

const text = `# Codes sent in time, under limits that nobody tells

Made by \`npm run bench:on-time\` with Node ${process.versions.node}. Virtual time, so another machine gives the same figures.

Each cell: rows enrolled as a share of what somebody enrols who knows the limit (earliest deadline first, never
refused), and the share of calls refused; medians of ${SEEDS.length} seeds. Loads are multiples of what the limit
takes in 60 s (a stream: while it lasts). One way to Graph takes 40 ms, in the last column ${FAR_MS} ms, where the target is
${FAR_ON_TIME} at most. **Bold** misses its target; up to ${FEW_REFUSALS} refusals in a run are let pass.

- *ours*: the dispatcher as a run has it, ${CONCURRENCY} calls in flight at most.
- *one by one*: a loop in file order that sleeps Retry-After and tries again. It knows no deadlines.
- *p-limit and Graph client*: 20 at a time in file order, with the Graph client's own retries (three, Retry-After up to 180 s).

${drained}

${misses} of ${cellsOfOurs} cells miss a target.

## Limits with the figures that the throttle was tuned on

${named.join('\n')}

## Limits with other figures

${heldOut.join('\n')}
`;
await mkdir(FOLDER, { recursive: true });
await writeFile(`${FOLDER}/on-time.md`, text);
