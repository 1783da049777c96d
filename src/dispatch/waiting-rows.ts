import type { Clock } from '../model/clock.js';
import type { Task } from './task.js';
import { UrgencyQueue } from './urgency-queue.js';

/** The rows that wait for their next call: most in the queue, some until a time of their own. */
export class WaitingRows {
  readonly #queue = new UrgencyQueue<Task>();
  /** Each with the canceller of its timer. */
  readonly #delayed = new Map<Task, () => void>();

  /**
   * @param expire told of a code that cannot make it any more
   * @param ready told when a row that waited for its own time has come into the queue
   */
  constructor(
    private readonly clock: Clock,
    private readonly expire: (task: Task) => void,
    private readonly ready: () => void,
  ) {}

  /** Rows that could go at once. */
  get inQueue(): number {
    return this.#queue.size;
  }

  get size(): number {
    return this.#queue.size + this.#delayed.size;
  }

  add(task: Task): void {
    if (task.notBeforeMs <= this.clock.elapsed()) {
      this.#queue.push(task);
      return;
    }
    const cancel = this.clock.at(task.notBeforeMs, () => {
      this.#delayed.delete(task);
      this.#queue.push(task);
      this.ready();
    });
    this.#delayed.set(task, cancel);
  }

  /** The most urgent row that can still make it; those before it that cannot expire. */
  take(canMakeIt: (task: Task) => boolean): Task | undefined {
    for (let task = this.#queue.pop(); task !== undefined; task = this.#queue.pop()) {
      if (task.ask !== 'activate' || canMakeIt(task)) return task;
      this.expire(task);
    }
    return undefined;
  }

  /** Expires the codes that cannot make it; look-ups stay, as they are worth their answer at any time. */
  expireDead(canMakeIt: (task: Task) => boolean): void {
    const lookUps: Task[] = [];
    for (let task = this.#queue.peek(); task !== undefined; task = this.#queue.peek()) {
      if (task.urgencyMs === Infinity || canMakeIt(task)) break;
      this.#queue.pop();
      if (task.ask === 'activate') this.expire(task);
      else lookUps.push(task);
    }
    for (const task of lookUps) this.#queue.push(task);
  }

  /** Takes all rows out. */
  *drain(): IterableIterator<Task> {
    for (let task = this.#queue.pop(); task !== undefined; task = this.#queue.pop()) yield task;
    for (const [task, cancel] of this.#delayed) {
      cancel();
      yield task;
    }
    this.#delayed.clear();
  }

  /** Stops the timers of the rows that wait for their own time. */
  cancel(): void {
    for (const cancel of this.#delayed.values()) cancel();
  }
}
