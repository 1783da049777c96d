import type { RefusalCause } from './refusal.js';

/** One call as the server saw it. Holds no code, seed or bearer token. */
export interface RequestLogEntry {
  /** The emulator's clock, ms since the epoch, when the call was judged. */
  readonly atMs: number;
  readonly method: string;
  /** Percent-decoded once, from the API's version on, without the query. */
  readonly path: string;
  /** UPN or object id as the path named it, `me` where it did so. */
  readonly user: string | undefined;
  /** From the body or the filter. */
  readonly serial: string | undefined;
  /** 0 where no answer was sent. */
  readonly status: number;
  /** Whether the tenant changed. */
  readonly acted: boolean;
  /** Whether it came before a time that an earlier answer's Retry-After asked to wait for. */
  readonly early: boolean;
  /**
   * For an early call, how old the block was, ms: calls that were on their way when the first refusal left
   * come at once, later ones have disobeyed it.
   */
  readonly blockAgeMs: number | undefined;
  /** The truth behind a refusal, whatever the answer said. */
  readonly refusal: RefusalCause | undefined;
  /** The fault that was played on it. */
  readonly fault: string | undefined;
  readonly clientRequestId: string | undefined;
}

/** What the server was asked and how it answered, oldest first, the last `limit` calls of it. */
export class RequestLog {
  readonly #limit: number;
  #entries: RequestLogEntry[] = [];

  constructor(limit = Infinity) {
    this.#limit = limit;
  }

  add(entry: RequestLogEntry): void {
    this.#entries.push(entry);
    // Dropped in bulk, so that a full log costs no more per call than an empty one.
    if (this.#entries.length >= this.#limit * 2) this.#entries = this.entries();
  }

  entries(): RequestLogEntry[] {
    return this.#limit === Infinity ? [...this.#entries] : this.#entries.slice(-this.#limit);
  }

  clear(): void {
    this.#entries = [];
  }
}

/** The block that answers have asked for: calls that come inside it are early. */
export class AskedWait {
  #from = 0;
  #until = -Infinity;

  /** Age in ms of the block that a call at `atMs` comes into; undefined: none. */
  ageAt(atMs: number): number | undefined {
    return atMs < this.#until ? atMs - this.#from : undefined;
  }

  /** Notes an answer given at `atMs`; a Retry-After that cannot be read asks for nothing. */
  note(atMs: number, retryAfter: string | undefined): void {
    if (retryAfter === undefined) return;
    const seconds = Number(retryAfter);
    const until = Number.isNaN(seconds) ? Date.parse(retryAfter) : atMs + seconds * 1000;
    if (!(until > this.#until)) return;
    if (atMs >= this.#until) this.#from = atMs;
    this.#until = until;
  }
}
