import { callsWithin } from '../ceiling.js';
import type { SendLog } from '../send-log.js';
import type { Block } from './block-gate.js';
import type { Empty } from './bucket-reader.js';

/** Until confirmed, this share of the calls goes as it went before; the rest gropes. */
const PROVEN = 0.9;
/** An unconfirmed window through which so many times its calls went is none. */
const REFUTED = 1.1;
const SECOND_MS = 1000;
/** Share of an unconfirmed window's calls that may be in flight while its end is groped for. */
const GROPING = 0.01;
/** Calls that grope follow each other so soon, or as soon as one is answered. */
const STEP_MS = 150;
/** A probe goes so long after a whole number of seconds before the end. */
const EDGE_MS = 30;
/** Retry-After is rounded up: an end that is later than thought by more than this is another one. */
const ROUNDED_MS = SECOND_MS + EDGE_MS / 2;
/** Clocks are read to the millisecond. */
const TICK_MS = 2;
/** So many early ones may be in flight while it is not known whether such are taken: all of them may be refused. */
const MOST_EARLY = 5;
/** A call that was taken so long before another was out of the window was early, however long each took to arrive. */
const EARLY_MS = 100;
/**
 * A longer wait is hardly a penalty's: those that are known close everything for 10 s. The first call that is refused may be told to add
 * what a bucket takes to hold one more, up to the next whole second; the least of several waits is without that.
 */
const LONGEST_PENALTY_MS = { least: 10_500, only: 11_500 };
/** A call that leaves so shortly before a window ends may be one of the next. */
const HALF_SECOND_MS = 500;
/** Calls that were taken beyond a window, for each one that may be in flight until one is refused. */
const PER_CALL_BEYOND = 4;
/** So many may be in flight then, as a share of the window: all that follow the last one that it takes are refused. */
const STAKE_BEYOND = 0.05;
/** Round trips in which that many follow a first call that was taken, while the pace rises, and for each call while it does not. */
const LATE_TRIPS = 20;
const LATE_TRIPS_PER_CALL = 0.5;

/** What may be tried, as a refusal is affordable, and what presses. */
export interface Tries {
  /**
   * Calls before those that they follow have left the window: it may be one that is free for all as it begins anew, or,
   * unconfirmed, none.
   */
  readonly early: boolean;
  /** Calls per ms that the deadlines ask for. */
  readonly duePerMs: number;
  /** How long until the deadline that asks for most. */
  readonly dueMs: number;
  /** One call more than the window takes. */
  readonly beyond: boolean;
  /** More of them, as the last one was taken: so many may be refused at once. */
  readonly again: number;
}

/** What is on the way to Graph, and how long that takes. */
export interface Traffic {
  readonly nowMs: number;
  /** Calls whose answer is awaited, and when the last of all calls left. */
  readonly pending: number;
  readonly lastSentMs: number;
  /** Running estimate of a round trip, and by how much it may be longer. */
  readonly tripMs: number;
  readonly guardMs: number;
}

/** So many `calls` per `spanMs`: a fixed window, by first call or by the clock, or a sliding one, which is found out. */
export class Window {
  /** The block that it was read from, in case that was a penalty; and whether it may have been one. */
  penaltyMs = 0;
  #mayBePenalty = true;
  emptied: Empty = { atMs: 0, nth: 0 };
  /** Calls accepted before the window began, and how much later calls go since than the same number before. */
  #epoch = 0;
  #shiftMs = 0;
  /** Calls taken beyond what was thought since the last block. */
  #beyond = 0;
  /** Whether all calls are free again at once, as the window begins anew, or each as one of them leaves it. */
  #opens: 'unknown' | 'at once' | 'one by one' = 'unknown';

  constructor(
    private readonly log: SendLog,
    public calls: number,
    public spanMs: number,
    /** Two refusals agreed; until then the block may be a bucket's penalty. */
    public confirmed = false,
    readonly hinted = false,
  ) {}

  /** It was read from this block, of `waitMs`, which may have been the penalty of a bucket that was `emptied`. */
  readFrom(
    { leastWaitMs, refusals }: Pick<Block, 'leastWaitMs' | 'refusals'>,
    waitMs: number,
    emptied: Empty,
  ): void {
    this.penaltyMs = waitMs;
    this.#mayBePenalty = leastWaitMs <= LONGEST_PENALTY_MS[refusals > 1 ? 'least' : 'only'];
    this.emptied = emptied;
  }

  /** Calls are free again one by one. */
  slides(): void {
    this.#opens = 'one by one';
  }

  /** Whether it is known that all its calls are free again at once. */
  get beginsAnew(): boolean {
    return this.confirmed && this.#opens === 'at once';
  }

  /** When there is room again for one call. */
  get endMs(): number {
    return this.log.at(this.log.count - this.calls) + this.spanMs;
  }

