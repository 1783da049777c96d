import type { Signal, Throttle } from '../../src/dispatch/pace/throttle.js';
import type { Limit } from './limits.js';

/** What all of these have in common: no memory but for what they say themselves. */
abstract class PlainThrottle implements Throttle {
  closedUntilMs = -Infinity;
  #lastId = 0;

  /** @param roundTripMs known, as networks of simulations are */
  constructor(readonly roundTripMs: number) {}

  abstract nextSendAt(nowMs: number): number;
  abstract sent(nowMs: number): number;
  protected abstract refused(nowMs: number, retryAfterMs: number): void;

  protected nextId(): number {
    return (this.#lastId += 1);
  }

  answered(_id: number, nowMs: number, { kind, retryAfterMs = 0 }: Signal): void {
    if (kind === 'refused') this.refused(nowMs, retryAfterMs);
  }

  forecast(): number {
    return Infinity;
  }
}

/** Sums of times miss each other by less than this. */
export const HAIR_MS = 0.001;

/** Knows the limit and keeps its exact pace: what is lost then is lost by the choice of rows. */
export class KnowingThrottle extends PlainThrottle {
  constructor(
    private readonly limit: Limit,
    private readonly oneWayMs: number,
  ) {
    super(2 * oneWayMs);
  }

  nextSendAt(nowMs: number): number {
    const freeMs = this.limit.freeAt(nowMs + this.oneWayMs);
    return freeMs <= nowMs + this.oneWayMs ? nowMs : freeMs - this.oneWayMs + HAIR_MS;
  }

  sent(nowMs: number): number {
    this.limit.arrive(nowMs + this.oneWayMs);
    return this.nextId();
  }

  protected refused(): void {
    throw new Error('who knows the limit is never refused');
  }
}

/** Does not listen: a second after a refusal it sends again, whatever was asked. */
export class DeafThrottle extends PlainThrottle {
  nextSendAt(nowMs: number): number {
    return Math.max(nowMs, this.closedUntilMs);
  }

  sent(): number {
    return this.nextId();
  }

  protected refused(nowMs: number): void {
    this.closedUntilMs = nowMs + 1000;
  }
}

/** Waits out every Retry-After and learns nothing from it. */
export class PatientThrottle extends PlainThrottle {
  nextSendAt(nowMs: number): number {
    return Math.max(nowMs, this.closedUntilMs);
  }

  sent(): number {
    return this.nextId();
  }

  protected refused(nowMs: number, retryAfterMs: number): void {
    this.closedUntilMs = Math.max(this.closedUntilMs, nowMs + retryAfterMs);
  }
}

/** After a refusal it lets nothing leave, ever. */
export class StuckThrottle extends PlainThrottle {
  #stuck = false;

  nextSendAt(nowMs: number): number {
    return this.#stuck ? Infinity : nowMs;
  }

  sent(): number {
    return this.nextId();
  }

  protected refused(): void {
    this.#stuck = true;
  }
}
