import pLimit from 'p-limit';
import type { Answer, Ask, GraphPort } from '../model/answer.js';
import type { Clock } from '../model/clock.js';
import { OathEnrollError } from '../model/errors.js';
import { needsRecollection, type Outcome, type Status } from '../model/outcome.js';
import type { Row } from '../model/row.js';
import type { Secret } from '../model/secret.js';
import type { Ceiling } from './ceiling.js';
import { deadlineMs } from './deadline.js';
import { decide, isThrottleRefusal } from './decide.js';
import { unlearned } from './decision.js';
import { Health } from './health.js';
import { retryAfterMs } from './retry-after.js';
import { newTask, type Task } from './task.js';
import type { Signal, Throttle } from './throttle.js';
import { UrgencyQueue } from './urgency-queue.js';

/** Where the dispatcher writes down what it does, in the order in which it does it. */
export interface Recorder {
  /** An activation is about to leave. Resolves once that is on disk; a rejection ends the run. */
  intent(row: Row, attempt: number): Promise<void>;
  /** The call of the last intent did not leave after all. */
  withdrawn(row: Row, attempt: number): void;
  answered(row: Row, ask: Ask['kind'], attempt: number, sentAtMs: number, answer: Answer): void;
  settled(row: Row, outcome: Outcome): void;
}

export interface DispatcherParts {
  readonly graph: GraphPort;
  readonly clock: Clock;
  readonly throttle: Throttle;
  readonly recorder: Recorder;
  /** Makes the code of a row's seed for an instant of wall time. */
  readonly codeAt: (row: Row, nowMs: number) => Secret;
  /** Told once, as soon as the run is to end before all rows had their turn. */
  readonly onStop?: ((reason: string) => void) | undefined;
  /** Our own limit on calls, where there is one. */
  readonly ceiling?: Ceiling | undefined;
}

export interface DispatcherOptions {
  /** Calls in flight at most. */
  readonly concurrency: number;
  readonly graceSteps: number;
  /** The longest single throttle wait to sit out; a longer one ends the run. */
  readonly maxWaitMs: number;
}

/** How the dispatcher came to its end. */
export interface DispatchEnd {
  /** Why it stopped before all rows had their turn; undefined when they had. */
  readonly stopped: string | undefined;
  /** Calls that left, look-ups included. */
  readonly calls: number;
  /** Throttle refusals among their answers. */
  readonly refusals: number;
  /** Time for which Graph kept the gate shut. */
  readonly waitedMs: number;
}

/** A code needs this much life beyond the way to Graph: clocks differ and networks stutter. */
const ARRIVAL_MARGIN_MS = 250;

/**
 * Sends rows, the most urgent first. There is one place that decides that a call leaves, `#pump`, and it picks the
 * row at that moment. It runs when something changed: a row came, an answer came, a wait is over.
 */
export class Dispatcher {
  /** Settles when every row has an outcome and nothing is in flight. Rejects on a defect or a full disk. */
  readonly finished: Promise<DispatchEnd>;
  #resolve!: (end: DispatchEnd) => void;
  #reject!: (error: unknown) => void;

  readonly #queue = new UrgencyQueue<Task>();
  /** Rows that wait for their own reasons, each with the canceller of its timer. */
  readonly #delayed = new Map<Task, () => void>();
  readonly #limit;
  readonly #health = new Health();
  #sequence = 0;
  #started = false;
  #closed = false;
  #stopped: string | undefined;
  #calls = 0;
  #refusals = 0;
  #waitedMs = 0;
  #cancelTimer: (() => void) | undefined;
  #signingIn = false;
  #permit: 'none' | 'asked' | 'held' = 'none';

