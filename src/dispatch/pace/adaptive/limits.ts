import type { Demand } from '../throttle.js';
import { SendLog } from '../send-log.js';
import { Beginnings } from './beginnings.js';
import { Bucket } from './bucket.js';
import type { Empty } from './bucket-reader.js';
import type { Block } from './block-gate.js';
import { RefusalBudget } from './refusal-budget.js';
import type { Hint } from './hint.js';
import { Window, type Traffic } from './window.js';
import { wholeSpan, WindowReader, type WindowRead } from './window-reader.js';

const SECOND_MS = 1000;
/** Retry-After beyond this is a window's, or a penalty: two seconds, rounded up, and latency. */
const LONG_MS = 2500;
/** Fewer calls before a refusal teach nothing; so many, three times over, are no accident. */
const COUNTED = 4;
/** A first guess at how long a bucket's burst takes to flow in, and never more than half of what passed. */
const GUESSED_BURST_MS = 2000;
/** A bucket's burst may take anything up to its penalty to flow in: this share of it is guessed. */
const FILLED_IN = 0.5;

/** What passed before a block, and how long both took. */
interface Epoch {
  readonly calls: number;
  readonly spanMs: number;
  readonly waitMs: number;
}

/** Reads limits out of blocks: windows, of which several may hold at once, and a bucket. */
export class Limits {
  readonly log = new SendLog();
  readonly #reader = new WindowReader(this.log);
  #windows: Window[] = [];
  bucket: Bucket | undefined;
  readonly #budget = new RefusalBudget(this.log);
  readonly #beginnings = new Beginnings();
  #lastEpoch: Epoch | undefined;
  /** Calls accepted at the last block that told of the limit. */
  #told = 0;
  /** The bucket that it was taken for before a window was read; and whether that was too short, and none. */
  #aside: Bucket | undefined;
  #refuted = false;
  /** Epochs of fewer calls than are counted. */
  #fewEpochs: readonly (Epoch | undefined)[] = [undefined, undefined];

  constructor(hint?: Hint) {
    this.#windows = (hint?.windows ?? []).map((w) => new Window(this.log, w.calls, w.spanMs, false, true));
    if (hint?.bucket) this.bucket = Bucket.hinted(this.log, hint.bucket);
  }

  /** What the smallest window takes that is confirmed. */
  get leastWindow(): number | undefined {
    const sure = this.#windows.filter((w) => w.confirmed).map((w) => w.calls);
    return sure.length === 0 ? undefined : Math.min(...sure);
  }

