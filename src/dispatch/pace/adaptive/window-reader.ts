import type { SendLog } from '../send-log.js';
import type { Block } from './block-gate.js';

const SECOND_MS = 1000;
/** Calls take so much more or less time to arrive. */
const SLACK_MS = 50;
/** A window of fewer calls is not told from chance; nor is one of fewer than `twice` by two refusals. */
const FEWEST_CALLS = { twice: 10, often: 4 };
/** A longer window makes calls wait for so long that its blocks tell. */
const LONGEST_MS = 5 * SECOND_MS;
/** So many beginnings are tried of a window that goes by the clock. */
const BEGINNINGS = 100;
/** Two refusals are of a window, not of a bucket that took its burst twice, where one took so much longer to be filled. */
const UNALIKE_MS = 100;
/**
 * So many refusals must be explained, more of them where it is not known when a window began, and no more than the last ones: the
 * limit may have been another before.
 */
const FULL = { least: 3, byTheClock: 4, most: 6 };

/** Lengths that windows come in, in seconds, where the server does not say. */
const ROUND_S = [1, 2, 5, 10, 15, 20, 30, 60, 120, 150, 300, 600, 900, 1800, 3600];

/** The whole seconds in it, in ms: windows come in these. */
const wholeSeconds = (ms: number): number => Math.floor((ms + SLACK_MS) / SECOND_MS) * SECOND_MS;

/**
 * How long a window is that began at `fromMs` and seems `spanMs` long: whole seconds, and longer than what was refused; a round number, if one
 * fits, where the end is a guess.
 */
export function wholeSpan(spanMs: number, { triedMs, guessed }: Block, fromMs: number): number {
  const refusedMs = triedMs - fromMs;
  const round = ROUND_S.find((s) => s * SECOND_MS > refusedMs && s * SECOND_MS <= spanMs);
  if (guessed) return round === undefined ? spanMs : round * SECOND_MS;
  const whole = wholeSeconds(spanMs);
  return whole > 0 && (fromMs === -Infinity || whole > refusedMs) ? whole : spanMs;
}

/** A refusal, as that of a full window. */
interface Full {
  readonly atMs: number;
  /** Calls sent before that were accepted, and those of them before the last block ended. */
  readonly nth: number;
  readonly begunNth: number;
  /** When one of them leaves the window, as the server says. */
  readonly endMs: number;
}

/** So many calls per `spanMs`. */
export interface WindowRead {
  readonly calls: number;
  readonly spanMs: number;
  /** It was full although fewer calls had been taken since it was full before. */
  readonly slides: boolean;
}

/** Reads a window out of refusals alone: it was full at each of the last ones and never fuller. */
export class WindowReader {
  #fulls: readonly Full[] = [];

  constructor(private readonly log: SendLog) {}

  /**
   * The one window of whole seconds that explains the last refusals; undefined if none does, or several do. Before the latest
   * one `begunNth` calls had been accepted as the block before it ended.
   */
  read({ guessed, triedMs, endMs }: Block, begunNth: number): WindowRead | undefined {
    if (guessed) return undefined;
    const full = { atMs: triedMs, nth: this.log.count - this.log.since(triedMs), begunNth, endMs };
    this.#fulls = [...this.#fulls.slice(1 - FULL.most), full];
    const anew = this.#isUnalike ? (theOnly(this.#begunAnew()) ?? theOnly(this.#byTheClock())) : undefined;
    return anew ?? theOnly(this.#alwaysFull());
  }

  /**
   * Those that began anew with the first call after each block, so that what they took since tells them to the call, though a
   * bucket explains that, too: two refusals are enough for a second, and three for what agrees with more by chance.
   */
  *#begunAnew(): Generator<WindowRead> {
    const [last, second, third] = this.#fulls.toReversed();
    if (last === undefined || second === undefined) return;
    for (let spanMs = SECOND_MS; spanMs <= LONGEST_MS; spanMs += SECOND_MS) {
      const calls = this.#fullWith([last, second], spanMs);
      if (calls === undefined || calls < FEWEST_CALLS.often) continue;
      const isAgain = third !== undefined && this.#fullWith([last, third], spanMs) === calls;
      const isSharp = spanMs === SECOND_MS && calls >= FEWEST_CALLS.twice;
      if (isSharp || isAgain) yield { calls, spanMs, slides: false };
    }
  }

