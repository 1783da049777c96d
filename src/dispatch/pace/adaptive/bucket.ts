import type { SendLog } from './send-log.js';

/** Accepted calls between two refusals that make a rate trustworthy: one call more or less is 3%. */
const TRUSTED_CALLS = 30;
/** So many tell that a rate has changed. */
const TELLING_CALLS = 15;
/** How far below the estimate the pace starts after a refusal. */
const CAUTION = 0.02;
/**
 * Calls after a refusal until the pace is back at the estimate: `least` while one more refusal is affordable, and some for
 * each call that a refusal costs. Refusals are then about 1% of calls, and the loss stays under 4%. A mere guess is put to
 * the test sooner.
 */
const CAUTIOUS_CALLS = { least: 50, usual: 100, perLostCall: 25 };
const CAUTIOUS_CALLS_OF_A_GUESS = { least: 20, usual: 20, perLostCall: 5 };
/**
 * The pace grows by the fourth power of the calls since a refusal, but by no more than this share of the rate for as many as
 * {@link CAUTIOUS_CALLS} tells: else it runs away, and all that is in flight is refused at once.
 */
const GROWTH = { own: 0.6, shared: 0.4 };
/** As soon as a bucket surely fills faster than before, its pace is what it would be after so many times those calls. */
const OUTGROWN = 2.5;
/** A refusal that comes so close to when it is due is no accident: nobody else takes of the bucket. */
const DUE = 1;
/** So many tries that were taken let one more be in flight; fewer under a hint, which is to be given up quickly. */
const TRIES_TAKEN = { measured: 16, hinted: 5 };
/** A block that is longer than the rounding of Retry-After explains. */
const PENALTY_MS = 2500;
/** A measured rate that moves by more than this share was changed: what passed before says nothing of the burst now. */
const CHANGED = 0.2;
/** What a hinted bucket is taken to hold, of its burst. */
const HINTED_LEVEL = 0.9;
/** A bucket that fills so much faster than calls went is none. */
const MOST_OVER_MEAN = 16;
/** No bucket's burst flows in sooner: one that holds next to nothing and fills fast explains equal bursts as well. */
const SOONEST_FULL_MS = 500;
/** A bucket takes no call that it does not hold, and refuses none that it does, but for so many that the network held up. */
const ASTRAY = 3;
/** So many refusals after the first are explained together; later the rate is well known, and may have been changed. */
const FIRST_REFUSALS = 4;
/** From one rate that is tried to the next. */
const RATE_STEP = 1.005;
/** Calls replayed at most. */
const REPLAYED = 4096;

/** What a call takes, but for rounding. */
const ONE = 1 - 1e-6;

/** A moment at which the bucket was empty, after `nth` accepted calls. */
export interface Empty {
  readonly atMs: number;
  readonly nth: number;
}

/** A token bucket: `burst` calls at once, then `perMs`. Every refusal is a moment at which it was empty. */
export class Bucket {
  burst = 1;
  /** Whether one more refusal is affordable: its pace then grows sooner. */
  affords = false;
  /** What it holds if it fills at the pace at which calls go. */
  #level = 0;
  /** What it holds at least. A call that takes more is a try. */
  #sure = 0;
  #atMs: number;
  #paced = 0;
  /** Tries that were taken since the last refusal. */
  #taken = 0;
  #measured = false;
  /** How long its burst takes to flow in, as an earlier run told. */
  #fillMs: number | undefined;
  /** Its rate was changed since it was first empty, which then says nothing of the burst. */
  #changed = false;
  /** Nobody else takes of it: the last refusal came when it was empty, to the call. */
  #isOwn = false;
  /** What it holds if its rate has not changed, after all calls that were accepted until `#heldAtMs`. */
  #held = 0;
  #heldAtMs = 0;
  /** Nobody else takes of it, and it took more than it can hold: it surely fills faster than before. */
  #outgrown = false;
  #empties: Empty[] = [];

  constructor(
    private readonly log: SendLog,
    public rate: number,
    /** The longest block that this bucket made. */
    public blockMs: number,
    nowMs: number,
  ) {
    this.#atMs = nowMs;
  }

  /** From an earlier run: nearly full, and to be given up quickly unless a refusal is dear. */
  static hinted(
    log: SendLog,
    { perMs, burst, blockMs }: { perMs: number; burst: number; blockMs: number },
  ): Bucket {
    const bucket = new Bucket(log, perMs, blockMs, 0);
    bucket.burst = burst;
    bucket.#fillMs = burst / perMs;
    bucket.#level = bucket.#sure = HINTED_LEVEL * burst;
    bucket.#measured = blockMs > PENALTY_MS;
    return bucket;
  }

  hint(): { perMs: number; burst: number; blockMs: number } {
    return { perMs: this.#provenPerMs, burst: this.burst, blockMs: this.blockMs };
  }

  /** It was empty once, long ago, and is taken to be so now. */
  emptiedAt(empty: Empty): void {
    this.#empties = [empty];
    this.burst = this.#drawdown(empty, this.rate);
    this.#level = this.#sure = 0;
  }

  /** Calls that flow in during a block and overflow. */
  get #lost(): number {
    return Math.max(0, this.blockMs * this.rate - this.burst);
  }

