import { Heap } from './heap.js';
import type { Limit } from './limits.js';
import { deadFromMs } from './world.js';
import type { Workload } from './workloads.js';

/** What somebody achieves who knows the limit and is never refused. */
export interface Best {
  readonly enrolled: number;
  /** Arrival of the last call, ms from the start. */
  readonly endMs: number;
}

/**
 * Earliest deadline first, each call as early as the limit allows: no order enrols more rows that take one call each.
 *
 * @param callsPerMs what the client's calls in flight allow where nothing else limits
 */
export function clairvoyant(limit: Limit, work: Workload, oneWayMs: number, callsPerMs: number): Best {
  const { startMs, arrivals } = work;
  const waiting = new Heap<number>();
  let next = 0;
  let fromMs = 0;
  let endMs = 0;
  let enrolled = 0;
  const reachesGraphMs = (): number => (arrivals[next]?.atMs ?? Infinity) + oneWayMs;
  while (next < arrivals.length || waiting.size > 0) {
    if (waiting.size === 0) fromMs = Math.max(fromMs, reachesGraphMs());
    const atMs = limit.freeAt(fromMs);
    for (; reachesGraphMs() <= atMs; next++) {
      const deadMs = deadFromMs(arrivals[next]!.row) - startMs;
      waiting.push(deadMs, deadMs);
    }
    while (waiting.size > 0 && waiting.firstKey <= atMs) waiting.pop();
    if (waiting.pop() === undefined) continue;
    limit.arrive(atMs);
    enrolled++;
    endMs = atMs;
    fromMs = atMs + 1 / callsPerMs;
  }
  return { enrolled, endMs };
}