  /** The last two refusals came after other times. */
  get #isUnalike(): boolean {
    const [before = NaN, last = NaN] = this.#fulls
      .slice(-2)
      .map((full) => full.atMs - this.log.at(full.begunNth));
    return Math.abs(last - before) >= UNALIKE_MS;
  }

  /** Those that begin by the clock, nobody knows when. A sliding one that takes as many never asks more of it than it takes. */
  *#byTheClock(): Generator<WindowRead> {
    const last = this.#fulls.slice(-FULL.byTheClock);
    if (last.length < FULL.byTheClock) return;
    for (let spanMs = SECOND_MS; spanMs <= LONGEST_MS; spanMs += SECOND_MS) {
      for (let beginsMs = 0; beginsMs < spanMs; beginsMs += spanMs / BEGINNINGS) {
        if (!last.every((full) => endsAsSaid(full, nextBeginning(full.atMs, spanMs, beginsMs)))) continue;
        const calls = this.#fullWith(last, spanMs, beginsMs);
        if (calls !== undefined && calls >= FEWEST_CALLS.twice) yield { calls, spanMs, slides: true };
      }
    }
  }

  /**
   * With how many calls it was full at each of these refusals, and never fuller. It begins by the clock, if told when, else with
   * the first call. Undefined if it was full with more or with fewer, or does not end when the server says.
   */
  #fullWith(fulls: readonly Full[], spanMs: number, beginsMs?: number): number | undefined {
    let calls: number | undefined;
    const endOf = (sentAtMs: number): number =>
      beginsMs === undefined ? sentAtMs + spanMs : nextBeginning(sentAtMs, spanMs, beginsMs);
    for (const full of fulls) {
      const { untilMs, taken, most } = this.log.inWindows(full.begunNth, full.nth, endOf);
      const isAnother = calls !== undefined && taken !== calls;
      if (isAnother || taken < most || !endsAsSaid(full, untilMs)) return undefined;
      calls = taken;
    }
    return calls;
  }

  /**
   * Those that were full however calls came. Rows that come one by one meet a sliding window as they meet a bucket, with a refusal
   * now and then and a second to wait.
   */
  *#alwaysFull(): Generator<WindowRead> {
    if (this.#fulls.length < FULL.least) return;
    const counts = this.#fulls.map(({ nth }) => nth);
    const most = Math.min(...counts);
    for (let calls = FEWEST_CALLS.often; calls <= most; calls++) {
      const spanMs = this.#spanOf(calls);
      if (spanMs === undefined || this.log.exceeds(calls, spanMs - 2 * SLACK_MS)) continue;
      yield { calls, spanMs, slides: counts.some((nth, i) => nth - (counts[i - 1] ?? 0) < calls) };
    }
  }

  /** How long so many calls count: until one leaves, whole seconds, and Retry-After is rounded up to these. */
  #spanOf(calls: number): number | undefined {
    const spansMs = this.#fulls.map(({ nth, endMs }) => endMs - this.log.at(nth - calls));
    const spanMs = wholeSeconds(Math.min(...spansMs));
    const shortestMs = Math.max(...spansMs) - SECOND_MS - SLACK_MS;
    return spanMs > 0 && spanMs > shortestMs ? spanMs : undefined;
  }
}

/** The one that all of these are; undefined if there is none, or another. */
function theOnly(reads: Iterable<WindowRead>): WindowRead | undefined {
  let only: WindowRead | undefined;
  for (const read of reads) {
    if (only !== undefined && (only.calls !== read.calls || only.spanMs !== read.spanMs)) return undefined;
    only = read;
  }
  return only;
}

/** When a window begins anew that began at `beginsMs`, or so many spans later. */
const nextBeginning = (nowMs: number, spanMs: number, beginsMs: number): number =>
  beginsMs + spanMs * (1 + Math.floor((nowMs - beginsMs) / spanMs));

/** The window was full until then: the server says so, but rounds up to whole seconds. */
function endsAsSaid({ atMs, endMs }: Full, untilMs: number): boolean {
  const laterMs = endMs - untilMs;
  return atMs < untilMs && laterMs >= -SLACK_MS && laterMs <= SECOND_MS + SLACK_MS;
}
