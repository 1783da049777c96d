import type { Block } from './block-gate.js';
import type { SendLog } from './send-log.js';

const SECOND_MS = 1000;
/** Calls take so much more or less time to arrive. */
const SLACK_MS = 50;
/** A window of fewer calls is not told from chance. */
const FEWEST_CALLS = 4;
/** So many refusals must be explained, and no more than the last ones: the limit may have been another before. */
const FULL = { least: 3, most: 6 };

/** The whole seconds in it, in ms: windows come in these. */
export const wholeSeconds = (ms: number): number => Math.floor((ms + SLACK_MS) / SECOND_MS) * SECOND_MS;

/** A refusal, as that of a full window. */
interface Full {
  /** Calls sent before that were accepted. */
  readonly nth: number;
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

/**
 * Reads a window out of refusals alone, however calls came: it was full at each of the last ones and never fuller. Rows that
 * come one by one meet a sliding window as they meet a bucket, with a refusal now and then and a second to wait.
 */
export class WindowReader {
  #fulls: readonly Full[] = [];

  constructor(private readonly log: SendLog) {}

  /** The one window of whole seconds that explains the last refusals; undefined if none does, or several do. */
  read({ guessed, triedMs, endMs }: Block): WindowRead | undefined {
    if (guessed) return undefined;
    const full = { nth: this.log.count - this.log.since(triedMs), endMs };
    this.#fulls = [...this.#fulls.slice(1 - FULL.most), full];
    if (this.#fulls.length < FULL.least) return undefined;
    const counts = this.#fulls.map(({ nth }) => nth);
    const most = Math.min(...counts);
    let only: WindowRead | undefined;
    for (let calls = FEWEST_CALLS; calls <= most; calls++) {
      const spanMs = this.#spanOf(calls);
      if (spanMs === undefined || this.log.exceeds(calls, spanMs - 2 * SLACK_MS)) continue;
      if (only !== undefined) return undefined;
      only = { calls, spanMs, slides: counts.some((nth, i) => nth - (counts[i - 1] ?? 0) < calls) };
    }
    return only;
  }

  /** How long so many calls count: until one leaves, whole seconds, and Retry-After is rounded up to these. */
  #spanOf(calls: number): number | undefined {
    const spansMs = this.#fulls.map(({ nth, endMs }) => endMs - this.log.at(nth - calls));
    const spanMs = wholeSeconds(Math.min(...spansMs));
    const shortestMs = Math.max(...spansMs) - SECOND_MS - SLACK_MS;
    return spanMs > 0 && spanMs > shortestMs ? spanMs : undefined;
  }
}
