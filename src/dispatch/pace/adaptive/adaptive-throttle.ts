import { allCanDie, type Demand, type Signal, type Throttle } from '../throttle.js';
import { BlockGate } from './block-gate.js';
import type { Hint } from './hint.js';
import { Limits } from './limits.js';

/** Share of calls, or of a window's, that may be in flight when one is refused, hence refused at once. */
const STAKE = 0.01;
/** How much faster than the deadlines ask calls may leave, where no row will be added: more finds the limit for nothing. */
const HASTE = 3;
/** Calls per ms that leave even if nothing presses: as many as the least of Graph's documented limits takes. */
const LEAST_PACE = 0.5 / 1000;
/** So few rows go at a pace at which nobody has to wait for them. */
const FEW_ROWS = 60;
const PACE_OF_FEW = 5 / 1000;
/**
 * In flight by demand, at short delays: while no limit is known all of them are refused with the first, and where few are,
 * demand rises. At long delays fewer cannot keep up.
 */
const SCANT = 0.5;
const LEAN = 1.1;
/** Once so many passed there is a burst, and while calls are slower than its bucket fills it overflows: so many keep up. */
const PASSED = 40;
const KEEPING_UP = 3;
const LONG_TRIP_MS = 150;
const AMPLE = 1.5;
/** In flight by the pace of a bucket. */
const AHEAD = 1.5;
const MOST_IN_FLIGHT = 64;
/** x-ms-throttle-limit-percentage speaks from here on (Graph's throttling page). */
const NEAR_LIMIT = 0.8;
/** Until the first answer. */
const GUESSED_TRIP_MS = 100;
/** RFC 6298 smooths round trips by an eighth; the same is used for their deviation. */
const SMOOTHING = 8;
/** And waits for four deviations more: so much longer a window is kept where the way to Graph varies. */
const GUARD = 4;
/** A pause after which calls are taken to begin anew; also the least patience with an answer. */
const SECOND_MS = 1000;

interface InFlight {
  readonly sentAtMs: number;
  /** Whether it takes more of a bucket than that surely holds. */
  readonly isTry: boolean;
}

/**
 * When the next call may leave, under a limit that nobody tells. It begins with few calls in flight, reads what the
 * limit is from what passed before each refusal, keeps just under it, and tries now and then whether there is more.
 */
export class AdaptiveThrottle implements Throttle {
  readonly #gate: BlockGate;
  readonly #limits: Limits;
  readonly #inFlight = new Map<number, InFlight>();
  #id = 0;
  #lastSentMs = -Infinity;
  #tripMs: number | undefined;
  #deviationMs = 0;
  #percentage = 0;

  constructor(random: () => number, hint?: Hint) {
    this.#gate = new BlockGate(random);
    this.#limits = new Limits(hint);
  }

  get closedUntilMs(): number {
    return this.#gate.closedUntilMs;
  }

  get roundTripMs(): number {
    return this.#tripMs ?? GUESSED_TRIP_MS;
  }