  /** Calls that can leave from an instant, not in the past, until another. */
  forecast(fromMs: number, untilMs: number): number {
    const { calls, spanMs, log } = this;
    if (this.#opens !== 'at once') return log.following(calls, spanMs, fromMs, untilMs - fromMs);
    const endMs = log.at(this.#epoch) + spanMs;
    const left = fromMs < endMs ? Math.max(0, calls - (log.count - this.#epoch)) : 0;
    return left + callsWithin({ calls, seconds: spanMs / 1000 }, untilMs - Math.max(fromMs, endMs));
  }

  /** Earliest time of one more call; Infinity: an answer must come first. */
  freeAt(traffic: Traffic, tries: Tries): number {
    return this.confirmed ? this.#freeIfSure(traffic, tries) : this.#freeIfUnsure(traffic, tries);
  }

  #freeIfSure(traffic: Traffic, tries: Tries): number {
    const { nowMs, pending, lastSentMs } = traffic;
    const nth = this.log.count + pending;
    const atOnce = this.#opensAtOnce(traffic, tries);
    const at = this.#outAt(atOnce ? this.#epoch : nth - this.calls, traffic);
    // Until the first answer the window that begins is not known to have begun.
    if (at <= nowMs) return pending < this.calls ? nowMs : Infinity;
    if (atOnce && nth - this.#epoch < this.calls) return nowMs;
    if (tries.again > 0) return this.#followed(traffic, tries.again);
    if (!tries.beyond) return at;
    return pending > 0 ? Infinity : this.#edge(Math.max(lastSentMs, this.#lateMs(at, traffic, tries)), at);
  }

  #freeIfUnsure(traffic: Traffic, tries: Tries): number {
    const { pending, lastSentMs } = traffic;
    const nth = this.log.count + pending;
    const mayBePenalty = this.#mayBePenalty;
    if (nth - this.#epoch < PROVEN * this.calls) {
      // Exactly as before: a bucket that is full again takes the same calls at the same pace, too.
      const asBeforeMs = this.log.at(nth - this.calls) + this.#shiftMs;
      return mayBePenalty || !this.#opensAtOnce(traffic, tries)
        ? asBeforeMs
        : Math.min(asBeforeMs, lastSentMs + 1 / tries.duePerMs);
    }
    if (this.hinted) return stepMs(traffic);
    const at = this.#outAt(nth - this.calls, traffic);
    if (!tries.early) return at;
    if (mayBePenalty) return this.#groped(traffic, lastSentMs, at);
    if (tries.again > 0) return this.#followed(traffic, tries.again);
    return this.#groped(traffic, this.#lateMs(at, traffic, tries), at);
  }

  /** When the `nth` call is surely out of the window. */
  #outAt(nth: number, { guardMs }: Traffic): number {
    return this.log.at(nth) + this.spanMs + guardMs + TICK_MS;
  }

  #opensAtOnce(traffic: Traffic, tries: Tries): boolean {
    return this.#opens === 'at once' || (tries.early && this.#mayTryEarly(traffic));
  }

  /**
   * When to ask whether the window takes more than is known: the later, the longer it had to grow, but as long as what turns out
   * to be free can still be used, before it ends, which may be a second too late by rounding, and before the codes die that press.
   */
  #lateMs(endMs: number, { nowMs, tripMs, guardMs }: Traffic, { dueMs }: Tries): number {
    const useMs = tripMs * Math.max(LATE_TRIPS, LATE_TRIPS_PER_CALL * this.calls);
    const latestMs = Math.min(endMs - Math.max(useMs, SECOND_MS + 2 * EDGE_MS), nowMs + dueMs - useMs);
    return latestMs - guardMs - SECOND_MS;
  }

  /** Calls that follow one that was taken beyond the window. */
  #followed(traffic: Traffic, most: number): number {
    const inFlight = Math.min(most, this.#beyond / PER_CALL_BEYOND, 1 + STAKE_BEYOND * this.calls);
    return traffic.pending < inFlight ? traffic.nowMs : stepMs(traffic);
  }

  /** Those that are free anyway, as others are out of the window, are not early. */
  #mayTryEarly({ nowMs, pending, guardMs }: Traffic): boolean {
    if (this.#opens !== 'unknown') return false;
    const outMs = nowMs - this.spanMs - guardMs;
    return pending < MOST_EARLY + Math.max(0, this.calls - this.log.since(outMs));
  }