  constructor(
    private readonly parts: DispatcherParts,
    private readonly options: DispatcherOptions,
  ) {
    this.#limit = pLimit(options.concurrency);
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** A row wants its turn. */
  add(row: Row): void {
    const task = newTask(row, deadlineMs(row, this.options.graceSteps), this.#sequence++);
    if (this.#stopped !== undefined) this.#abandon(task);
    else this.#queue.push(task);
    this.#pump();
  }

  /** Calls may leave from now on. Rows added before are all in the choice of the first. */
  start(): void {
    this.#started = true;
    this.#pump();
  }

  /** No more rows will be added. */
  close(): void {
    this.#closed = true;
    this.#pump();
  }

  /** Ends the run: calls in flight finish, every other row is not attempted. */
  stop(reason: string): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    this.parts.onStop?.(reason);
    for (let task = this.#queue.pop(); task !== undefined; task = this.#queue.pop()) this.#abandon(task);
    for (const [task, cancel] of this.#delayed) {
      cancel();
      this.#abandon(task);
    }
    this.#delayed.clear();
    this.#pump();
  }

  /** Why the run is to end before all rows had their turn, if it is. */
  get stopped(): string | undefined {
    return this.#stopped;
  }

  #stopIf(reason: string | undefined): void {
    if (reason !== undefined) this.stop(reason);
  }

  get #inFlight(): number {
    return this.#limit.activeCount + this.#limit.pendingCount;
  }

  #pump(): void {
    const { clock, throttle, ceiling } = this.parts;
    while (this.#started && this.#queue.size > 0 && this.#inFlight < this.options.concurrency) {
      const now = clock.elapsed();
      const sendAtMs = throttle.nextSendAt(now);
      if (sendAtMs > now) {
        this.#expireBehindGate();
        this.#wakeAt(sendAtMs);
        break;
      }
      if (this.#isSigningIn()) return;
      if (ceiling !== undefined && this.#permit !== 'held') {
        this.#askPermit(ceiling);
        return;
      }
      const task = this.#takeMostUrgent();
      if (task === undefined) break;
      this.#permit = 'none';
      this.#launch(task);
    }
    const idle = this.#queue.size === 0 && this.#delayed.size === 0 && this.#inFlight === 0;
    if (this.#closed && idle) {
      this.#cancelTimer?.();
      const unspentMs = Math.max(0, this.#shutUntilMs - clock.elapsed());
      this.#resolve({
        stopped: this.#stopped,
        calls: this.#calls,
        refusals: this.#refusals,
        waitedMs: Math.round(Math.max(0, this.#waitedMs - unspentMs)),
      });
    }
  }

  /** Whether there is no good access token. No row is chosen then: its code could die while somebody signs in. */
  #isSigningIn(): boolean {
    if (this.#signingIn) return true;
    const signingIn = this.parts.graph.signingIn();
    if (signingIn === undefined) return false;
    this.#signingIn = true;
    signingIn
      .catch((error: unknown) => {
        if (!(error instanceof OathEnrollError)) throw error;
        this.stop(`not signed in: ${error.message}`);
      })
      .then(() => {
        this.#signingIn = false;
        this.#pump();
      }, this.#fail);
    return true;
  }

  #wakeAt(atMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = atMs === Infinity ? undefined : this.parts.clock.at(atMs, () => this.#pump());
  }

  #askPermit(ceiling: Ceiling): void {
    if (this.#permit === 'asked') return;
    this.#permit = 'asked';
    ceiling.permit().then(() => {
      this.#permit = 'held';
      this.#pump();
    }, this.#fail);
  }

  /** The disk is full, or a defect of ours showed: nothing more leaves, and rows stay as the journal has them. */
  readonly #fail = (error: unknown): void => {
    this.#started = false;
    this.#cancelTimer?.();
    this.#reject(error);
  };

  /** The most urgent row that can still make it; those before it that cannot are settled as expired. */
  #takeMostUrgent(): Task | undefined {
    for (let task = this.#queue.pop(); task !== undefined; task = this.#queue.pop()) {
      if (task.ask !== 'activate' || this.#canMakeIt(task, this.parts.clock.now())) return task;
      this.#expire(task);
    }
    return undefined;
  }

  #canMakeIt(task: Task, leavesAtMs: number): boolean {
    return leavesAtMs + this.parts.throttle.roundTripMs / 2 + ARRIVAL_MARGIN_MS <= task.deadlineMs;
  }

  /** Settles the codes that will be dead when the gate opens: waiting for it would save none. */
  #expireBehindGate(): void {
    const { clock, throttle } = this.parts;
    const opensAtMs = clock.now() + Math.max(0, throttle.closedUntilMs - clock.elapsed());
    const lookUps: Task[] = [];
    for (let task = this.#queue.peek(); task !== undefined; task = this.#queue.peek()) {
      if (task.urgencyMs === Infinity || this.#canMakeIt(task, opensAtMs)) break;
      this.#queue.pop();
      if (task.ask === 'activate') this.#expire(task);
      else lookUps.push(task);
    }
    for (const task of lookUps) this.#queue.push(task);
  }

  #launch(task: Task): void {
    const call = this.parts.throttle.sent(this.parts.clock.elapsed());
    this.#limit(() => this.#send(task, call)).then(() => this.#pump(), this.#fail);
  }

  async #send(task: Task, call: number): Promise<void> {
    const { clock, throttle, ceiling, recorder, graph } = this.parts;
    if (task.ask === 'activate') await recorder.intent(task.row, task.attempts + 1);
    // Leave was given for this call, whether or not it goes.
    ceiling?.sent();
    // While the intent went to disk the gate may have shut, the code died or the run ended.
    if (!this.#mayLeave(task)) {
      if (task.ask === 'activate') recorder.withdrawn(task.row, task.attempts + 1);
      throttle.answered(call, clock.elapsed(), { kind: 'lost' });
      this.#requeue(task);
      return;
    }
    this.#calls += 1;
    const sent = task.ask === 'activate' ? { ...task, attempts: task.attempts + 1 } : task;
    const sentAtMs = clock.now();
    const sentElapsedMs = clock.elapsed();
    const answer = await graph.ask(this.#askFor(sent, sentAtMs));
    recorder.answered(sent.row, sent.ask, sent.attempts, sentAtMs, answer);
    this.#tellThrottle(call, answer);
    if (answer.kind === 'answered' && answer.httpStatus === 401) {
      graph.renewSignIn(sentElapsedMs, answer.claims);
    }
    this.#act(sent, answer);
    this.#stopIf(this.#health.answered(answer, clock.elapsed()));
    this.#obeyGate();
  }

