/** What an answer says about throttling. */
export interface Signal {
  /**
   * `accepted`: any answer that is not a throttle refusal; `refused`: one that is, or any that bears a Retry-After;
   * `unreachable`: nobody answers or the service is sick, so back off and learn nothing of its limit; `lost`: the
   * call taught us nothing.
   */
  readonly kind: 'accepted' | 'refused' | 'unreachable' | 'lost';
  /** What Retry-After asked for; undefined where the header was missing or made no sense. */
  readonly retryAfterMs?: number | undefined;
  /** `x-ms-throttle-limit-percentage`: how much of a limit is used, 0.8 to 1.8. */
  readonly limitPercentage?: number | undefined;
}

/** What waits to be sent. */
export interface Demand {
  /** Rows that could go at once. */
  readonly waiting: number;
  /** Those among them that cannot expire. */
  readonly timeless: number;
  /** The pace that the codes ask for, in calls per ms: the steepest (codes due by d) / (d - now) over all deadlines d. */
  readonly perMs: number;
  /** Whether rows may still be added. */
  readonly moreMayCome: boolean;
}

/** The one gate that every call passes. All times are `Clock.elapsed()` ms, given in: it sleeps nowhere. */
export interface Throttle {
  /** Nothing leaves before this instant, whoever asks. */
  readonly closedUntilMs: number;
  /** Running estimate of a call's round trip. */
  readonly roundTripMs: number;
  /** Earliest instant at which the next call may leave; Infinity while an answer must come first. */
  nextSendAt(nowMs: number, demand: Demand): number;
  /** A call leaves. Returns the id under which its answer is told. */
  sent(nowMs: number): number;
  answered(id: number, nowMs: number, signal: Signal): void;
}

const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 30_000;

/**
 * A gate that obeys: shut by every refusal until the latest Retry-After of all, and opened again by a single
 * call whose answer the others await. Without a Retry-After it waits 1, 2, 4 … 30 s, with jitter on top.
 */
export class RetryAfterGate implements Throttle {
  closedUntilMs = -Infinity;
  roundTripMs = 0;
  readonly #sentAt = new Map<number, number>();
  #lastId = 0;
  #refusalsInARow = 0;
  /** The call sent to see whether the gate is open again; while it is out, nothing else leaves. */
  #trial: 'none' | 'due' | number = 'none';

  constructor(private readonly random: () => number) {}

  nextSendAt(nowMs: number): number {
    return typeof this.#trial === 'number' ? Infinity : Math.max(nowMs, this.closedUntilMs);
  }

  sent(nowMs: number): number {
    this.#lastId += 1;
    this.#sentAt.set(this.#lastId, nowMs);
    if (this.#trial === 'due') this.#trial = this.#lastId;
    return this.#lastId;
  }

  answered(id: number, nowMs: number, { kind, retryAfterMs }: Signal): void {
    const sentAt = this.#sentAt.get(id) ?? nowMs;
    this.#sentAt.delete(id);
    if (kind !== 'lost') {
      const tookMs = nowMs - sentAt;
      this.roundTripMs = this.roundTripMs === 0 ? tookMs : 0.8 * this.roundTripMs + 0.2 * tookMs;
    }
    if (kind === 'refused' || kind === 'unreachable') {
      // A call that was under way when the gate shut only tells of the same block again.
      if (sentAt >= this.closedUntilMs) this.#refusalsInARow += 1;
      this.closedUntilMs = Math.max(this.closedUntilMs, nowMs + (retryAfterMs ?? this.#backoffMs()));
      this.#trial = 'due';
    } else if (this.#trial === id) {
      this.#trial = kind === 'accepted' ? 'none' : 'due';
      if (kind === 'accepted') this.#refusalsInARow = 0;
    }
  }

  #backoffMs(): number {
    const doubled = FIRST_BACKOFF_MS * 2 ** Math.max(0, this.#refusalsInARow - 1);
    return Math.min(LONGEST_BACKOFF_MS, doubled) * (1 + this.random() / 2);
  }
}
