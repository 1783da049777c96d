import type { Answer } from '../model/answer.js';
import { MOST_IN_BATCH, type Read, type ReadAnswer, type ReadPort } from '../model/read.js';
import { afterRead, type Tries } from './decisions/after-read.js';
import { PAUSE_MS } from './decisions/decision.js';
import { Gate, type GateParts, type Leave } from './pace/gate.js';
import { Health } from './decisions/health.js';

/**
 * The pace that is asked for, in reads per ms: at a round trip of 50 ms a full batch is on its way. A read that is
 * refused costs nobody a code, so there is no need to grope; what Graph then allows, the throttle learns.
 */
const WANTED_PER_MS = 0.4;

/** What came of a read in the end. */
export type Reading =
  | ({ readonly kind: 'answered' } & ReadAnswer)
  /** The reading ended before it was learned. */
  | { readonly kind: 'ended'; readonly why: string };

export interface BatchReaderParts extends GateParts {
  readonly graph: ReadPort;
  /** Told once, as soon as the reading is to end before all was read. */
  readonly onStop?: ((reason: string) => void) | undefined;
}

export interface BatchReaderOptions {
  /** Batches in flight at most. */
  readonly concurrency: number;
  /** The longest single throttle wait to sit out; a longer one ends the reading. */
  readonly maxWaitMs: number;
}

interface Waiting {
  readonly read: Read;
  readonly tries: Tries;
  readonly settle: (reading: Reading) => void;
  readonly fail: (error: unknown) => void;
}

interface Sent {
  readonly waiting: Waiting;
  readonly leave: Leave;
}

/**
 * Reads many things of Graph, in batches. Each read in a batch weighs as a call, for Graph as for our own ceiling: a
 * batch holds what the gate lets leave at that moment.
 */
export class BatchReader {
  readonly #gate: Gate;
  readonly #health = new Health();
  #queue: Waiting[] = [];
  /** Reads that wait for their own time, with the cancellers of their timers. */
  readonly #paused = new Map<Waiting, () => void>();
  readonly #inFlight = new Set<readonly Sent[]>();
  #cancelPump: (() => void) | undefined;
  #stopped: string | undefined;