  /** Calls until the pace is back at the estimate. */
  get #cautious(): number {
    const { least, usual, perLostCall } = this.#measured ? CAUTIOUS_CALLS : CAUTIOUS_CALLS_OF_A_GUESS;
    return Math.max(this.affords ? least : usual, perLostCall * this.#lost);
  }

  get perMs(): number {
    const times = this.#paced / this.#cautious;
    const most = this.#isOwn && this.#measured ? GROWTH.own : GROWTH.shared;
    return this.#surePerMs + this.rate * Math.min(CAUTION * times ** 4, most * times);
  }

  get #surePerMs(): number {
    return this.rate * (1 - CAUTION);
  }

  /** So many tries may be in flight: all that follow a refused one are refused with it. */
  get mostTries(): number {
    const { measured, hinted } = TRIES_TAKEN;
    return 1 + Math.floor(this.#taken / (this.#empties.length === 0 ? hinted : measured));
  }

  freeAt(nowMs: number): number {
    const level = this.#levelAt(nowMs);
    return level >= ONE ? nowMs : nowMs + (1 - level) / this.perMs;
  }

  /** Returns whether the call is a try. */
  sent(nowMs: number): boolean {
    this.#refill(nowMs);
    const isTry = this.#sure < ONE;
    this.#level -= 1;
    this.#sure = Math.max(0, this.#sure - 1);
    return isTry;
  }

  /** The call that the log tells of last was accepted. */
  accepted(isTry: boolean): void {
    if (this.#level < 2) this.#paced++;
    if (isTry) this.#taken++;
    const sentAtMs = this.log.at(this.log.count - 1);
    const inflow = Math.max(0, sentAtMs - this.#heldAtMs) * this.rate;
    this.#held = Math.min(this.burst, this.#held + inflow) - 1;
    this.#heldAtMs = Math.max(this.#heldAtMs, sentAtMs);
    if (!this.#isOwn || this.#outgrown || this.#held >= -ASTRAY) return;
    this.#outgrown = true;
    this.#paced = Math.max(this.#paced, OUTGROWN * this.#cautious);
  }

  /**
   * It was empty at `atMs`, after `nth` accepted calls; `late` more passed in the block, the last of them the trial. What
   * flowed in meanwhile others may have taken, unless nobody else takes of it.
   */
  refused(empty: Empty, closedMs: number, trialMs: number, late: number): void {
    this.blockMs = Math.max(this.blockMs, closedMs);
    const anchor = this.#empties.findLast((e) => empty.nth - e.nth >= TELLING_CALLS) ?? this.#empties[0];
    const [before, last] = [this.#empties.at(-2), this.#empties.at(-1)];
    const wasDue = this.#explained(last, empty, DUE);
    this.#empties.push(empty);
    if (this.#empties.length > 32) this.#empties.splice(1, 1);
    const calls = empty.nth - (anchor?.nth ?? empty.nth);
    // Where a refusal is cheap one more tells as much, and others may take their share, which explains nothing.
    const explaining = this.blockMs > PENALTY_MS ? this.#explaining() : undefined;
    if (explaining !== undefined) {
      this.rate = explaining;
      this.burst = this.#drawdown(this.#empties[0] ?? empty, explaining);
    } else {
      const rate = anchor === undefined ? this.#atLeast(empty) : this.#rateSince(anchor, empty);
      this.burst = this.#burstAt(rate);
      this.#changed ||= this.#isChanged(rate);
      this.rate = rate;
    }
    // More calls tell the rate more exactly: it has to explain what fewer took, before them or after.
    const isLonger =
      before !== undefined && last !== undefined && empty.nth - last.nth > last.nth - before.nth;
    this.#isOwn = isLonger ? this.#explained(before, last, DUE) : wasDue;
    // When its rate grew is not known, so how much by is a guess.
    if (calls > 0) this.#measured = calls >= TRUSTED_CALLS && !this.#outgrown;
    this.#outgrown = false;
    this.#paced = this.#taken = 0;
    this.#level = this.#held = 0;
    this.#heldAtMs = empty.atMs;
    this.#atMs = empty.atMs;
    this.#refill(trialMs);
    this.#level -= late;
    this.#sure = this.#isOwn && this.#measured ? Math.max(0, this.#level) : 0;
  }

  /** What was accepted in between tells it; a few calls weigh little. */
  #rateSince(anchor: Empty, empty: Empty): number {
    const calls = empty.nth - anchor.nth;
    if (calls === 0) return this.rate;
    const { rate } = this.#likeliest(anchor, [empty], (each) => this.#burstAt(each));
    return this.rate + Math.min(1, (6 * calls) / TRUSTED_CALLS) * (rate - this.rate);
  }

  /** The rate that a hint told, or a larger one if more passed: what it holds flows in within the time that was told. */
  #atLeast({ atMs, nth }: Empty): number {
    let { rate } = this;
    if (this.#fillMs === undefined) return rate;
    for (let n = nth - 1; n >= Math.max(0, nth - REPLAYED); n--)
      rate = Math.max(rate, (nth - n) / (atMs - this.log.at(n) + this.#fillMs));
    return rate;
  }

  /** Whether it was about empty then, and never less than empty since it was so before. */
  explains(empty: Empty): boolean {
    return this.#explained(this.#empties.at(-1), empty, ASTRAY);
  }

  #explained(from: Empty | undefined, to: Empty, astray: number): boolean {
    if (from === undefined) return false;
    const { least, left } = this.#levels(from, to, this.rate, this.burst);
    return least >= -ASTRAY && Math.abs(left) <= astray;
  }

  /** The rate as it was measured, or the smallest with which it held all that it took. */
  get #provenPerMs(): number {
    const first = this.#empties[0];
    if (this.#measured || first === undefined) return this.rate;
    const nth = this.log.count;
    const now = { atMs: this.log.at(nth - 1), nth };
    for (let { rate } = this; rate < MOST_OVER_MEAN * this.rate; rate *= RATE_STEP)
      if (this.#levels(first, now, rate, this.#burstAt(rate)).least >= -ASTRAY) return rate;
    return this.rate;
  }

  /**
   * The rate that explains each of the first refusals; undefined where none does, or too few say which. Two of them may be
   * explained by a slow rate and a large burst as well as by a fast one and a small burst: only a third one tells.
   */
  #explaining(): number | undefined {
    const [first, ...others] = this.#empties;
    if (first === undefined || others.length < 2 || others.length > FIRST_REFUSALS) return undefined;
    const { rate, astray } = this.#likeliest(first, others, (each) => this.#drawdown(first, each));
    return astray <= ASTRAY ? rate : undefined;
  }

  /** The rate that goes least astray, and by how many calls: empty at each refusal, and never less than that by more than {@link ASTRAY}. */
  #likeliest(
    first: Empty,
    others: readonly Empty[],
    burstAt: (rate: number) => number,
  ): { readonly rate: number; readonly astray: number } {
    const mean = meanRate(first, others.at(-1) ?? first);
    let best = { rate: mean, astray: Infinity };
    for (let rate = mean; rate < MOST_OVER_MEAN * mean; rate *= RATE_STEP) {
      const burst = burstAt(rate);
      if (burst <= rate * SOONEST_FULL_MS) break;
      const astray = Math.max(
        ...others.map((empty, i) => {
          const { least, left } = this.#levels(others[i - 1] ?? first, empty, rate, burst);
          return Math.max(-least - ASTRAY, Math.abs(left));
        }),
      );
      if (astray < best.astray) best = { rate, astray };
    }
    return best;
  }

  /** The least that was ever in it until `to`, and what was left then, if it fills at `rate` and was empty at `from`. */
  #levels(from: Empty, to: Empty, rate: number, burst: number): { least: number; left: number } {
    let level = 0;
    let least = 0;
    let { atMs } = from;
    for (let nth = Math.max(from.nth, to.nth - REPLAYED); nth <= to.nth; nth++) {
      const nextMs = nth === to.nth ? to.atMs : this.log.at(nth);
      level = Math.min(burst, level + Math.max(0, nextMs - atMs) * rate) - 1;
      if (nth < to.nth) least = Math.min(least, level);
      atMs = Math.max(atMs, nextMs);
    }
    return { least, left: level + 1 };
  }

  #isChanged(rate: number): boolean {
    return this.#measured && Math.abs(rate / this.rate - 1) > CHANGED;
  }

  /** What it holds if it fills at `rate`. */
  #burstAt(rate: number): number {
    const first = this.#empties[0];
    if (first === undefined || this.#changed || this.#isChanged(rate)) return this.burst;
    return this.#drawdown(first, rate);
  }

  /** What it must have held, if not more, to last until then. */
  #drawdown({ atMs, nth }: Empty, rate: number): number {
    let most = 1;
    for (let n = nth - 1; n >= Math.max(0, nth - REPLAYED); n--) {
      const sentAtMs = this.log.at(n);
      if (sentAtMs === -Infinity) return Math.max(most, this.burst);
      most = Math.max(most, nth - n - rate * (atMs - sentAtMs));
    }
    return most;
  }

  #levelAt(nowMs: number): number {
    return this.#filled(this.#level, this.perMs, nowMs);
  }

  #refill(nowMs: number): void {
    this.#level = this.#levelAt(nowMs);
    this.#sure = this.#filled(this.#sure, this.#surePerMs, nowMs);
    this.#atMs = Math.max(this.#atMs, nowMs);
  }

  #filled(level: number, perMs: number, nowMs: number): number {
    return Math.min(this.burst, level + Math.max(0, nowMs - this.#atMs) * perMs);
  }
}

/** Calls per ms that were accepted in between. */
const meanRate = (from: Empty, to: Empty): number => (to.nth - from.nth) / Math.max(1, to.atMs - from.atMs);