  /** Calls per ms that the windows take: 0 without any; Infinity while it is not known that all of them begin anew. */
  get windowPerMs(): number {
    return Math.max(0, ...this.#windows.map((w) => (w.beginsAnew ? w.calls / w.spanMs : Infinity)));
  }

  get known(): boolean {
    return this.bucket !== undefined || this.#windows.length > 0;
  }

  /** Earliest time of one more call, in ms; Infinity: an answer must come first ({@link Window.freeAt}). */
  freeAt(traffic: Traffic, demand: Demand): number {
    const { nowMs } = traffic;
    const free = this.#windows.map((w) => w.freeAt(traffic, this.#budget.ofWindow(w, demand)));
    const at = Math.max(nowMs, ...free);
    const { bucket } = this;
    if (bucket === undefined) return at;
    bucket.asking = this.#budget.ofBucket(bucket, demand);
    return Math.max(at, bucket.freeAt(at === Infinity ? nowMs : at));
  }

  /** When all windows have room again, or had. */
  get fullUntilMs(): number {
    return Math.max(0, ...this.#windows.map(({ endMs }) => endMs));
  }

  begin(atMs: number, reopened: boolean): void {
    this.#beginnings.add({ atMs, nth: this.log.count, reopened });
  }

  refused(isFirstOfBlock: boolean): void {
    this.#budget.refused(isFirstOfBlock);
  }

  accepted(sentAtMs: number, nowMs: number, isTry: boolean, guardMs: number): void {
    this.log.push(sentAtMs);
    this.bucket?.accepted(isTry);
    for (const window of this.#windows) {
      const verdict = window.accepted(guardMs);
      if (verdict === 'grew') this.#budget.grew();
      if (verdict === 'refuted') this.#giveUp(window, nowMs);
    }
  }

  /** A block has ended: its trial call, sent at `trialMs`, was taken. */
  reopened(block: Block, trialMs: number, nowMs: number): void {
    if (block.teaches) this.#learn(block, trialMs, nowMs);
    this.begin(trialMs, true);
    for (const window of this.#windows) window.reopened(trialMs);
  }

  hint(): Hint | undefined {
    const windows = this.#windows.map(({ calls, spanMs }) => ({ calls, spanMs }));
    if (!this.known) return undefined;
    return this.bucket === undefined ? { windows } : { windows, bucket: this.bucket.hint() };
  }

  forecast(fromMs: number, untilMs: number): number {
    if (untilMs <= fromMs) return 0;
    const limits = [...this.#windows, ...(this.bucket === undefined ? [] : [this.bucket])];
    return Math.min(Infinity, ...limits.map((limit) => limit.forecast(fromMs, untilMs)));
  }

  #learn(block: Block, trialMs: number, nowMs: number): void {
    const endMs = block.guessed ? trialMs : block.endMs;
    const waitMs = endMs - block.sentAtMs;
    const nth = this.log.count;
    const begun = this.#beginnings.lastReopening;
    const epoch = { calls: nth - begun.nth, spanMs: endMs - begun.atMs, waitMs };
    const spanMs = wholeSpan(epoch.spanMs, block, begun.atMs);
    const read = this.#reader.read(block, begun.nth);
    // A window that lasts long makes calls wait for a second, too, just before it ends.
    const isOfOther = (w: Window): boolean =>
      this.#without(w).some((other) => other.explains(block.sentAtMs, waitMs));
    const misread = this.#windows.find((w) => w.isMisread(block.triedMs, waitMs, LONG_MS) && !isOfOther(w));
    if (misread !== undefined) {
      this.#refuted = true;
      this.#windows = this.#without(misread);
      this.bucket = this.#aside;
    }
    if (this.#windows.some((w) => w.endedEarly(block.sentAtMs, endMs, COUNTED))) return;
    const isSure = this.leastWindow !== undefined;
    if (read !== undefined && !isSure && this.#isBetter(read, block)) {
      this.#isWindow(read.calls, read.spanMs, read.slides);
      return;
    }
    if (epoch.calls < COUNTED) {
      this.#learnOfFew(epoch, spanMs, block, trialMs, nowMs);
      return;
    }
    const isRegular = !isSure && this.#regular(epoch, begun.atMs, block.guessed);
    this.#lastEpoch = epoch;
    if (isRegular) {
      this.#isWindow(epoch.calls, spanMs);
      return;
    }
    this.#told = nth;
    this.#explain(block, endMs, trialMs, nowMs);
  }

  /** One of the known windows was full, or the bucket empty; else there is a window that was not known. */
  #explain(block: Block, endMs: number, trialMs: number, nowMs: number): void {
    const waitMs = endMs - block.sentAtMs;
    const penalty = this.#windows.find((w) => w.isPenalty(waitMs, endMs));
    if (penalty !== undefined) {
      this.#giveUp(penalty, nowMs);
      this.#drained(block, waitMs, trialMs, nowMs);
      return;
    }
    const astray = (w: Window): number => Math.abs(endMs - w.endMs);
    const [full] = this.#windows
      .filter((w) => w.explains(block.sentAtMs, waitMs))
      .sort((a, b) => astray(a) - astray(b));
    if (full !== undefined) {
      full.confirm(block.sentAtMs, endMs, (ms) => wholeSpan(ms, block, -Infinity));
      return;
    }
    const own = this.bucket === undefined ? 0 : Math.max(1.5 * this.bucket.blockMs, 4 / this.bucket.rate);
    if (waitMs <= Math.max(LONG_MS, own)) this.#drained(block, waitMs, trialMs, nowMs);
    else this.#fit(block, endMs, waitMs);
  }

  /** Better than a bucket; that explains a window as short as its blocks as well, but would be asked for more than that takes. */
  #isBetter({ spanMs }: WindowRead, block: Block): boolean {
    if (spanMs > LONG_MS) return this.bucket?.explains(this.#empty(block)) !== true;
    return !this.#refuted && this.#windows.length === 0;
  }

  /** Nothing else holds, as far as is known. */
  #isWindow(calls: number, spanMs: number, slides = false): void {
    this.#aside = this.bucket ?? this.#aside;
    this.bucket = undefined;
    const window = new Window(this.log, calls, spanMs, true);
    if (slides) window.slides();
    this.#windows = [window];
    this.#told = this.log.count;
  }

  /**
   * So few calls say more of others who share the limit, or of an earlier run, than of the limit. But a window of a few calls
   * takes as many in the same time, three times over, and makes the next one wait long; and a slow bucket takes no more between
   * two refusals: what several blocks let pass tells its rate, unless they may still turn out to be a window's.
   */
  #learnOfFew(epoch: Epoch, spanMs: number, block: Block, trialMs: number, nowMs: number): void {
    if (this.leastWindow !== undefined) return;
    const [before, last] = this.#fewEpochs;
    this.#fewEpochs = [last, epoch];
    const { waitMs } = epoch;
    const nth = this.log.count;
    if (waitMs > LONG_MS && isAlike(last, epoch)) {
      if (!isAlike(before, epoch)) return;
      this.#isWindow(epoch.calls, spanMs);
      return;
    }
    const isOfWindow = this.#windows.some((w) => w.hinted || w.explains(block.sentAtMs, waitMs));
    const isTold = nth - this.#told >= COUNTED;
    if (isOfWindow || (!isTold && (waitMs > LONG_MS || epoch.calls === 0))) return;
    if (isTold) this.#told = nth;
    this.#windows = [];
    const tooFast = epoch.calls / Math.max(1, block.sentAtMs - this.#beginnings.lastReopening.atMs);
    this.#drained(block, waitMs, trialMs, nowMs, isTold ? Infinity : tooFast);
  }

  /**
   * A window: it ends when it ends, however late it was filled, and so makes calls wait for longer or shorter, where a bucket
   * does not, and for long at least once. As long a time before it began holds two windows at most.
   */
  #regular(epoch: Epoch, begunMs: number, guessed: boolean): boolean {
    const { calls, spanMs, waitMs } = epoch;
    const last = this.#lastEpoch;
    if (last === undefined || guessed || this.log.since(begunMs - spanMs) > 3 * calls) return false;
    if (Math.abs(waitMs - last.waitMs) < SECOND_MS) return false;
    const isLong = Math.max(waitMs, last.waitMs) > LONG_MS;
    return calls === last.calls || (Math.abs(spanMs - last.spanMs) < 1.05 * SECOND_MS && isLong);
  }

  /** What was taken for a window is none: a hint is dropped, else the block was the penalty of a bucket. */
  #giveUp(window: Window, nowMs: number): void {
    this.#windows = this.#without(window);
    if (window.hinted || this.bucket !== undefined) return;
    const fillMs = window.spanMs - (1 - FILLED_IN) * window.penaltyMs;
    this.bucket = new Bucket(this.log, window.calls / fillMs, window.penaltyMs, nowMs);
    this.bucket.emptiedAt(window.emptied);
  }

