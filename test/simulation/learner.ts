import type { Demand, Signal, Throttle } from '../../src/dispatch/pace/throttle.js';
import type { Client, Desk } from './client.js';
import { dispatcherClient } from './dispatcher-client.js';
import { makeLimit } from './limit-spec.js';
import { TokenBucket, type Limit } from './limits.js';
import { HAIR_MS } from './other-throttles.js';
import { seededRandom } from './random.js';
import type { Scenario } from './simulate.js';
import { meanPerS } from './unkind-limits.js';

/** How somebody learns who must. */
export interface Learning {
  /** While something is to be learned, calls leave at most so many times faster than the deadlines ask. */
  readonly haste: number;
  /** After so many calls one more is sent than the limit takes as far as it is known: nothing else shows that it grew. */
  readonly triesEvery: number;
  /** That one leaves when its answer is still of use, and no sooner: the later it is, the more changes it finds. */
  readonly triesLate: boolean;
  /**
   * One refusal tells burst and inflow of a bucket as a sum alone. Where this is given it stands for how long the burst
   * is then taken to flow in, until a second refusal tells all.
   */
  readonly burstFlowsInMs?: number | undefined;
  /**
   * Of what is left on the average of a limit that others share, so much is taken: when they call is chance, and what they take is
   * known as a mean.
   */
  readonly share: number;
  /** A throttle that is followed, instead of keeping to `haste`, until this many refusals told all. */
  readonly first?: { readonly follow: (desk: Desk) => Throttle; readonly refusals: number } | undefined;
}

/**
 * Somebody who must learn, but learns all at once: the first refusal, or a later one, tells the kind of the limit, its figures and its
 * state, and what others who share it take on the average. From then on the block is sat out and no call is refused. What changes midway
 * is known by a refusal, or by a call that is taken beyond what was known.
 */
export function learner(scenario: Scenario, learning: Learning): Client {
  const { first } = learning;
  return dispatcherClient({
    throttle: (desk) => new LearningThrottle(scenario, learning, first?.follow(desk)),
  });
}

/** Round trips that a try needs, and all that may then follow it. */
const LATE_TRIPS = 5;

class LearningThrottle implements Throttle {
  closedUntilMs = -Infinity;
  /** Both are told of every call: the limit as it is, and as it would be without what nobody foresees. */
  readonly #truth: Limit;
  readonly #foreseen: Limit;
  /** From then on a refusal, or a call that is taken beyond what is known, tells of the change. */
  readonly #changeMs: number;
  #callsSinceTry = 0;
  readonly #tries = new Set<number>();
  #known: Limit | undefined;
  /** What the first refusal makes the limit look like, and when the calls before it arrived. */
  #guessed: Limit | undefined;
  readonly #takenMs: number[] = [];
  /** The next free moment, by what was known when it was reckoned: limits cannot be asked of the past. */
  #freeMs = -Infinity;
  readonly #oneWayMs: number;
  /** By so much a call may overtake the one before it. */
  readonly #guardMs: number;
  readonly #arrivesMs = new Map<number, number>();
  #lastSentMs = -Infinity;
  #lastId = 0;
  /** Those that came with the first are told with it. */
  #refusals = 0;

  constructor(
    private readonly scenario: Scenario,
    private readonly learning: Learning,
    private readonly followed: Throttle | undefined,
  ) {
    const { limit, network, seed } = scenario;
    const { change, ...without } = 'change' in limit ? limit : { ...limit, change: undefined };
    this.#truth = makeLimit(limit, seededRandom(seed, 0));
    this.#foreseen = makeLimit(without, seededRandom(seed, 0));
    this.#changeMs = change === undefined ? -Infinity : change.atS * 1000;
    this.#oneWayMs = network.oneWayMs;
    this.#guardMs = HAIR_MS + network.oneWayMs * (network.jitter ?? 0);
  }

  get roundTripMs(): number {
    return this.followed?.roundTripMs ?? 2 * this.#oneWayMs + this.#guardMs;
  }

