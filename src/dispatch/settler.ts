import type { Answer } from '../model/answer.js';
import type { Clock } from '../model/clock.js';
import { graphSaid, needsRecollection } from '../model/outcome.js';
import { settle, unlearned, type Settlement } from './decisions/decision.js';
import type { Recorder } from './recorder.js';
import type { Task } from './task.js';

/** Writes down how rows end. */
export class Settler {
  constructor(
    private readonly parts: { readonly recorder: Pick<Recorder, 'settled'>; readonly clock: Clock },
  ) {}

  /** The code died. */
  expire(task: Task): void {
    const at = new Date(task.deadlineMs).toISOString();
    const why = task.attempts === 0 ? 'before its turn came' : 'while Graph made us wait';
    this.settle(task, settle('expired', `the code’s time was over at ${at}, ${why}`), undefined);
  }

  /** The run has ended: a row without a call is not attempted, one in doubt stays so. */
  abandon(task: Task, why: string): void {
    if (task.doubt === undefined) {
      this.settle(task, settle('not_attempted', `the run ended before its turn: ${why}`), undefined);
    } else {
      const settlement = unlearned(task, task.doubt, `the run ended before it could be looked up (${why})`);
      this.settle(task, settlement, task.doubt.answer);
    }
  }

  /** @param answer what Graph said to that call of the row which decided */
  settle(task: Task, { status, reason }: Settlement, answer: Answer | undefined): void {
    this.parts.recorder.settled(task.row, {
      status,
      needsRecollection: needsRecollection(status, task.row.proof.kind === 'seed'),
      reason,
      ...graphSaid(answer),
      attempts: task.attempts,
      completedAtMs: this.parts.clock.now(),
    });
  }
}