  /** A bucket was empty: {@link Bucket.refused}. */
  #drained(block: Block, waitMs: number, trialMs: number, nowMs: number, tooFast = Infinity): void {
    if (this.bucket === undefined) {
      const { first } = this.#beginnings;
      const calls = this.log.count - first.nth;
      const elapsedMs = Math.max(1, block.sentAtMs - first.atMs);
      this.bucket = new Bucket(
        this.log,
        calls / Math.min(2 * elapsedMs, elapsedMs + GUESSED_BURST_MS),
        waitMs,
        nowMs,
      );
    }
    const closedMs = block.closedUntilMs - block.sentAtMs;
    this.bucket.refused(this.#empty(block), closedMs, trialMs, this.log.since(block.lastMs) + 1, tooFast);
  }

  /** A new window, or a better reading of one that was not yet confirmed or is about as long. */
  #fit(block: Block, endMs: number, waitMs: number): void {
    const { count } = this.log;
    // Another limit slows the calls, so the latest ones may be fewer than passed in as long a time before.
    const isBesideAnother = this.bucket !== undefined || this.leastWindow !== undefined;
    const { atMs, nth } = this.#beginnings.densest(count, endMs, (begun) => {
      const spanMs = endMs - begun.atMs - SECOND_MS;
      return !isBesideAnother || !this.log.overfills(count - begun.nth, spanMs);
    });
    const calls = count - nth;
    const spanMs = wholeSpan(endMs - atMs, block, atMs);
    const alike = (w: Window): boolean => Math.abs(w.spanMs - spanMs) <= 0.2 * spanMs;
    const same = this.#windows.find((w) => !w.confirmed || alike(w));
    const fitted = new Window(this.log, Math.max(1, calls), spanMs, same !== undefined && alike(same));
    fitted.readFrom(block, waitMs, this.#empty(block));
    this.#windows = [...this.#without(same), fitted];
  }

  #without(window: Window | undefined): Window[] {
    return this.#windows.filter((w) => w !== window);
  }

  /** When a bucket was empty: at the last call that was refused. */
  #empty({ lastMs }: Block): Empty {
    return { atMs: lastMs, nth: this.log.count - this.log.since(lastMs) };
  }
}

/** As many calls in as long a time. */
const isAlike = (a: Epoch | undefined, b: Epoch): boolean =>
  a?.calls === b.calls && Math.abs(a.spanMs - b.spanMs) < SECOND_MS / 2;
