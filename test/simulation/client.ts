import type { Status } from '../../src/model/outcome.js';
import type { Row } from '../../src/model/row.js';
import type { SimClock } from './sim-clock.js';
import type { SimGraph } from './world.js';
import type { Arrival } from './workloads.js';

/** Calls in flight at most, as in a run without `--concurrency`. */
export const CONCURRENCY = 16;

/** What a client under test works with. */
export interface Desk {
  readonly clock: SimClock;
  readonly graph: SimGraph;
  /** In the order in which they come; none may be looked at before its time. */
  readonly arrivals: readonly Arrival[];
  readonly random: () => number;
  /** The client says what became of a row. */
  readonly settled: (row: Row, status: Status) => void;
}

/** Sends all rows and resolves once it has said of each what became of it. */
export type Client = (desk: Desk) => Promise<void>;
