import type { SendLog } from '../send-log.js';
import {
  ASTRAY,
  BucketReader,
  filled,
  meanRate,
  MOST_OVER_MEAN,
  RATE_STEP,
  REPLAYED,
  type Empty,
} from './bucket-reader.js';
import type { Asking } from './refusal-budget.js';

/** Accepted calls between two refusals that make a rate trustworthy: one call more or less is 3%. */
const TRUSTED_CALLS = 30;
/** So many tell that a rate has changed. */
const TELLING_CALLS = 15;
/** How far below the estimate the pace starts after a refusal. */
const CAUTION = 0.02;
/**
 * Calls after a refusal until the pace is back at the estimate: `least` while one more refusal is affordable, and some for
 * each call that a refusal costs. Refusals are then about 1% of calls, and the loss stays under 4%. A mere guess is put to
 * the test sooner; so is a bucket that nobody else takes of, while several refusals are affordable: what it gains is lost
 * once it is full.
 */
const CAUTIOUS_CALLS = { own: 20, least: 50, usual: 100, perLostCall: 25 };
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
/**
 * So many tries that were taken let one more be in flight; fewer under a hint, which is to be given up quickly, and where
 * nobody else takes of the bucket, as its rate has then grown.
 */
const TRIES_TAKEN = { measured: 16, hinted: 5, own: 4 };
/** A block that is longer than the rounding of Retry-After explains. */
const PENALTY_MS = 2500;
/** A measured rate that moves by more than this share was changed: what passed before says nothing of the burst now. */
const CHANGED = 0.2;
/** What a hinted bucket is taken to hold, of its burst. */
const HINTED_LEVEL = 0.9;
/** So many refusals after the first are explained together; later the rate is well known, and may have been changed. */
const FIRST_REFUSALS = 4;
/** What a call takes, but for rounding. */
const ONE = 1 - 1e-6;

/** A token bucket: `burst` calls at once, then `perMs`. Every refusal is a moment at which it was empty. */
export class Bucket {
  burst = 1;
  /** Its pace grows sooner where refusals are affordable. */
  asking: Asking = { sooner: false, often: false };
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
  readonly #reader: BucketReader;

  constructor(
    private readonly log: SendLog,
    public rate: number,
    /** The longest block that this bucket made. */
    public blockMs: number,
    nowMs: number,
  ) {
    this.#reader = new BucketReader(log);
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
    this.burst = this.#reader.drawdown(empty, this);
    this.#level = this.#sure = 0;
  }

