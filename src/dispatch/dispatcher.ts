import pLimit from 'p-limit';
import type { Answer, GraphPort } from '../model/answer.js';
import type { Row } from '../model/row.js';
import { Asker, type AskerParts } from './asker.js';
import { deadlineMs } from './queue/deadline.js';
import { decide } from './decisions/decide.js';
import { foresee, timeFor } from './pace/foresight.js';
import type { Foresight } from '../model/foresight.js';
import { Gate, type GateParts, type Leave } from './pace/gate.js';
import { Health } from './decisions/health.js';
import type { Recorder } from './recorder.js';
import { Sender } from './sender.js';
import { Settler } from './settler.js';
import { SteadyClock } from './queue/steady-clock.js';
import { newTask, type Past, type Task } from './task.js';
import { WaitingRows } from './queue/waiting-rows.js';

export interface DispatcherParts extends GateParts, AskerParts {
  readonly graph: GraphPort;
  readonly recorder: Recorder;
  /** How long to wait, in ms, before a code is made of a row's seed; at once where this is missing. */
  readonly seedWaitMs?: ((row: Row, nowMs: number) => number) | undefined;
  /** Told once, as soon as the run is to end before all rows had their turn. */
  readonly onStop?: ((reason: string) => void) | undefined;
}

export interface DispatcherOptions {
  /** Calls in flight at most. */
  readonly concurrency: number;
  readonly graceSteps: number;
  /** The longest single throttle wait to sit out; a longer one ends the run. */
  readonly maxWaitMs: number;
}

/** Rows that end in one turn: outcomes of a million would fill the memory before the first is on disk. */
const MOST_AT_ONCE = 1000;

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

/**
 * Sends rows, the most urgent first. There is one place that decides that a call leaves, `#pump`, and it picks the
 * row at that moment. It runs when something changed: a row came, an answer came, a wait is over.
 */
export class Dispatcher {
  /** Settles when every row has an outcome and nothing is in flight. Rejects on a defect or a full disk. */
  readonly finished: Promise<DispatchEnd>;
  #resolve!: (end: DispatchEnd) => void;
  #reject!: (error: unknown) => void;

  /** What deadlines of tasks are told by, as the wall clock may be set while rows wait. */
  readonly #steady: SteadyClock;
  readonly #waiting: WaitingRows;
  readonly #gate: Gate;
  readonly #limit;
  readonly #health = new Health();
  readonly #asker: Asker;
  readonly #sender: Sender;
  readonly #settler: Settler;
  #cancelStep: (() => void) | undefined;
  #started = false;
  #closed = false;
  #stopped: string | undefined;
  #gaveUp = false;
  /** Whether more rows are to end once there is room for their outcomes. */
  #awaitsRoom = false;

  constructor(
    private readonly parts: DispatcherParts,
    private readonly options: DispatcherOptions,
  ) {
    this.#limit = pLimit(options.concurrency);
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const wake = (): void => this.#pump();
    const stop = (reason: string): void => this.stop(reason);
    this.#asker = new Asker(parts);
    this.#settler = new Settler(parts);
    this.#steady = new SteadyClock(parts.clock);
    this.#gate = new Gate(parts, { wake, stop, fail: this.#fail });
    this.#sender = new Sender(parts, this.#gate, this.#asker, options.graceSteps, this.#mayGo);
    this.#waiting = new WaitingRows(this.#steady, (task) => this.#settler.expire(task), wake);
  }

  /** A row wants its turn, or its next one where an earlier session of the run called for it already. */
  add(row: Row, past?: Past): void {
    const deadline = this.#steady.ofWall(deadlineMs(row, this.options.graceSteps));
    if (past !== undefined) this.#takeUp(newTask(row, deadline), past);
    else if (this.#stopped === undefined) this.#waiting.addFresh(row, deadline);
    else this.#abandon(newTask(row, deadline));
    this.#pump();
  }

  /** Calls may leave from now on. Rows added before are all in the choice of the first. */
  start(): void {
    this.#started = true;
    // An earlier run, or session of this one, may have been told to wait.
    this.#stopIf(this.#tooLongAWait());
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
    this.#pump();
  }

  /** Waits no longer for calls in flight: their rows stay without an outcome. After {@link stop}. */
  giveUp(): void {
    this.#gaveUp = true;
    this.#pump();
  }

  /** Why the run is to end before all rows had their turn, if it is. */
  get stopped(): string | undefined {
    return this.#stopped;
  }

  /** How long Graph's wait goes on, in ms. */
  get shutForMs(): number {
    return this.#gate.shutForMs;
  }

  /** What can be made of the rows that wait, as things stand. */
  foresight(): Foresight {
    const { timeless } = this.#waiting.demand(false);
    const gate = this.#gate;
    const nowMs = this.#steady.now();
    const deadlines = this.#waiting.deadlines();
    const { codes, canMakeIt } = foresee(deadlines, (untilMs) => gate.callsWithin(untilMs - nowMs));
    const byGraph = foresee(deadlines, (untilMs) => gate.callsByGraph(untilMs - nowMs));
    return {
      codes,
      canMakeIt,
      timeless,
      paceIsKnown: gate.paceIsKnown,
      ceilingHolds: byGraph.canMakeIt > canMakeIt,
      shutForMs: gate.shutForMs,
      leftMs: gate.paceIsKnown ? timeFor(canMakeIt + timeless, (ms) => gate.callsWithin(ms)) : undefined,
    };
  }

  get #inFlight(): number {
    return this.#limit.activeCount + this.#limit.pendingCount;
  }