  nextSendAt(nowMs: number, demand: Demand): number {
    const answerBy = Math.max(this.#answerBy(nowMs), this.closedUntilMs);
    const pending = this.#inFlight.size;
    if (this.#awaitsTries || pending >= this.#mostInFlight(demand)) return answerBy;
    const at = Math.max(nowMs, this.closedUntilMs, this.#lastSentMs + this.#gapMs(demand));
    if (this.#gate.block !== undefined) return at;
    const traffic = {
      nowMs,
      pending,
      lastSentMs: this.#lastSentMs,
      tripMs: this.roundTripMs,
      guardMs: this.#guardMs,
    };
    const freeMs = this.#limits.freeAt(traffic, demand);
    return freeMs === Infinity ? answerBy : Math.max(at, freeMs);
  }

  sent(nowMs: number): number {
    const id = ++this.#id;
    this.#gate.sent(id);
    if (this.#gate.block === undefined && nowMs - this.#lastSentMs >= SECOND_MS)
      this.#limits.begin(nowMs, false);
    this.#lastSentMs = nowMs;
    this.#inFlight.set(id, { sentAtMs: nowMs, isTry: this.#limits.bucket?.sent(nowMs) ?? false });
    return id;
  }

  answered(id: number, nowMs: number, signal: Signal): void {
    const { sentAtMs, isTry } = this.#inFlight.get(id) ?? {
      sentAtMs: nowMs - this.roundTripMs,
      isTry: false,
    };
    this.#inFlight.delete(id);
    if (signal.kind === 'accepted' || signal.kind === 'refused') {
      this.#percentage = signal.limitPercentage ?? 0;
      this.#timed(nowMs - sentAtMs);
    }
    if (signal.kind === 'refused' || signal.kind === 'unreachable') {
      this.#limits.refused(this.#gate.block === undefined);
      this.#gate.refused(id, sentAtMs, nowMs, signal, this.#limits.fullUntilMs);
      return;
    }
    const block = this.#gate.passed(id, sentAtMs, signal.kind === 'accepted');
    if (block !== undefined) this.#limits.reopened(block, sentAtMs, nowMs);
    if (signal.kind === 'accepted') this.#limits.accepted(sentAtMs, nowMs, isTry, this.#guardMs);
  }

  hint(): Hint | undefined {
    return this.#limits.hint();
  }

  forecast(nowMs: number, untilMs: number): number {
    return this.#limits.forecast(Math.max(nowMs, this.closedUntilMs), untilMs);
  }

  get #guardMs(): number {
    return GUARD * this.#deviationMs;
  }

  #timed(tripMs: number): void {
    this.#tripMs = this.#tripMs === undefined ? tripMs : this.#tripMs + (tripMs - this.#tripMs) / SMOOTHING;
    this.#deviationMs += (Math.abs(tripMs - this.#tripMs) - this.#deviationMs) / SMOOTHING;
  }

  /** When the oldest answer is overdue. Calls that are overdue already no longer hold up others. */
  #answerBy(nowMs: number): number {
    const patienceMs = SECOND_MS + 4 * this.roundTripMs;
    for (const [id, { sentAtMs }] of this.#inFlight) {
      if (nowMs - sentAtMs < patienceMs) return sentAtMs + patienceMs;
      this.#inFlight.delete(id);
    }
    return Infinity;
  }

  /** Whether the answer to the trial of a block is awaited, or those to as many tries as a bucket may be asked. */
  get #awaitsTries(): boolean {
    if (this.#inFlight.has(this.#gate.trial)) return true;
    const { bucket } = this.#limits;
    if (bucket === undefined) return false;
    const tries = [...this.#inFlight.values()].filter(({ isTry }) => isTry);
    return tries.length >= bucket.mostTries;
  }

  /** Least time from call to call while the deadlines leave it. */
  #gapMs(demand: Demand): number {
    if (!allCanDie(demand) || demand.perMs === 0) return 0;
    return 1 / Math.max(this.#areFew(demand) ? PACE_OF_FEW : LEAST_PACE, HASTE * demand.perMs);
  }

  #areFew(demand: Demand): boolean {
    return allCanDie(demand) && demand.waiting + this.#limits.log.count <= FEW_ROWS;
  }

  /**
   * Whether one call at a time is so much faster than the codes ask for, and than known windows take, that a second one in flight
   * would only be refused with the first. Rows that cannot expire, or before anything is known may still be added, go as fast as they can.
   */
  #isOneEnough(demand: Demand): boolean {
    if (this.#areFew(demand)) return true;
    if (demand.timeless > 0 || (demand.moreMayCome && !this.#limits.known)) return false;
    return AMPLE * Math.max(demand.perMs, this.#limits.windowPerMs) * this.roundTripMs <= 1;
  }

  #mostInFlight(demand: Demand): number {
    if (this.#gate.block !== undefined) return 1;
    const { bucket, log, known, leastWindow } = this.#limits;
    const room = Math.min(1, Math.max(0, (1 - this.#percentage) / (1 - NEAR_LIMIT)));
    const lean = known ? LEAN : SCANT;
    const haste = this.roundTripMs > LONG_TRIP_MS ? AMPLE : lean;
    const least = this.#isOneEnough(demand) ? 1 : 2;
    const staked = least + Math.floor(STAKE * (leastWindow ?? (known ? 0 : log.count + demand.timeless)));
    const asked = demand.perMs * this.roundTripMs;
    const keepingUp = log.count < PASSED ? 0 : Math.min(KEEPING_UP, Math.round(asked));
    const most =
      bucket === undefined
        ? Math.max(staked, keepingUp, Math.ceil(haste * asked))
        : Math.ceil(AHEAD * bucket.perMs * this.roundTripMs) + 1;
    return Math.max(1, Math.min(MOST_IN_FLIGHT, most) * room);
  }
}