  nextSendAt(nowMs: number, demand: Demand): number {
    if (this.#known === undefined && this.followed !== undefined)
      return this.followed.nextSendAt(nowMs, demand);
    const { perMs } = demand;
    const isPaced = this.#known !== this.#truth && perMs > 0;
    const pacedMs = isPaced ? this.#lastSentMs + 1 / (this.learning.haste * perMs) : nowMs;
    const fromMs = Math.max(nowMs, this.closedUntilMs, pacedMs);
    if (this.#known === undefined) return fromMs;
    const arrivesMs = fromMs + this.#oneWayMs;
    if (arrivesMs > this.#freeMs) this.#freeMs = this.#known.freeAt(arrivesMs);
    const freeMs = this.#freeMs <= arrivesMs ? fromMs : this.#freeMs - this.#oneWayMs + this.#guardMs;
    if (!this.#mayTry) return freeMs;
    const lateMs = Math.min(freeMs, nowMs + demand.dueMs) - LATE_TRIPS * this.roundTripMs;
    return this.learning.triesLate ? Math.max(fromMs, lateMs) : fromMs;
  }

  /** Where nothing can have changed nothing is tried. */
  get #mayTry(): boolean {
    return (
      this.#known === this.#foreseen &&
      this.#changeMs > -Infinity &&
      this.#callsSinceTry >= this.learning.triesEvery
    );
  }

  sent(nowMs: number): number {
    const arrivesMs = nowMs + this.#oneWayMs;
    this.#lastId = this.followed?.sent(nowMs) ?? this.#lastId + 1;
    if (this.#known !== undefined) this.#callsSinceTry++;
    if (this.#mayTry && this.#foreseen.freeAt(arrivesMs) > arrivesMs) {
      this.#callsSinceTry = 0;
      this.#tries.add(this.#lastId);
    }
    this.#truth.arrive(arrivesMs);
    this.#foreseen.arrive(arrivesMs);
    this.#guessed?.arrive(arrivesMs);
    this.#freeMs = -Infinity;
    this.#lastSentMs = nowMs;
    this.#arrivesMs.set(this.#lastId, arrivesMs);
    return this.#lastId;
  }

  answered(id: number, nowMs: number, signal: Signal): void {
    const { kind, retryAfterMs = 0 } = signal;
    const isFirst = nowMs >= this.closedUntilMs;
    this.followed?.answered(id, nowMs, signal);
    if (this.#known === undefined) this.#shut(this.followed?.closedUntilMs ?? 0);
    const arrivedMs = this.#arrivesMs.get(id) ?? nowMs;
    this.#arrivesMs.delete(id);
    if (this.#tries.delete(id) && kind === 'accepted' && arrivedMs >= this.#changeMs) {
      this.#known = this.#truth;
      this.#freeMs = -Infinity;
    }
    if (kind === 'accepted' && this.#known === undefined) this.#takenMs.push(arrivedMs);
    if (kind !== 'refused') return;
    this.#shut(nowMs + retryAfterMs);
    if (isFirst) this.#refusals++;
    if (this.#refusals < (this.learning.first?.refusals ?? 1)) return;
    if (this.#known === undefined || this.scenario.limit.kind === 'shared')
      this.#guessed = this.#guess(arrivedMs);
    else if (this.#known === this.#guessed && !isFirst) return;
    else this.#guessed = undefined;
    this.#known = this.#guessed ?? (arrivedMs >= this.#changeMs ? this.#truth : this.#foreseen);
  }

  #shut(untilMs: number): void {
    this.closedUntilMs = Math.max(this.closedUntilMs, untilMs);
    this.#freeMs = -Infinity;
  }

  /**
   * What is known where not all is: of a shared bucket, empty then, what is left on the average; else the bucket that took as
   * many calls, if its burst flows in as fast as is supposed.
   */
  #guess(refusedMs: number): Limit | undefined {
    const { limit, seed } = this.scenario;
    const { burstFlowsInMs, share } = this.learning;
    if (limit.kind === 'shared' && limit.of.kind === 'bucket') {
      const { perS, burst } = limit.of;
      const left = new TokenBucket((share * (perS - meanPerS(limit.perS))) / 1000, burst);
      for (let n = 0; n < burst; n++) left.take(refusedMs);
      return left;
    }
    if (burstFlowsInMs === undefined || limit.kind !== 'penalty') return undefined;
    const perMs = this.#takenMs.length / (refusedMs - this.#takenMs[0]! + burstFlowsInMs);
    const of = { kind: 'bucket', perS: 1000 * perMs, burst: Math.max(1, perMs * burstFlowsInMs) } as const;
    const guessed = makeLimit({ ...limit, of }, seededRandom(seed, 0));
    for (const takenMs of [...this.#takenMs, refusedMs]) guessed.arrive(takenMs);
    return guessed;
  }

  forecast(): number {
    return Infinity;
  }
}
