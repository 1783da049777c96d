import type { Limit, Refusal, SharedLimit } from './limits.js';

/** Several limits at once: a call that one refuses counts at none. */
export class AllOf implements Limit {
  constructor(private readonly limits: readonly Limit[]) {}

  arrive(atMs: number): Refusal | undefined {
    const freeMs = this.freeAt(atMs);
    if (freeMs > atMs) return { status: 429, waitMs: freeMs - atMs };
    for (const limit of this.limits) limit.arrive(atMs);
    return undefined;
  }

  freeAt(atMs: number): number {
    const freeMs = Math.max(...this.limits.map((limit) => limit.freeAt(atMs)));
    return freeMs <= atMs ? atMs : this.freeAt(freeMs);
  }

  usedAt(atMs: number): number {
    return Math.max(...this.limits.map((limit) => limit.usedAt(atMs)));
  }
}

/** A refusal shuts the service for `penaltyMs`, whatever the limit itself would ask. */
export class Penalty implements Limit {
  #shutUntilMs = -Infinity;

  constructor(
    private readonly limit: Limit,
    private readonly penaltyMs: number,
  ) {}

  arrive(atMs: number): Refusal | undefined {
    if (atMs >= this.#shutUntilMs) {
      if (this.limit.arrive(atMs) === undefined) return undefined;
      this.#shutUntilMs = atMs + this.penaltyMs;
    }
    return { status: 429, waitMs: this.#shutUntilMs - atMs };
  }

  freeAt(atMs: number): number {
    return this.limit.freeAt(Math.max(atMs, this.#shutUntilMs));
  }

  usedAt(atMs: number): number {
    return atMs < this.#shutUntilMs ? 1 : this.limit.usedAt(atMs);
  }
}

/** Blocks last whole seconds, and a call during a block adds `addMs` to it. */
export class LongerForEarly implements Limit {
  #shutUntilMs = -Infinity;

  constructor(
    private readonly limit: Limit,
    private readonly addMs: number,
  ) {}

  arrive(atMs: number): Refusal | undefined {
    if (atMs < this.#shutUntilMs) this.#shutUntilMs += this.addMs;
    else {
      const refusal = this.limit.arrive(atMs);
      if (refusal === undefined) return undefined;
      this.#shutUntilMs = atMs + Math.ceil((refusal.waitMs ?? 0) / 1000) * 1000;
    }
    return { status: 429, waitMs: this.#shutUntilMs - atMs };
  }

  freeAt(atMs: number): number {
    return this.limit.freeAt(Math.max(atMs, this.#shutUntilMs));
  }

  usedAt(atMs: number): number {
    return atMs < this.#shutUntilMs ? 1 : this.limit.usedAt(atMs);
  }
}

/** Mean length of the other app's busy times, and of its pauses. */
const BUSY_MS = 20_000;
const PAUSE_MS = 10_000;

/** What the other app takes in the long run, calls per second, if it takes so many while it is busy. */
export const meanPerS = (busyPerS: number): number => (busyPerS * BUSY_MS) / (BUSY_MS + PAUSE_MS);

/** Whoever finds nothing left for a day has a model that makes no sense. */
const LONGEST_MS = 86_400_000;

/** Another app takes from the limit at random times, with pauses, and is always served; we get what is left. */
export class SharedWithOther implements Limit {
  #nextMs: number;

  constructor(
    private readonly limit: SharedLimit,
    private readonly perMs: number,
    private readonly random: () => number,
  ) {
    this.#nextMs = this.#after(0);
  }

  arrive(atMs: number): Refusal | undefined {
    this.#serveOther(atMs);
    return this.limit.arrive(atMs);
  }

  freeAt(atMs: number): number {
    let fromMs = atMs;
    for (;;) {
      this.#serveOther(fromMs);
      const freeMs = this.limit.freeAt(fromMs);
      if (freeMs <= fromMs || freeMs < this.#nextMs) return freeMs;
      fromMs = this.#nextMs;
      if (fromMs - atMs > LONGEST_MS) throw new Error('the other app leaves nothing');
    }
  }

  usedAt(atMs: number): number {
    this.#serveOther(atMs);
    return this.limit.usedAt(atMs);
  }

  #serveOther(untilMs: number): void {
    while (this.#nextMs <= untilMs) {
      this.limit.take(this.#nextMs);
      this.#nextMs = this.#after(this.#nextMs);
    }
  }

  #after(atMs: number): number {
    const pauses = this.random() < 1 / (this.perMs * BUSY_MS);
    return atMs + this.#spread(1 / this.perMs) + (pauses ? this.#spread(PAUSE_MS) : 0);
  }

  /** Exponential, as the gaps of a Poisson stream are. */
  #spread(meanMs: number): number {
    return -Math.log(1 - this.random()) * meanMs;
  }
}

/** From `fromMs` to `untilMs` the service is sick and answers 503, which may say until when. */
export class Storm implements Limit {
  constructor(
    private readonly limit: Limit,
    private readonly fromMs: number,
    private readonly untilMs: number,
    private readonly saysUntilWhen: boolean,
  ) {}

  arrive(atMs: number): Refusal | undefined {
    if (atMs < this.fromMs || atMs >= this.untilMs) return this.limit.arrive(atMs);
    return { status: 503, waitMs: this.saysUntilWhen ? this.untilMs - atMs : undefined };
  }

  freeAt(atMs: number): number {
    const freeMs = this.limit.freeAt(atMs);
    return freeMs < this.fromMs || freeMs >= this.untilMs ? freeMs : this.limit.freeAt(this.untilMs);
  }

  usedAt(atMs: number): number {
    return this.limit.usedAt(atMs);
  }
}
