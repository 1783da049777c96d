import type { Demand, Signal, Throttle } from '../../src/dispatch/throttle.js';
import type { Client } from './client.js';
import { dispatcherClient } from './dispatcher-client.js';
import { makeLimit, type LimitSpec } from './limit-spec.js';
import type { Limit } from './limits.js';
import { HAIR_MS } from './other-throttles.js';
import { seededRandom } from './random.js';
import type { Scenario } from './simulate.js';

/**
 * Somebody who must learn, but learns all at once: the first refusal tells the kind of the limit, its figures and its
 * state, others who share it included. From then on the block is sat out and no call is refused. What takes from the
 * limit midway is learned by one more refusal, what adds to it is known at once.
 *
 * @param haste while something is to be learned, calls leave at most so many times faster than the deadlines ask
 */
export function learner(scenario: Scenario, haste: number): Client {
  return dispatcherClient({ throttle: () => new LearningThrottle(scenario, haste) });
}

class LearningThrottle implements Throttle {
  closedUntilMs = -Infinity;
  readonly roundTripMs: number;
  /** Both are told of every call: the limit as it is, and as it would be without what nobody foresees. */
  readonly #truth: Limit;
  readonly #foreseen: Limit;
  readonly #changeMs: number;
  #known: Limit | undefined;
  /** The next free moment, by what was known when it was reckoned: limits cannot be asked of the past. */
  #freeMs = -Infinity;
  readonly #oneWayMs: number;
  /** By so much a call may overtake the one before it. */
  readonly #guardMs: number;
  readonly #arrivesMs = new Map<number, number>();
  #lastSentMs = -Infinity;
  #lastId = 0;

  constructor(
    { limit, network, seed }: Scenario,
    private readonly haste: number,
  ) {
    const { spec, changeMs } = foreseen(limit);
    this.#truth = makeLimit(limit, seededRandom(seed, 0));
    this.#foreseen = makeLimit(spec, seededRandom(seed, 0));
    this.#changeMs = changeMs;
    this.#oneWayMs = network.oneWayMs;
    this.#guardMs = HAIR_MS + network.oneWayMs * (network.jitter ?? 0);
    this.roundTripMs = 2 * network.oneWayMs + this.#guardMs;
  }

  nextSendAt(nowMs: number, { perMs }: Demand): number {
    const isPaced = this.#known !== this.#truth && perMs > 0;
    const pacedMs = isPaced ? this.#lastSentMs + 1 / (this.haste * perMs) : nowMs;
    const fromMs = Math.max(nowMs, this.closedUntilMs, pacedMs);
    if (this.#known === undefined) return fromMs;
    const arrivesMs = fromMs + this.#oneWayMs;
    if (arrivesMs > this.#freeMs) this.#freeMs = this.#known.freeAt(arrivesMs);
    return this.#freeMs <= arrivesMs ? fromMs : this.#freeMs - this.#oneWayMs + this.#guardMs;
  }

  sent(nowMs: number): number {
    const arrivesMs = nowMs + this.#oneWayMs;
    this.#truth.arrive(arrivesMs);
    this.#foreseen.arrive(arrivesMs);
    this.#freeMs = -Infinity;
    this.#lastSentMs = nowMs;
    this.#arrivesMs.set(++this.#lastId, arrivesMs);
    return this.#lastId;
  }

  answered(id: number, nowMs: number, { kind, retryAfterMs = 0 }: Signal): void {
    const arrivedMs = this.#arrivesMs.get(id) ?? nowMs;
    this.#arrivesMs.delete(id);
    if (kind !== 'refused') return;
    this.closedUntilMs = Math.max(this.closedUntilMs, nowMs + retryAfterMs);
    this.#known = arrivedMs >= this.#changeMs ? this.#truth : this.#foreseen;
    this.#freeMs = -Infinity;
  }

  forecast(): number {
    return Infinity;
  }
}

/** A limit without what will be taken from it midway, and from when on a refusal tells all. */
function foreseen(spec: LimitSpec): { spec: LimitSpec; changeMs: number } {
  if (!('change' in spec) || spec.change.factor >= 1) {
    return { spec, changeMs: -Infinity };
  }
  const { change, ...without } = spec;
  return { spec: without, changeMs: change.atS * 1000 };
}