  /** Calls that may be one too many until `endMs` go slowly, and the first of them, after `fromMs`, where its refusal tells most. */
  #groped({ pending, lastSentMs }: Traffic, fromMs: number, endMs: number): number {
    const nth = this.log.count + pending;
    const pacedMs = lastSentMs + this.spanMs / this.calls;
    if (pending > GROPING * this.calls) return Infinity;
    if (pending > 0) return pacedMs;
    const nextMs = Math.min(endMs, pacedMs);
    return nth - this.#epoch === this.calls ? this.#edge(Math.max(nextMs, fromMs), endMs) : nextMs;
  }

  /** A trial call that left at `sentAtMs` is about to be logged as accepted. */
  reopened(sentAtMs: number): void {
    this.#epoch = this.log.count;
    this.#beyond = 0;
    // A hinted window may be larger than all that was ever taken.
    const beforeMs = this.log.at(this.#epoch - this.calls);
    this.#shiftMs = beforeMs === -Infinity ? this.spanMs : Math.max(this.spanMs, sentAtMs - beforeMs);
  }

  /** A call was accepted and logged: it was one of those that the window takes, or the window is larger, or none. */
  accepted(guardMs: number): 'grew' | 'refuted' | 'held' {
    const { log } = this;
    const last = log.at(log.count - 1);
    if (last - log.at(this.#epoch) >= this.spanMs) {
      this.#epoch = log.count - 1;
      this.#shiftMs = this.spanMs;
    }
    const isEarly = log.at(log.count - 1 - this.calls) > last - this.spanMs + EARLY_MS + guardMs;
    const isAtEnd = log.at(this.#epoch) <= last - this.spanMs + HALF_SECOND_MS;
    const calls = log.count - this.#epoch;
    if (isEarly && this.#opens === 'unknown' && calls <= this.calls) this.#opens = 'at once';
    if (!this.confirmed && this.#mayBePenalty) return calls < REFUTED * this.calls + 1 ? 'held' : 'refuted';
    if (!this.confirmed && calls <= this.calls) return 'held';
    if (!isEarly || (this.#opens === 'at once' && (calls <= this.calls || isAtEnd))) return 'held';
    this.calls++;
    this.#beyond++;
    return 'grew';
  }

  /**
   * A call was refused before as many were taken as thought, and `endMs` is when the server says the block ends: with this
   * window, which then takes fewer, if these are enough to count; or sooner, as it opens for one call after the other.
   */
  endedEarly(sentAtMs: number, endMs: number, enough: number): boolean {
    const calls = this.log.count - this.#epoch;
    const windowEndMs = this.log.at(this.#epoch) + this.spanMs;
    if (!this.confirmed || calls >= this.calls || sentAtMs >= windowEndMs) return false;
    const isOneByOne = this.endMs > sentAtMs && endMs < this.endMs + SECOND_MS;
    if (!isOneByOne && calls >= enough && Math.abs(endMs - windowEndMs) <= SECOND_MS) {
      this.calls = calls;
      return true;
    }
    this.slides();
    return isOneByOne;
  }

  /**
   * A call was refused although fewer had been taken: what seemed to be a window as long as a bucket's block is none. Where the
   * call is to wait for longer, it met another limit.
   */
  isMisread(sentAtMs: number, waitMs: number, blockMs: number): boolean {
    const isShort = this.confirmed && Math.max(this.spanMs, waitMs) <= blockMs;
    return isShort && this.log.since(sentAtMs - this.spanMs) < this.calls - 1;
  }

  /** The call was refused when the window was full, and is not told to wait longer than the window lasts. */
  explains(sentAtMs: number, waitMs: number): boolean {
    const slackMs = this.confirmed ? HALF_SECOND_MS : 0;
    return this.endMs > sentAtMs - slackMs && waitMs <= this.spanMs + SECOND_MS;
  }

  /**
   * What was taken for a window, twice, is the penalty of a bucket: a block ends long after it should, and lasts as long as the
   * first one.
   */
  isPenalty(waitMs: number, endMs: number): boolean {
    const isAsLong = Math.abs(waitMs - this.penaltyMs) < SECOND_MS;
    return this.confirmed && isAsLong && endMs - this.endMs > 2 * ROUNDED_MS;
  }

  /**
   * It ends at `endMs`, says the server: later than thought, if it was never seen to end, or thought open, or if it goes by the
   * clock, which makes it seem a second shorter.
   */
  confirm(sentAtMs: number, endMs: number, whole: (ms: number) => number): void {
    const laterMs = endMs - this.endMs;
    const thoughtOpen = sentAtMs > this.endMs && laterMs < 2 * SECOND_MS;
    const seemedShorter = sentAtMs <= this.endMs && laterMs > ROUNDED_MS && laterMs < 2 * ROUNDED_MS;
    if (!this.confirmed || thoughtOpen || seemedShorter)
      this.spanMs = Math.max(this.spanMs, whole(laterMs + this.spanMs));
    this.confirmed = true;
  }

  /** The first time after `fromMs` that is whole seconds before the end: Retry-After is rounded up to these. */
  #edge(fromMs: number, endMs: number): number {
    return endMs - Math.floor(Math.max(0, endMs - fromMs - EDGE_MS) / SECOND_MS) * SECOND_MS + EDGE_MS;
  }
}

/** While an answer is awaited the next one leaves so long after the last. */
const stepMs = ({ pending, lastSentMs }: Traffic): number => (pending > 0 ? lastSentMs + STEP_MS : -Infinity);
