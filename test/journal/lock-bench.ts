import { setImmediate as nextTurn } from 'node:timers/promises';
import { RunLock, type Holder, type LockRequest } from '../../src/journal/run-lock.js';
import type { Clock } from '../../src/model/clock.js';
import { VirtualClock } from '../support/virtual-clock.js';

/** Fine enough for whatever a lock waits for. */
const STEP_MS = 250;

/** What became of an attempt to take the lock; nothing yet while neither is there. */
interface Attempt {
  lock?: RunLock;
  refusal?: string;
}

/** Who takes part; all on one machine unless told. */
export function holder(over: Partial<Holder> = {}): Holder {
  return {
    task: 'a run of a.csv',
    process: 101,
    host: 'desk',
    space: 'pid:[1]',
    since: '2026-11-24T09:00:00.000Z',
    ...over,
  };
}

/** Takers of one lock file, on virtual time; the file is a real one. */
export class LockBench {
  readonly clock = new VirtualClock(Date.now());
  /** Processes that are gone from this machine. */
  readonly gone = new Set<number>();
  readonly notices: string[] = [];
  readonly #held: RunLock[] = [];

  constructor(readonly path: string) {}

  request(over: Partial<Holder> = {}, clock: Clock = this.clock): LockRequest {
    return {
      what: 'a.csv',
      path: this.path,
      holder: holder(over),
      clock,
      isRunning: (process) => !this.gone.has(process),
      onWait: (text) => this.notices.push(text),
    };
  }

  /** Takes the lock while no time passes. */
  async take(over: Partial<Holder> = {}, clock: Clock = this.clock): Promise<RunLock> {
    const lock = await RunLock.take(this.request(over, clock));
    this.#held.push(lock);
    return lock;
  }

  /** Begins to take the lock; what came of it shows once it is decided. */
  start(over: Partial<Holder> = {}): Attempt {
    const attempt: Attempt = {};
    this.take(over).then(
      (lock) => (attempt.lock = lock),
      (error: unknown) => (attempt.refusal = String(error)),
    );
    return attempt;
  }

  /** Takes the lock while time passes, 30 s at most, and tells after how long it was decided. */
  async tryFor(over: Partial<Holder> = {}): Promise<Attempt & { readonly afterMs: number }> {
    const fromMs = this.clock.elapsed();
    const attempt = this.start(over);
    await quiet();
    const isOpen = (): boolean => attempt.lock === undefined && attempt.refusal === undefined;
    while (isOpen() && this.clock.elapsed() - fromMs < 30_000) await this.pass(STEP_MS);
    return { ...attempt, afterMs: this.clock.elapsed() - fromMs };
  }

  /** Lets time pass in small steps; after each the disk finishes what it was asked. */
  async pass(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs > 0; leftMs -= STEP_MS) {
      await this.clock.advance(Math.min(STEP_MS, leftMs));
      await quiet();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#held.map((lock) => lock.release()));
  }
}

/** Resolves once no file of this process is being read or written, and nobody asked for more. */
export async function quiet(): Promise<void> {
  do await nextTurn();
  while (process.getActiveResourcesInfo().some((name) => /^(FSReq|CloseReq)/.test(name)));
  await nextTurn();
}
