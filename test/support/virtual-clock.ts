import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../src/model/clock.js';

interface Timer {
  readonly atMs: number;
  readonly wake: () => void;
}

/**
 * Time that passes only when a test says so. Wall time and elapsed time go forward together; {@link jumpWall} moves
 * the wall alone. It uses Node's own `setImmediate`, so no fake timers beside it.
 */
export class VirtualClock implements Clock {
  #elapsedMs = 0;
  #wallMs: number;
  /** In the order in which they were set, which breaks ties. */
  readonly #timers = new Set<Timer>();

  constructor(wallMs = 0) {
    this.#wallMs = wallMs;
  }

  now(): number {
    return this.#wallMs;
  }

  elapsed(): number {
    return this.#elapsedMs;
  }

  at(atMs: number, wake: () => void): () => void {
    const timer = { atMs, wake };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Resolves when so much time has passed. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.at(this.#elapsedMs + ms, resolve));
  }

  /** Somebody sets the wall clock: forward, or back with a negative `ms`. */
  jumpWall(ms: number): void {
    this.#wallMs += ms;
  }

  /** Lets `ms` pass, with all that falls due on the way. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await nextTurn();
    for (let timer = this.#next(); timer !== undefined && timer.atMs <= untilMs; timer = this.#next()) {
      await this.#fire(timer);
    }
    this.#passTo(untilMs);
  }

  /**
   * Lets time pass until `work` settles, and gives what came of it. Fails where nothing is left that could wake
   * it, or where it is not done after `mostMs`: an endless wait is a failure, not a hang.
   */
  async settle<T>(work: Promise<T>, mostMs = Infinity): Promise<T> {
    const state = { done: false };
    const noted = work.finally(() => (state.done = true));
    noted.catch(() => undefined);
    const untilMs = this.#elapsedMs + mostMs;
    for (;;) {
      await nextTurn();
      if (state.done) return noted;
      const timer = this.#next();
      if (timer === undefined || timer.atMs === Infinity) throw new Error('waits for what will never come');
      if (timer.atMs > untilMs) throw new Error(`still waits after ${mostMs} ms`);
      await this.#fire(timer);
    }
  }

  #next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (first === undefined || timer.atMs < first.atMs) first = timer;
    return first;
  }

  async #fire(timer: Timer): Promise<void> {
    this.#timers.delete(timer);
    this.#passTo(Math.max(this.#elapsedMs, timer.atMs));
    timer.wake();
    await nextTurn();
  }

  #passTo(elapsedMs: number): void {
    this.#wallMs += elapsedMs - this.#elapsedMs;
    this.#elapsedMs = elapsedMs;
  }
}
