import type { Empty } from './bucket.js';
import type { SendLog } from './send-log.js';

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
/** Clocks are read to the millisecond. */
const TICK_MS = 2;

/** No more than `calls` in any `spanMs`: fixed windows, by first call or by the clock, and sliding ones alike. */
export class Window {
  /** The block that it was read from, in case that was a penalty. */
  penaltyMs = 0;
  emptied: Empty = { atMs: 0, nth: 0 };
  /** Accepted calls when the window began, as far as is known, and how much later calls go since than the same number before. */
  #epoch = 0;
  #shiftMs = 0;
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

  /** When there is room again for one call. */
  get endMs(): number {
    return this.log.at(this.log.count - this.calls) + this.spanMs;
  }

  /** Earliest time of one more call while `pending` are on their way; Infinity: an answer must come first. */
  freeAt(
    nowMs: number,
    pending: number,
    probe: { may: boolean; again: boolean; early: boolean; lastSentMs: number },
    guardMs: number,
  ): number {
    const nth = this.log.count + pending;
    const freeMs = (nthOut: number): number => this.log.at(nthOut) + this.spanMs + guardMs + TICK_MS;
    const oneByOneMs = freeMs(nth - this.calls);
    const stepMs = pending > 0 ? probe.lastSentMs + STEP_MS : -Infinity;
    if (this.confirmed) {
      const early = this.#opens === 'at once' || (this.#opens === 'unknown' && probe.early);
      const at = early ? freeMs(this.#epoch) : oneByOneMs;
      if (at <= nowMs) return pending < this.calls ? nowMs : Infinity;
      if (early && nth - this.#epoch < this.calls) return nowMs;
      if (!probe.may) return at;
      if (probe.again) return stepMs;
      return pending > 0 ? Infinity : this.#edge(probe.lastSentMs, at);
    }
    const at = oneByOneMs;
    // Exactly as before: a bucket that is full again takes the same calls at the same pace, too.
    if (nth - this.#epoch < PROVEN * this.calls) return this.log.at(nth - this.calls) + this.#shiftMs;
    if (this.hinted) return stepMs;
    const pacedMs = probe.lastSentMs + this.spanMs / this.calls;
    if (pending > GROPING * this.calls) return Infinity;
    if (pending > 0) return pacedMs;
    const nextMs = Math.min(at, pacedMs);
    return nth - this.#epoch === this.calls ? this.#edge(nextMs, at) : nextMs;
  }

  /** A trial call that left at `sentAtMs` is about to be logged as accepted. */
  reopened(sentAtMs: number): void {
    this.#epoch = this.log.count;
    // A hinted window may be larger than all that was ever taken.
    const beforeMs = this.log.at(this.#epoch - this.calls);
    this.#shiftMs = beforeMs === -Infinity ? this.spanMs : Math.max(this.spanMs, sentAtMs - beforeMs);
  }

  /** A call was accepted and logged. */
  accepted(): 'grew' | 'refuted' | 'held' {
    const { log } = this;
    const last = log.at(log.count - 1);
    if (last - log.at(this.#epoch) >= this.spanMs) {
      this.#epoch = log.count - 1;
      this.#shiftMs = this.spanMs;
    }
    if (this.confirmed) {
      const earlyMs = log.at(log.count - 1 - this.calls) + this.spanMs - last;
      const isEarly = earlyMs > this.spanMs * 0.05;
      if (isEarly && this.#opens === 'unknown' && log.count - this.#epoch <= this.calls) this.#opens = 'at once';
      const isBeyond = this.#opens === 'at once' ? log.count - this.#epoch > this.calls && last < log.at(this.#epoch) + this.spanMs*.95: isEarly;
      if (!isBeyond) return 'held';
      this.calls++;
      return 'grew';
    }
    return log.count - this.#epoch < REFUTED * this.calls + 1 ? 'held' : 'refuted';
  }

  /** Fewer calls than thought were taken in an epoch that was as long as this window. */
  shrinks(calls: number, spanMs: number): boolean {
    if (!this.confirmed || calls >= this.calls || Math.abs(this.spanMs - spanMs) > SECOND_MS) return false;
    this.calls = calls;
    return true;
  }

  /** A window that had begun took fewer calls than thought, and lasts as long as thought; or opens for one after the other. */
  endedEarly(sentAtMs: number, endMs: number, least: number): boolean {
    const calls = this.log.count - this.#epoch;
    const windowEndMs = this.log.at(this.#epoch) + this.spanMs;
    if (!this.confirmed || this.#opens === 'one by one' || sentAtMs >= windowEndMs || calls >= this.calls) return false;
    const slides = this.endMs > sentAtMs && endMs < this.endMs + SECOND_MS;
    if (!slides && calls >= least && Math.abs(endMs - windowEndMs) <= SECOND_MS) {
      this.calls = calls;
      return true;
    }
    this.#opens = 'one by one';
    return slides;
  }

  /** The call was refused when the window was full, and is not told to wait longer than the window lasts. */
  explains(sentAtMs: number, waitMs: number): boolean {
    const slackMs = this.confirmed ? SECOND_MS / 2 : 0;
    return this.endMs > sentAtMs - slackMs && waitMs <= this.spanMs + SECOND_MS;
  }

  /** It ends at `endMs`, says the server: later than thought, if it was thought open or never seen to end. */
  confirm(sentAtMs: number, endMs: number, whole: (ms: number) => number): void {
    const thoughtOpen = sentAtMs > this.endMs && endMs - this.endMs < 2 * SECOND_MS;
    if (!this.confirmed || thoughtOpen)
      this.spanMs = Math.max(this.spanMs, whole(endMs - this.endMs + this.spanMs));
    this.confirmed = true;
  }

  /** The first time after `fromMs` that is whole seconds before the end: Retry-After is rounded up to these. */
  #edge(fromMs: number, endMs: number): number {
    return endMs - Math.floor(Math.max(0, endMs - fromMs - EDGE_MS) / SECOND_MS) * SECOND_MS + EDGE_MS;
  }
}