  /** Calls that flow in during a block and overflow. */
  get #lost(): number {
    return Math.max(0, this.blockMs * this.rate - this.burst);
  }

  /** Calls until the pace is back at the estimate. */
  get #cautious(): number {
    const { least, usual, perLostCall } = this.#measured ? CAUTIOUS_CALLS : CAUTIOUS_CALLS_OF_A_GUESS;
    const isOften = this.#isSurelyOwn && this.asking.often && this.blockMs <= PENALTY_MS;
    return Math.max(
      isOften ? CAUTIOUS_CALLS.own : this.asking.sooner ? least : usual,
      perLostCall * this.#lost,
    );
  }

  get perMs(): number {
    const times = this.#paced / this.#cautious;
    const most = this.#isSurelyOwn ? GROWTH.own : GROWTH.shared;
    return this.#surePerMs + this.rate * Math.min(CAUTION * times ** 4, most * times);
  }

  get #isSurelyOwn(): boolean {
    return this.#isOwn && this.#measured;
  }

  get #surePerMs(): number {
    return this.rate * (1 - CAUTION);
  }

  /** So many tries may be in flight: all that follow a refused one are refused with it. */
  get mostTries(): number {
    const { measured, hinted, own } = TRIES_TAKEN;
    const each = this.#isSurelyOwn ? own : this.#empties.length === 0 ? hinted : measured;
    return 1 + Math.floor(this.#taken / each);
  }

  /** Calls that can leave from an instant, not in the past, until another, at its rate as it was read: its pace may be beyond that, to try. */
  forecast(fromMs: number, untilMs: number): number {
    return this.#levelAt(fromMs) + (untilMs - fromMs) * this.rate;
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
    this.#held = filled(this.#held, sentAtMs - this.#heldAtMs, this) - 1;
    this.#heldAtMs = Math.max(this.#heldAtMs, sentAtMs);
    if (!this.#isOwn || this.#outgrown || this.#held >= -ASTRAY) return;
    this.#outgrown = true;
    this.#paced = Math.max(this.#paced, OUTGROWN * this.#cautious);
  }

  /**
   * It was empty at `atMs`, after `nth` accepted calls; `late` more passed in the block, the last of them the trial. What
   * flowed in meanwhile others may have taken, unless nobody else takes of it. Where too few calls passed to tell its rate, all
   * that is known is how fast, in calls per ms, was `tooFast`.
   */
  refused(empty: Empty, closedMs: number, trialMs: number, late: number, tooFast = Infinity): void {
    this.blockMs = Math.max(this.blockMs, closedMs);
    const anchor = this.#empties.findLast((e) => empty.nth - e.nth >= TELLING_CALLS) ?? this.#empties[0];
    const [before, last] = [this.#empties.at(-2), this.#empties.at(-1)];
    const wasDue = this.#reader.explains(last, empty, this, DUE);
    this.#empties.push(empty);
    if (this.#empties.length > 32) this.#empties.splice(1, 1);
    const calls = empty.nth - (anchor?.nth ?? empty.nth);
    // Where a refusal is cheap one more tells as much, and others may take their share, which explains nothing.
    const explaining = this.blockMs > PENALTY_MS ? this.#explaining() : undefined;
    if (explaining !== undefined) {
      this.rate = explaining;
      this.burst = this.#reader.drawdown(this.#empties[0] ?? empty, this);
    } else if (tooFast < Infinity && !this.#measured) {
      this.rate = this.#between(Math.min(this.rate, tooFast));
      this.burst = this.#burstAt(this.rate);
    } else {
      const rate = anchor === undefined ? this.#atLeast(empty) : this.#rateSince(anchor, empty);
      this.burst = this.#burstAt(rate);
      this.#changed ||= this.#isChanged(rate);
      this.rate = rate;
    }
    // More calls tell the rate more exactly: it has to explain what fewer took, before them or after.
    const isLonger =
      before !== undefined && last !== undefined && empty.nth - last.nth > last.nth - before.nth;
    this.#isOwn = isLonger ? this.#reader.explains(before, last, this, DUE) : wasDue;
    // When its rate grew is not known, so how much by is a guess.
    if (calls > 0) this.#measured = calls >= TRUSTED_CALLS && !this.#outgrown;
    this.#outgrown = false;
    this.#paced = this.#taken = 0;
    this.#level = this.#held = 0;
    this.#heldAtMs = empty.atMs;
    this.#atMs = empty.atMs;
    this.#refill(trialMs);
    this.#level -= late;
    this.#sure = this.#isSurelyOwn ? Math.max(0, this.#level) : 0;
  }

  /** A guess at the rate where calls went too fast. All that were accepted since it was first empty flowed in since: it is not slower. */
  #between(tooFast: number): number {
    const [first, last] = [this.#empties[0], this.#empties.at(-1)];
    const isFirst = first === undefined || last === undefined || first === last;
    return isFirst ? this.rate : Math.cbrt(meanRate(first, last) * tooFast ** 2);
  }

  /** What was accepted in between tells it; a few calls weigh little. */
  #rateSince(anchor: Empty, empty: Empty): number {
    const calls = empty.nth - anchor.nth;
    if (calls === 0) return this.rate;
    const { rate } = this.#reader.likeliest(anchor, [empty], (each) => this.#burstAt(each));
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
    return this.#reader.explains(this.#empties.at(-1), empty, this, ASTRAY);
  }

  /** The rate as it was measured, or the smallest with which it held all that it took. */
  get #provenPerMs(): number {
    const first = this.#empties[0];
    if (this.#measured || first === undefined) return this.rate;
    const nth = this.log.count;
    const now = { atMs: this.log.at(nth - 1), nth };
    for (let { rate } = this; rate < MOST_OVER_MEAN * this.rate; rate *= RATE_STEP)
      if (this.#reader.levels(first, now, { rate, burst: this.#burstAt(rate) }).least >= -ASTRAY) return rate;
    return this.rate;
  }

  /**
   * The rate that explains each of the first refusals; undefined where none does, or too few say which. Two of them may be
   * explained by a slow rate and a large burst as well as by a fast one and a small burst: only a third one tells.
   */
  #explaining(): number | undefined {
    const [first, ...others] = this.#empties;
    if (first === undefined || others.length < 2 || others.length > FIRST_REFUSALS) return undefined;
    const { rate, astray } = this.#reader.likeliest(first, others, (each) =>
      this.#reader.drawdown(first, { rate: each, burst: this.burst }),
    );
    return astray <= ASTRAY ? rate : undefined;
  }

  #isChanged(rate: number): boolean {
    return this.#measured && Math.abs(rate / this.rate - 1) > CHANGED;
  }

  /** What it holds if it fills at `rate`. */
  #burstAt(rate: number): number {
    const first = this.#empties[0];
    if (first === undefined || this.#changed || this.#isChanged(rate)) return this.burst;
    return this.#reader.drawdown(first, { rate, burst: this.burst });
  }

  #levelAt(nowMs: number): number {
    return filled(this.#level, nowMs - this.#atMs, { rate: this.perMs, burst: this.burst });
  }

  #refill(nowMs: number): void {
    this.#level = this.#levelAt(nowMs);
    this.#sure = filled(this.#sure, nowMs - this.#atMs, { rate: this.#surePerMs, burst: this.burst });
    this.#atMs = Math.max(this.#atMs, nowMs);
  }
}
