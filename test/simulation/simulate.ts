import type { Status } from '../../src/model/outcome.js';
import type { Row } from '../../src/model/row.js';
import { clairvoyant, type Best } from './clairvoyant.js';
import { CONCURRENCY, type Client } from './client.js';
import { dispatcherClient } from './dispatcher-client.js';
import { makeLimit, type LimitSpec } from './limit-spec.js';
import { seededRandom } from './random.js';
import { SimClock } from './sim-clock.js';
import { deadFromMs, SimGraph, type Network, type RetryAfterForm, type Tally } from './world.js';
import { makeWorkload, type Workload, type WorkloadSpec } from './workloads.js';

/** All that decides a run, as plain data: the same scenario gives the same run, call by call. */
export interface Scenario {
  readonly limit: LimitSpec;
  readonly workload: WorkloadSpec;
  readonly network: Network;
  readonly seed: number;
  /** `whole` unless told. */
  readonly retryAfter?: RetryAfterForm;
  /** Whether answers bear `x-ms-throttle-limit-percentage`; not unless told. */
  readonly percentage?: boolean;
}

export interface Report extends Tally {
  readonly rows: number;
  /** Rows whose token is active, as Graph has it. */
  readonly enrolled: number;
  readonly best: Best;
  /** What the client said of each row, by line: one status each, or something is wrong. */
  readonly told: ReadonlyMap<number, readonly Status[]>;
  readonly activeLines: ReadonlySet<number>;
  /** Of these an answer never came. */
  readonly lostLines: ReadonlySet<number>;
  /** When calls arrived, ms from the start, in order. */
  readonly arrivedMs: readonly number[];
  /** Whether the client came to its end by itself. */
  readonly isDone: boolean;
  /** When it did, ms from the start. */
  readonly endMs: number;
  /** When the last row that can expire does so. */
  readonly lastDeadlineMs: number;
}

/** A run is done by three times the time that it needs at least, or this long after its last deadline. */
const PATIENCE_MS = 30 * 60_000;

/** What a client that never waits sends. */
const mostPerMs = ({ oneWayMs }: Network): number => CONCURRENCY / (2 * oneWayMs);

/** The rows of a scenario. */
export function workloadOf({ workload, limit, network, seed }: Scenario): Workload {
  return makeWorkload(workload, limit, seed, mostPerMs(network));
}

/** Plays a scenario. A client that hangs, or takes far too long, is cut off. Rejects where it throws. */
export async function simulate(scenario: Scenario, client: Client = dispatcherClient()): Promise<Report> {
  const { limit, network, seed, retryAfter = 'whole', percentage = false } = scenario;
  const freshLimit = () => makeLimit(limit, seededRandom(seed, 0));
  const work = workloadOf(scenario);
  const best = clairvoyant(freshLimit(), work, network.oneWayMs, mostPerMs(network));
  const deadlines = work.arrivals.map(({ row }) => deadFromMs(row) - work.startMs).filter(Number.isFinite);
  const lastDeadlineMs = deadlines.reduce((a, b) => Math.max(a, b), 0);

  const clock = new SimClock(work.startMs);
  const telling = { retryAfter, percentage };
  const graph = new SimGraph(clock, freshLimit(), network, telling, seededRandom(seed, 3));
  const told = new Map<number, Status[]>(work.arrivals.map(({ row }) => [row.line, []]));
  const settled = (row: Row, status: Status): void => void told.get(row.line)?.push(status);
  const done = client({ clock, graph, arrivals: work.arrivals, random: seededRandom(seed, 4), settled });
  const isDone = await clock.run(done, Math.max(3 * best.endMs, lastDeadlineMs) + PATIENCE_MS);

  return {
    ...graph.tally,
    rows: work.arrivals.length,
    enrolled: graph.active.size,
    best,
    told,
    activeLines: graph.active,
    lostLines: graph.lost,
    arrivedMs: graph.arrivedMs,
    isDone,
    endMs: clock.elapsed(),
    lastDeadlineMs,
  };
}

/** Which promises a run broke, in words; none is none. */
export function brokenPromises(report: Report): string[] {
  const { isDone, early, deadSent, deadArrived, twice, told, activeLines, lostLines } = report;
  const broken: string[] = [];
  if (!isDone) broken.push(`not done after ${Math.round(report.endMs / 1000)} s`);
  if (early > 0) broken.push(`${early} calls left inside a Retry-After that was known`);
  if (deadSent > 0) broken.push(`${deadSent} codes left after their deadline`);
  if (deadArrived > 0) broken.push(`${deadArrived} codes arrived after their deadline`);
  if (twice > 0) broken.push(`${twice} tokens were submitted again`);
  for (const [line, statuses] of told) {
    if (statuses.length !== 1) broken.push(`line ${line} has ${statuses.length} outcomes`);
    // Where an answer was lost, and then those to look-ups as well, nobody can tell.
    if (statuses[0] === 'unresolved' && lostLines.has(line)) continue;
    if ((statuses[0] === 'enrolled') !== activeLines.has(line)) {
      broken.push(`line ${line} is told ${statuses.join(', ')}, which is not so`);
    }
  }
  return broken;
}

/** How to play a scenario again. */
export function replayLine(scenario: Scenario): string {
  return `npm run simulate -- '${JSON.stringify(scenario)}'`;
}