  constructor(
    private readonly parts: BatchReaderParts,
    private readonly options: BatchReaderOptions,
  ) {
    this.#gate = new Gate(parts, {
      wake: () => this.#pump(),
      stop: (reason) => this.stop(reason),
      fail: (error) => this.#fail(error),
    });
  }

  /** Reads one thing, as soon as may be. Never rejects but for a defect. */
  read(read: Read): Promise<Reading> {
    if (this.#stopped !== undefined) return Promise.resolve({ kind: 'ended', why: this.#stopped });
    return new Promise((settle, fail) => {
      this.#queue.push({ read, settle, fail, tries: { troubles: 0, signInRefusals: 0 } });
      this.#pumpSoon();
    });
  }

  /** Ends the reading. What was not learned never is; answers on their way are not waited for. */
  stop(reason: string): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = reason;
    this.parts.onStop?.(reason);
    for (const waiting of this.#abandon()) waiting.settle({ kind: 'ended', why: reason });
  }

  /** Nothing more will be read. */
  close(): void {
    this.#cancelPump?.();
    this.#gate.close();
  }

  /** Why the reading ended before all was read, if it did. */
  get stopped(): string | undefined {
    return this.#stopped;
  }

  /** Reads that left, refusals among them, and time for which Graph kept the gate shut. */
  get story(): { readonly calls: number; readonly refusals: number; readonly waitedMs: number } {
    const { calls, refusals, waitedMs } = this.#gate;
    return { calls, refusals, waitedMs };
  }

  /** How long Graph's wait goes on, in ms. */
  get shutForMs(): number {
    return this.#gate.shutForMs;
  }

  /** What is asked for in one turn goes together. */
  #pumpSoon(): void {
    this.#cancelPump ??= this.parts.clock.at(this.parts.clock.elapsed(), () => {
      this.#cancelPump = undefined;
      this.#pump();
    });
  }

  #pump(): void {
    // An earlier run may have been told to wait.
    if (this.#queue.length > 0) this.#stopIf(this.#gate.tooLongAWait(this.options.maxWaitMs));
    while (this.#queue.length > 0 && this.#inFlight.size < this.options.concurrency) {
      const batch = this.#gather();
      if (batch.length === 0) return;
      this.#inFlight.add(batch);
      this.#send(batch).then(
        () => this.#pump(),
        (error: unknown) => this.#fail(error),
      );
    }
  }

  /** As many reads as may leave together now. */
  #gather(): Sent[] {
    const batch: Sent[] = [];
    while (this.#queue.length > 0 && batch.length < MOST_IN_BATCH) {
      const waiting = this.#queue.length;
      const demand = {
        waiting,
        timeless: waiting,
        due: [],
        perMs: WANTED_PER_MS,
        dueMs: Infinity,
        moreMayCome: true,
      };
      if (!this.#gate.isOpen(demand, Math.min(waiting, MOST_IN_BATCH - batch.length))) break;
      const next = this.#queue.shift();
      const leave = this.#gate.leave();
      // Nothing can come in between, as the batch leaves in this very turn.
      if (next === undefined || !this.#gate.stillHolds(leave)) throw new Error('a read left a shut gate');
      batch.push({ waiting: next, leave });
    }
    return batch;
  }

  async #send(batch: readonly Sent[]): Promise<void> {
    const { clock, graph } = this.parts;
    const leftAtMs = clock.elapsed();
    const outcome = await graph.readTogether(batch.map(({ waiting }) => waiting.read));
    this.#inFlight.delete(batch);
    if (outcome.kind === 'whole') {
      // One refusal, one failure: told once, or a single lost connection would look like a sick service.
      batch.forEach(({ leave }, nth) => {
        if (nth === 0) this.#gate.answered(leave, outcome.answer);
        else this.#gate.withdrawn(leave);
      });
      this.#learn(outcome.answer, leftAtMs);
      for (const { waiting } of batch) this.#act(waiting, { answer: outcome.answer });
      return;
    }
    batch.forEach(({ waiting, leave }, nth) => {
      const answer = outcome.answers[nth];
      if (answer === undefined) throw new Error('a batch has an answer for each of its reads');
      this.#gate.answered(leave, answer.answer);
      this.#learn(answer.answer, leftAtMs);
      this.#act(waiting, answer);
    });
  }

  /** What an answer says of Graph as a whole. */
  #learn(answer: Answer, leftAtMs: number): void {
    if (answer.kind === 'answered' && answer.httpStatus === 401)
      this.parts.graph.renewSignIn(leftAtMs, answer.claims);
    this.#stopIf(this.#health.answered(answer, this.parts.clock.elapsed()));
  }

  #act(waiting: Waiting, { answer, found }: ReadAnswer): void {
    const decision = afterRead(waiting.tries, answer);
    switch (decision.kind) {
      case 'settle':
        waiting.settle({ kind: 'answered', answer, found });
        break;
      case 'again':
        this.#again({ ...waiting, tries: decision.tries }, decision.isPaused);
        break;
      case 'stop':
        waiting.settle({ kind: 'ended', why: decision.reason });
        this.stop(decision.reason);
    }
  }

  #again(waiting: Waiting, isPaused: boolean): void {
    if (this.#stopped !== undefined) waiting.settle({ kind: 'ended', why: this.#stopped });
    else if (isPaused) {
      const { clock } = this.parts;
      const cancel = clock.at(clock.elapsed() + PAUSE_MS, () => {
        this.#paused.delete(waiting);
        this.#queue.unshift(waiting);
        this.#pump();
      });
      this.#paused.set(waiting, cancel);
    } else this.#queue.unshift(waiting);
  }

  #stopIf(reason: string | undefined): void {
    if (reason !== undefined) this.stop(reason);
  }

  /** Takes out all that waits or is under way. */
  #abandon(): Waiting[] {
    const left = [
      ...this.#queue,
      ...this.#paused.keys(),
      ...[...this.#inFlight].flat().map((sent) => sent.waiting),
    ];
    this.#queue = [];
    this.#inFlight.clear();
    for (const cancel of this.#paused.values()) cancel();
    this.#paused.clear();
    this.close();
    return left;
  }

  #fail(error: unknown): void {
    this.#stopped ??= String(error);
    for (const waiting of this.#abandon()) waiting.fail(error);
  }
}
