/** A refusal: with what status, and how long to wait, exact, as the limit stands; undefined where the server does not know. */
export interface Refusal {
  readonly status: 429 | 503;
  readonly waitMs: number | undefined;
}

/** A server's limit on calls. Times are those of arrival, in ms from the start of the run, and never go back. */
export interface Limit {
  /** A call arrives. Undefined: it is taken. */
  arrive(atMs: number): Refusal | undefined;
  /** The first instant, `atMs` or later, at which a call would be taken if none came before. Asking changes nothing. */
  freeAt(atMs: number): number;
  /** How much of the limit is used up at `atMs`: 1 is all of it. */
  usedAt(atMs: number): number;
}

/** A limit from which somebody else may take as well. */
export interface SharedLimit extends Limit {
  /** Takes one, whether or not one is left. */
  take(atMs: number): void;
}

/** From `atMs` on the limit is `factor` times what it was, which no refusal before that foresees. */
export interface Change {
  readonly atMs: number;
  readonly factor: number;
}

const NO_CHANGE: Change = { atMs: Infinity, factor: 1 };

/** Sums of fractions miss whole numbers by a hair. */
const DUST = 1e-6;

const later = (waitMs: number): Refusal => ({ status: 429, waitMs });

export class NoLimit implements Limit {
  arrive(): undefined {
    return undefined;
  }

  freeAt(atMs: number): number {
    return atMs;
  }

  usedAt(): number {
    return 0;
  }
}

/** Fills by `perMs` up to `burst`; a call takes one out. It begins full. */
export class TokenBucket implements SharedLimit {
  #level: number;
  #atMs = 0;

  constructor(
    private readonly perMs: number,
    private readonly burst: number,
    private readonly change = NO_CHANGE,
  ) {
    this.#level = burst;
  }

  arrive(atMs: number): Refusal | undefined {
    const lacking = this.#lackingAt(atMs);
    if (lacking > DUST) return later(lacking / this.#perMsAt(atMs));
    this.take(atMs);
    return undefined;
  }

  take(atMs: number): void {
    this.#level = this.#levelAt(atMs) - 1;
    this.#atMs = atMs;
  }

  freeAt(atMs: number): number {
    const lacking = this.#lackingAt(atMs);
    if (lacking <= DUST) return atMs;
    const { atMs: changeMs } = this.change;
    const byThen = Math.max(0, changeMs - atMs) * this.perMs;
    return atMs >= changeMs || byThen >= lacking
      ? atMs + lacking / this.#perMsAt(atMs)
      : changeMs + (lacking - byThen) / this.#perMsAt(changeMs);
  }

  usedAt(atMs: number): number {
    return 1 - this.#levelAt(atMs) / this.burst;
  }

  #perMsAt(atMs: number): number {
    return this.perMs * (atMs >= this.change.atMs ? this.change.factor : 1);
  }

  #lackingAt(atMs: number): number {
    return 1 - this.#levelAt(atMs);
  }

  #levelAt(atMs: number): number {
    const { atMs: changeMs, factor } = this.change;
    const slowMs = Math.max(0, Math.min(atMs, changeMs) - this.#atMs);
    const changedMs = Math.max(0, atMs - Math.max(this.#atMs, changeMs));
    return Math.min(this.burst, this.#level + (slowMs + changedMs * factor) * this.perMs);
  }
}

/** So many calls per window. Without a phase, a window begins with the first call after the last one's end. */
export class FixedWindow implements SharedLimit {
  #startMs = -Infinity;
  #taken = 0;

  constructor(
    private readonly calls: number,
    private readonly spanMs: number,
    private readonly phaseMs?: number,
    private readonly change = NO_CHANGE,
  ) {}

  arrive(atMs: number): Refusal | undefined {
    if (this.freeAt(atMs) > atMs) return later(this.#endMs - atMs);
    this.take(atMs);
    return undefined;
  }

  take(atMs: number): void {
    this.#roll(atMs);
    this.#taken += 1;
  }

  freeAt(atMs: number): number {
    const endMs = this.#endMs;
    if (atMs >= endMs || this.#taken < this.#most(atMs)) return atMs;
    const { atMs: changeMs } = this.change;
    return changeMs > atMs && changeMs < endMs && this.#taken < this.#most(changeMs) ? changeMs : endMs;
  }

  usedAt(atMs: number): number {
    return atMs >= this.#endMs ? 0 : this.#taken / this.#most(atMs);
  }

  get #endMs(): number {
    return this.#startMs + this.spanMs;
  }

  #most(atMs: number): number {
    return Math.floor(this.calls * (atMs >= this.change.atMs ? this.change.factor : 1));
  }

  #roll(atMs: number): void {
    if (atMs < this.#endMs) return;
    const phaseMs = this.phaseMs ?? atMs;
    this.#startMs = phaseMs + Math.floor((atMs - phaseMs) / this.spanMs) * this.spanMs;
    this.#taken = 0;
  }
}

/** So many calls in any stretch of `spanMs`. */
export class SlidingWindow implements Limit {
  readonly #takenMs: number[] = [];

  constructor(
    private readonly calls: number,
    private readonly spanMs: number,
  ) {}

  arrive(atMs: number): Refusal | undefined {
    const freeMs = this.freeAt(atMs);
    if (freeMs > atMs) return later(freeMs - atMs);
    this.#takenMs.push(atMs);
    if (this.#takenMs.length > this.calls) this.#takenMs.shift();
    return undefined;
  }

  freeAt(atMs: number): number {
    const [oldestMs] = this.#takenMs;
    const isFull = oldestMs !== undefined && this.#takenMs.length === this.calls;
    return isFull ? Math.max(atMs, oldestMs + this.spanMs) : atMs;
  }

  usedAt(atMs: number): number {
    return this.#takenMs.filter((takenMs) => takenMs + this.spanMs > atMs).length / this.calls;
  }
}