  #pump(): void {
    // Nobody who could go is held up: those before them are dead, or none goes any more.
    if (this.#awaitsRoom) return;
    if (this.#stopped !== undefined) {
      for (const task of this.#waiting.drain(MOST_AT_ONCE)) this.#abandon(task);
      if (this.#waiting.size > 0) this.#goOnWithRoom();
    }
    while (this.#mayTake && this.#waiting.inQueue > 0) {
      if (this.#awaitsStep()) break;
      if (!this.#gate.isOpen(this.#waiting.demand(!this.#closed))) {
        // Waiting for the gate would save none of those that will be dead when it opens.
        if (this.#waiting.expireDead(this.#canArrive, MOST_AT_ONCE)) this.#goOnWithRoom();
        break;
      }
      const task = this.#waiting.take(this.#canArrive, MOST_AT_ONCE);
      if (task === undefined) {
        if (this.#waiting.inQueue > 0) this.#goOnWithRoom();
        break;
      }
      const leave = this.#gate.leave();
      const tasks = [task, ...this.#waiting.takeCreations(this.#asker.companionsOf(task))];
      this.#limit(() => this.#send(tasks, leave)).then(() => this.#pump(), this.#fail);
    }
    if (!this.#closed || this.#waiting.size > 0 || (this.#inFlight > 0 && !this.#gaveUp)) return;
    this.#gate.close();
    this.#cancelStep?.();
    const { calls, refusals, waitedMs } = this.#gate;
    this.#resolve({ stopped: this.#stopped, calls, refusals, waitedMs });
  }

  get #mayTake(): boolean {
    return this.#started && this.#stopped === undefined && this.#inFlight < this.options.concurrency;
  }

  #goOnWithRoom(): void {
    this.#awaitsRoom = true;
    const goOn = (): void => {
      this.#awaitsRoom = false;
      this.#pump();
    };
    this.parts.recorder.drained().then(goOn).catch(this.#fail);
  }

  /** Whether the most urgent row's code is to be made in the next step; then it goes on by itself. */
  #awaitsStep(): boolean {
    const { clock, seedWaitMs } = this.parts;
    if (seedWaitMs === undefined) return false;
    const next = this.#waiting.peek();
    const waitMs = next?.ask === 'activate' ? seedWaitMs(next.row, clock.now()) : 0;
    this.#cancelStep?.();
    this.#cancelStep = waitMs > 0 ? clock.at(clock.elapsed() + waitMs, () => this.#pump()) : undefined;
    return waitMs > 0;
  }

  /** A code is dead as soon as either clock says so: who sets the wall clock back gives it no more life. */
  readonly #canArrive = ({ row, deadlineMs: steadyDeadlineMs }: Task): boolean => {
    const byWallMs = deadlineMs(row, this.options.graceSteps) - this.parts.clock.now();
    return this.#gate.canArrive(Math.min(steadyDeadlineMs - this.#steady.now(), byWallMs));
  };

  /** The disk is full, or a defect of ours showed: nothing more leaves, and rows stay as the journal has them. */
  readonly #fail = (error: unknown): void => {
    this.#started = false;
    this.#gate.close();
    this.#cancelStep?.();
    this.#waiting.cancel();
    this.#reject(error);
  };

  async #send(tasks: readonly Task[], leave: Leave): Promise<void> {
    const sent = await this.#sender.send(tasks, leave);
    if (sent === undefined) {
      for (const task of tasks) this.#requeue(task);
      return;
    }
    const elapsedMs = this.parts.clock.elapsed();
    for (const [task, answer] of sent.answered) this.#act(task, answer, this.#steady.now(), elapsedMs);
    this.#stopIf(this.#health.answered(sent.whole, elapsedMs) ?? this.#tooLongAWait());
  }

  readonly #mayGo = (tasks: readonly Task[], leave: Leave): boolean =>
    this.#gate.stillHolds(leave) &&
    this.#stopped === undefined &&
    tasks.every((task) => task.ask !== 'activate' || this.#canArrive(task));

  #takeUp(fresh: Task, past: Past): void {
    const { clock } = this.parts;
    const { attempts, answer, atMs, ask = 'activate', mayBeOurs = attempts > 1 } = past;
    const agoMs = Math.max(0, clock.now() - atMs);
    // Where it was activated, its token had been created before.
    const isCreated = ask === 'activate' && fresh.ask === 'create';
    const created = isCreated ? { createdAtMs: clock.elapsed() - agoMs } : {};
    const task: Task = { ...fresh, ...created, ask, attempts, mayBeOurs };
    if (answer === undefined) this.#requeue(task);
    else this.#act(task, answer, this.#steady.ofWall(atMs), clock.elapsed() - agoMs);
  }

  /** The instant of the answer is given on the steady clock and on that of waits. */
  #act(task: Task, answer: Answer, nowMs: number, elapsedMs: number): void {
    const decision = decide(task, answer, nowMs, elapsedMs);
    switch (decision.kind) {
      case 'again':
        this.#requeue(decision.task);
        break;
      case 'stop':
        this.stop(decision.reason);
        this.#abandon(decision.task);
        break;
      case 'settle':
        this.#settler.settle(task, decision, task.doubt?.answer ?? answer);
        if (task.doubt === undefined) {
          this.#stopIf(this.#health.settled(task, decision.status, answer));
        }
    }
  }

  #requeue(task: Task): void {
    if (this.#stopped === undefined) this.#waiting.add(task);
    else this.#abandon(task);
  }

  #abandon(task: Task): void {
    this.#settler.abandon(task, this.#stopped ?? '');
  }

  #stopIf(reason: string | undefined): void {
    if (reason !== undefined) this.stop(reason);
  }

  #tooLongAWait(): string | undefined {
    const rowsWait = this.#waiting.size > 0 || !this.#closed;
    return rowsWait ? this.#gate.tooLongAWait(this.options.maxWaitMs) : undefined;
  }
}
