import {
  Dispatcher,
  type DispatchEnd,
  type DispatcherOptions,
  type DispatcherParts,
} from '../../src/dispatch/dispatcher.js';
import { untilNextStepMs } from '../../src/dispatch/queue/end-of-step.js';
import type { Throttle } from '../../src/dispatch/pace/throttle.js';
import type { Answer } from '../../src/model/answer.js';
import type { Row } from '../../src/model/row.js';
import { Secret } from '../../src/model/secret.js';
import { answered } from '../support/answers.js';
import { MemoryRecorder } from '../support/memory-recorder.js';
import { START_MS } from '../support/rows.js';
import { ScriptedGraph, type Call, type Reply } from '../support/scripted-graph.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { makeThrottle } from './throttle-under-test.js';

interface Settings extends Partial<DispatcherOptions> {
  readonly reply?: (call: Call, nth: number) => Reply | Answer;
  /** What it takes to write an intent to disk. */
  readonly toDisk?: (row: Row, clock: VirtualClock) => Promise<void>;
  readonly parts?: Partial<DispatcherParts>;
  readonly clock?: VirtualClock;
}

/** A dispatcher with all that it works with, on virtual time that begins at START_MS. */
export class Bench {
  readonly clock: VirtualClock;
  readonly graph: ScriptedGraph;
  readonly recorder: MemoryRecorder;
  readonly dispatcher: Dispatcher;
  readonly stops: string[] = [];

  constructor({ reply = () => answered(204), toDisk, parts = {}, clock, ...options }: Settings = {}) {
    this.clock = clock ?? new VirtualClock(START_MS);
    this.graph = new ScriptedGraph(this.clock, reply);
    this.recorder = new MemoryRecorder(
      (row) => toDisk?.(row, this.clock) ?? Promise.resolve(),
      () => this.clock.sleep(1),
    );
    this.dispatcher = new Dispatcher(
      {
        graph: this.graph,
        clock: this.clock,
        recorder: this.recorder,
        throttle: makeThrottle(),
        codeAt: () => new Secret('755224'),
        seedWaitMs: untilNextStepMs,
        onStop: (reason) => this.stops.push(reason),
        ...parts,
      },
      { concurrency: 16, graceSteps: 1, maxWaitMs: 900_000, ...options },
    );
  }

  /** Gives these rows, all at once, and lets calls leave. No time passes. */
  begin(...rows: readonly Row[]): void {
    for (const row of rows) this.dispatcher.add(row);
    this.dispatcher.start();
  }

  /** No more rows: lets time pass until the end. */
  end(): Promise<DispatchEnd> {
    this.dispatcher.close();
    return this.clock.settle(this.dispatcher.finished);
  }

  /** The whole run of these rows. */
  run(...rows: readonly Row[]): Promise<DispatchEnd> {
    this.begin(...rows);
    return this.end();
  }

  statusOf(line: number): string {
    return this.recorder.outcomeOf(line).status;
  }
}

/** Replies in this order, and 204 to all calls that follow. */
export function inTurn(...replies: readonly (Reply | Answer)[]): (call: Call, nth: number) => Reply | Answer {
  return (_, nth) => replies[nth - 1] ?? answered(204);
}

/** Calls that left although an answer received before them asked to wait longer. Retry-After in whole seconds. */
export function callsTooEarly(calls: readonly Call[]): Call[] {
  return calls.filter((call) =>
    calls.some(({ answer, answeredMs, answeredOrder }) => {
      if (answer?.kind !== 'answered' || answer.retryAfter === undefined) return false;
      const knewIt = answeredOrder < call.sentOrder;
      return knewIt && call.sentMs < answeredMs + Number(answer.retryAfter) * 1000;
    }),
  );
}

/** A throttle that lets everybody through, whatever Graph says. */
export const careless = (): Throttle => ({
  closedUntilMs: -Infinity,
  roundTripMs: 0,
  nextSendAt: (nowMs) => nowMs,
  sent: () => 1,
  answered: () => undefined,
  forecast: () => Infinity,
});
