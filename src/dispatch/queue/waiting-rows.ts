import type { Clock } from '../../model/clock.js';
import type { Row } from '../../model/row.js';
import { FreshRows } from './fresh-rows.js';
import type { Task } from '../task.js';
import type { Demand, Due } from '../pace/throttle.js';
import { before, UrgencyQueue } from './urgency-queue.js';

/** A deadline that is nearer than this asks for no more pace than one that is this far. */
const LEAST_TIME_MS = 1000;

/** The rows that wait for their next call: most could go at once, some wait until a time of their own. */
export class WaitingRows {
  /** Rows that could go at once: for the first time, and again. */
  readonly #fresh = new FreshRows();
  readonly #queue = new UrgencyQueue<Task>();
  /** How many of them are due by which deadline. Codes die as their steps end, so deadlines are few. */
  readonly #dueBy = new Map<number, number>();
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
    return this.#fresh.size + this.#queue.size;
  }

  get size(): number {
    return this.inQueue + this.#delayed.size;
  }

  /** A row waits for its first call. */
  addFresh(row: Row, deadlineMs: number): void {
    this.#fresh.push(row, deadlineMs);
    this.#count(deadlineMs, 1);
  }

  /** A row waits for its next call. */
  add(task: Task): void {
    if (task.notBeforeMs <= this.clock.elapsed()) {
      this.#push(task);
      return;
    }
    const cancel = this.clock.at(task.notBeforeMs, () => {
      this.#delayed.delete(task);
      this.#push(task);
      this.ready();
    });
    this.#delayed.set(task, cancel);
  }

  /** What the rows in the queue ask for. */
  demand(moreMayCome: boolean): Demand {
    const now = this.clock.now();
    const due: Due[] = [];
    let rowsDue = 0;
    let perMs = 0;
    let dueMs = Infinity;
    for (const [deadlineMs, rows] of this.deadlines()) {
      const inMs = Math.max(0, deadlineMs - now);
      due.push({ inMs, rows });
      rowsDue += rows;
      const askedPerMs = rowsDue / Math.max(LEAST_TIME_MS, inMs);
      if (askedPerMs <= perMs) continue;
      perMs = askedPerMs;
      dueMs = inMs;
    }
    return { waiting: this.inQueue, timeless: this.inQueue - rowsDue, due, perMs, dueMs, moreMayCome };
  }

  /** Deadlines of the rows in the queue that have one, earliest first, with how many rows each has. */
  deadlines(): [deadlineMs: number, count: number][] {
    return [...this.#dueBy].sort(([a], [b]) => a - b);
  }

  #push(task: Task): void {
    this.#queue.push(task);
    this.#count(task.urgencyMs, 1);
  }

  /** The most urgent row, left in its place. */
  peek(): Task | undefined {
    const fresh = this.#fresh.peek();
    const again = this.#queue.peek();
    return fresh === undefined || (again !== undefined && before(again, fresh)) ? again : fresh;
  }

  #pop(): Task | undefined {
    const task = this.peek();
    if (task === undefined) return undefined;
    if (task === this.#fresh.peek()) this.#fresh.pop();
    else this.#queue.pop();
    this.#count(task.urgencyMs, -1);
    return task;
  }

  #count(urgencyMs: number, change: 1 | -1): void {
    if (urgencyMs === Infinity) return;
    const count = (this.#dueBy.get(urgencyMs) ?? 0) + change;
    if (count === 0) this.#dueBy.delete(urgencyMs);
    else this.#dueBy.set(urgencyMs, count);
  }

  /**
   * Takes the most urgent row that can still make it; those before it that cannot expire, up to so many. Undefined where it
   * was not found among them.
   */
  take(canMakeIt: (task: Task) => boolean, most: number): Task | undefined {
    for (let count = 0; count < most; count += 1) {
      const task = this.#pop();
      if (task?.ask !== 'activate' || canMakeIt(task)) return task;
      this.expire(task);
    }
    return undefined;
  }

  /** Takes up to so many more rows, as long as the next call of the most urgent one is the creation of its token. */
  takeCreations(most: number): Task[] {
    const tasks: Task[] = [];
    while (tasks.length < most && this.peek()?.ask === 'create') {
      const task = this.#pop();
      if (task !== undefined) tasks.push(task);
    }
    return tasks;
  }

  /**
   * Expires the codes that cannot make it, up to so many; look-ups stay, as they are worth their answer at any time.
   *
   * @returns whether more may be dead
   */
  expireDead(canMakeIt: (task: Task) => boolean, most: number): boolean {
    const lookUps: Task[] = [];
    let left = most;
    for (let task = this.peek(); task !== undefined && left > 0; task = this.peek()) {
      if (task.urgencyMs === Infinity || canMakeIt(task)) break;
      this.#pop();
      if (task.ask !== 'activate') lookUps.push(task);
      else {
        this.expire(task);
        left -= 1;
      }
    }
    for (const task of lookUps) this.#push(task);
    return left === 0;
  }

  /** Takes up to so many rows out, whenever their time is. */
  *drain(most: number): IterableIterator<Task> {
    for (let count = 0; count < most; count += 1) {
      const task = this.#pop() ?? this.#popDelayed();
      if (task === undefined) return;
      yield task;
    }
  }

  #popDelayed(): Task | undefined {
    for (const [task, cancel] of this.#delayed) {
      cancel();
      this.#delayed.delete(task);
      return task;
    }
    return undefined;
  }

  /** Stops the timers of the rows that wait for their own time. */
  cancel(): void {
    for (const cancel of this.#delayed.values()) cancel();
  }
}
