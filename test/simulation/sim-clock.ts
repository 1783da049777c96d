import type { Clock } from '../../src/model/clock.js';
import { Heap } from './heap.js';

interface Timer {
  readonly wake: () => void;
  cancelled: boolean;
}

/** Turns asked of the event loop at once: the loop itself costs more than a turn of ours. */
const TURNS_AT_ONCE = 64;

/**
 * Virtual time for long runs: it jumps from timer to timer, and every timer has a turn of its own, after which all
 * promises that it settled run out. Code that waits for anything but this clock does not belong here.
 */
export class SimClock implements Clock {
  readonly #timers = new Heap<Timer>();
  #elapsedMs = 0;

  /** @param startMs wall time at which `elapsed()` is 0 */
  constructor(private readonly startMs: number) {}

  now(): number {
    return this.startMs + this.#elapsedMs;
  }

  elapsed(): number {
    return this.#elapsedMs;
  }

  at(atMs: number, wake: () => void): () => void {
    const timer = { wake, cancelled: false };
    this.#timers.push(atMs, timer);
    return () => (timer.cancelled = true);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.at(this.#elapsedMs + ms, resolve));
  }

  /**
   * Lets time pass until `work` settles. False where it never will: no timer is left that could wake it, or `mostMs`
   * have passed. An endless wait is a finding, not a hang.
   */
  run(work: Promise<void>, mostMs: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let over = false;
      work.finally(() => (over = true)).then(() => resolve(true), reject);
      const turn = (): void => {
        if (over) return;
        if (this.#timers.firstKey <= mostMs) this.#fireNext();
        else {
          over = true;
          resolve(false);
        }
      };
      // Node empties the queue of promises between one immediate and the next.
      const turns = (): void => {
        for (let i = 1; i < TURNS_AT_ONCE; i++) setImmediate(turn);
        if (!over) setImmediate(turns);
      };
      turns();
    });
  }

  #fireNext(): void {
    const atMs = this.#timers.firstKey;
    const timer = this.#timers.pop();
    if (timer === undefined || timer.cancelled) return;
    this.#elapsedMs = Math.max(this.#elapsedMs, atMs);
    timer.wake();
  }
}