  #mayLeave(task: Task): boolean {
    const { clock, throttle } = this.parts;
    if (this.#stopped !== undefined || throttle.closedUntilMs > clock.elapsed()) return false;
    return task.ask !== 'activate' || this.#canMakeIt(task, clock.now());
  }

  #askFor(task: Task, nowMs: number): Ask {
    const { row } = task;
    if (task.ask !== 'activate') return { kind: task.ask, row, page: task.doubt?.page };
    return {
      kind: 'activate',
      row,
      code: row.proof.kind === 'code' ? row.proof.code : this.parts.codeAt(row, nowMs),
    };
  }

  #tellThrottle(call: number, answer: Answer): void {
    const { clock, throttle } = this.parts;
    const now = clock.elapsed();
    const shutUntilMs = Math.max(now, this.#shutUntilMs);
    const signal = this.#signalOf(answer);
    throttle.answered(call, now, signal);
    if (isThrottleRefusal(answer)) this.#refusals += 1;
    if (answer.kind === 'answered') this.#waitedMs += Math.max(0, this.#shutUntilMs - shutUntilMs);
  }

  /** The gate's closing time as a figure to reckon with: a Retry-After may be beyond all numbers. */
  get #shutUntilMs(): number {
    return Math.min(this.parts.throttle.closedUntilMs, Number.MAX_SAFE_INTEGER);
  }

  #signalOf(answer: Answer): Signal {
    if (answer.kind === 'no_answer') return { kind: 'lost' };
    // Out of reach is waited out like a refusal that names no time.
    if (answer.kind === 'not_sent') return { kind: 'refused' };
    // A Retry-After binds whatever the status: a 504 may bear one, though nobody knows what came of that call.
    if (!isThrottleRefusal(answer) && answer.retryAfter === undefined) {
      return { kind: 'accepted', limitPercentage: answer.throttlePercentage };
    }
    return {
      kind: 'refused',
      retryAfterMs: retryAfterMs(answer.retryAfter, answer.dateMs, this.parts.clock.now()),
    };
  }

  #act(task: Task, answer: Answer): void {
    const { clock } = this.parts;
    const decision = decide(task, answer, clock.now(), clock.elapsed());
    switch (decision.kind) {
      case 'again':
        this.#requeue(decision.task);
        break;
      case 'stop':
        this.stop(decision.reason);
        this.#abandon(decision.task);
        break;
      case 'settle': {
        const telling = task.doubt?.answer ?? answer;
        this.#settle(task, decision.status, decision.reason, telling);
        this.#stopIf(this.#health.settled(task.row, decision.status, telling));
      }
    }
  }

  #requeue(task: Task): void {
    const { clock } = this.parts;
    if (this.#stopped !== undefined) this.#abandon(task);
    else if (task.notBeforeMs <= clock.elapsed()) this.#queue.push(task);
    else {
      const cancel = clock.at(task.notBeforeMs, () => {
        this.#delayed.delete(task);
        this.#queue.push(task);
        this.#pump();
      });
      this.#delayed.set(task, cancel);
    }
  }

  #obeyGate(): void {
    const { clock, throttle } = this.parts;
    const waitMs = throttle.closedUntilMs - clock.elapsed();
    if (waitMs <= 0) return;
    const rowsWait = this.#queue.size + this.#delayed.size > 0 || !this.#closed;
    if (rowsWait && waitMs > this.options.maxWaitMs) {
      this.stop(
        `Graph asks to wait ${Math.ceil(waitMs / 1000)} s, longer than the ${this.options.maxWaitMs / 1000} s of --max-wait`,
      );
    }
  }

  #expire(task: Task): void {
    const at = new Date(task.deadlineMs).toISOString();
    const why = task.attempts === 0 ? 'before its turn came' : 'while Graph made us wait';
    this.#settle(task, 'expired', `the code’s time was over at ${at}, ${why}`, undefined);
  }

  /** The run has ended: a row without a call is not attempted, one in doubt stays so. */
  #abandon(task: Task): void {
    const why = this.#stopped ?? '';
    if (task.doubt === undefined) {
      this.#settle(task, 'not_attempted', `the run ended before its turn: ${why}`, undefined);
    } else {
      const { status, reason } = unlearned(task, `the run ended before it could be looked up (${why})`);
      this.#settle(task, status, reason, task.doubt.answer);
    }
  }

  #settle(task: Task, status: Status, reason: string, answer: Answer | undefined): void {
    this.parts.recorder.settled(task.row, {
      status,
      needsRecollection: needsRecollection(status, task.row.proof.kind === 'seed'),
      reason,
      ...(answer?.kind === 'answered' && {
        httpStatus: answer.httpStatus,
        graphErrorCode: answer.errorCode,
        graphRequestId: answer.requestId,
      }),
      attempts: task.attempts,
      completedAtMs: this.parts.clock.now(),
    });
  }
}
