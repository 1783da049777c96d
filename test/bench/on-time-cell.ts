import { brokenPromises, type Scenario } from '../simulation/simulate.js';
import type { WorkloadSpec } from '../simulation/workloads.js';
import { median } from './measure.js';
import { PLAYERS, type Play, type Player } from './on-time-clients.js';
import type { Model } from './on-time-models.js';

export const FAR_MS = 200;

/** A run with so few refusals is not judged by their share. */
export const FEW_REFUSALS = 3;

/** Seeds of earlier runs are others. */
const EARLIER = 1000;

/** Runs with many rows teach nothing more. */
const MOST_ROWS = 4000;

export interface Column {
  readonly title: string;
  readonly workload: WorkloadSpec;
  readonly oneWayMs: number;
}

export const COLUMNS: readonly Column[] = [
  { title: 'wave 0.5', workload: { kind: 'wave', load: 0.5 }, oneWayMs: 40 },
  { title: 'wave 1', workload: { kind: 'wave', load: 1 }, oneWayMs: 40 },
  { title: 'wave 2.3', workload: { kind: 'wave', load: 2.3 }, oneWayMs: 40 },
  { title: 'three waves 1', workload: { kind: 'waves', load: 1 }, oneWayMs: 40 },
  { title: 'stream 1', workload: { kind: 'stream', load: 1 }, oneWayMs: 40 },
  { title: 'wave 1, far', workload: { kind: 'wave', load: 1 }, oneWayMs: FAR_MS },
];

export interface Cell {
  /** Enrolled, as a share of the best possible. */
  readonly onTime: number;
  readonly refusedShare: number;
  readonly refusals: number;
}

/** What was seen of all runs of ours, and how many calls were simulated. */
export const seen = { calls: 0, runs: 0, early: 0, dead: 0, broken: 0 };

/** One run of a model, and the run before it that leaves a hint. */
export function scenarioOf(
  model: Model,
  { workload, oneWayMs }: Column,
  seed: number,
): { scenario: Scenario; earlier: Scenario | undefined } {
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
  return { scenario, earlier };
}

/**
 * Medians over the seeds, of the way that serves the model best: one way for all of them, as nobody knows beforehand how a run will
 * go. It is the one with the most codes that keeps to the refusals allowed, else the one with the fewest refusals.
 */
export async function measure(
  model: Model,
  column: Column,
  seeds: readonly number[],
  player: Player,
): Promise<Cell> {
  const cells: Cell[] = [];
  for (const play of PLAYERS[player](model.limit(0))) {
    cells.push(await measureWay(model, column, seeds, play, player === 'ours'));
  }
  const polite = cells.filter((cell) => !isPlainlyRude(cell, model));
  if (polite.length === 0) return cells.reduce((a, b) => (b.refusedShare < a.refusedShare ? b : a));
  return polite.reduce((a, b) => (b.onTime > a.onTime ? b : a));
}

async function measureWay(
  model: Model,
  column: Column,
  seeds: readonly number[],
  play: Play,
  isOurs: boolean,
): Promise<Cell> {
  const cells: Cell[] = [];
  for (const seed of seeds) {
    const { scenario, earlier } = scenarioOf(model, column, seed);
    const report = await play(scenario, earlier);
    const { best, enrolled, calls, refusals } = report;
    seen.calls += calls;
    cells.push({ onTime: enrolled / best.enrolled, refusedShare: refusals / calls, refusals });
    if (!isOurs) continue;
    seen.runs++;
    seen.early += report.early;
    seen.dead += report.deadSent + report.deadArrived;
    seen.broken += brokenPromises(report).length;
  }
  return {
    onTime: median(cells.map((cell) => cell.onTime)),
    refusedShare: median(cells.map((cell) => cell.refusedShare)),
    refusals: median(cells.map((cell) => cell.refusals)),
  };
}

export interface Judgement {
  readonly late: boolean;
  /** More calls are refused than asked. */
  readonly rude: boolean;
  /** The same where a few refusals are let pass. */
  readonly plainlyRude: boolean;
}

/** Undefined where nothing is asked. */
export function judge(cell: Cell, model: Model, { oneWayMs }: Column): Judgement | undefined {
  const target = oneWayMs === FAR_MS ? model.farOnTime : model.onTime;
  if (target === undefined) return undefined;
  const rude = cell.refusedShare > model.refused;
  return { late: cell.onTime < target, rude, plainlyRude: isPlainlyRude(cell, model) };
}

const isPlainlyRude = ({ refusedShare, refusals }: Cell, { refused }: Model): boolean =>
  refusedShare > refused && refusals > FEW_REFUSALS;
