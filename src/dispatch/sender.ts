import type { Answer, GraphPort } from '../model/answer.js';
import type { Clock } from '../model/clock.js';
import type { Asker } from './asker.js';
import { isThrottleRefusal } from './decisions/decide.js';
import type { Gate, Leave } from './pace/gate.js';
import { deadlineMs } from './queue/deadline.js';
import type { Recorder } from './recorder.js';
import { isChange, type Task } from './task.js';

interface SenderParts {
  readonly clock: Clock;
  readonly graph: Pick<GraphPort, 'renewSignIn'>;
  readonly recorder: Pick<Recorder, 'intent' | 'withdrawn' | 'answered'>;
}

/** A call that went out, and what came back. */
export interface Sent {
  /** The tasks as they left, each with the answer for it. */
  readonly answered: readonly (readonly [Task, Answer])[];
  /** What the call says of Graph itself: of several answers a refusal, where there is one. */
  readonly whole: Answer;
}

/** Carries a call out: its intents go to disk, it leaves if it still may, and what came of it is written down. */
export class Sender {
  constructor(
    private readonly parts: SenderParts,
    private readonly gate: Pick<Gate, 'withdrawn' | 'answered'>,
    private readonly asker: Pick<Asker, 'ask'>,
    private readonly graceSteps: number,
    /** Asked once the intents are on disk: meanwhile the gate may have shut, a code died or the run ended. */
    private readonly mayGo: (tasks: readonly Task[], leave: Leave) => boolean,
  ) {}

  /**
   * One call, for one row or for several whose tokens are created together. Returns undefined where it did not leave.
   *
   * @throws what the disk says when an intent cannot be written
   */
  async send(tasks: readonly Task[], leave: Leave): Promise<Sent | undefined> {
    const { clock, graph, recorder } = this.parts;
    const withLine = (at: number): number | undefined => (at === 0 ? undefined : tasks[0]?.row.line);
    await Promise.all(tasks.map((task, at) => this.#intend(task, withLine(at))));
    if (!this.mayGo(tasks, leave)) {
      this.gate.withdrawn(leave);
      tasks.forEach((task, at) => this.#withdraw(task, withLine(at)));
      return undefined;
    }
    const sentAtMs = clock.now();
    const leftAtMs = clock.elapsed();
    const left = tasks.map((task) => ({
      ...task,
      leftAtMs,
      attempts: task.attempts + (isChange(task.ask) ? 1 : 0),
    }));
    const answers = await this.asker.ask(left, sentAtMs);
    const answered = left.map((task, at) => [task, answers[at] ?? unanswered()] as const);
    answered.forEach(([{ row, ask, attempts }, answer], at) =>
      recorder.answered(row, ask, attempts, sentAtMs, answer, withLine(at)),
    );
    const whole = answers.find(isThrottleRefusal) ?? answers[0] ?? unanswered();
    this.gate.answered(leave, whole);
    if (whole.kind === 'answered' && whole.httpStatus === 401) graph.renewSignIn(leftAtMs, whole.claims);
    return { answered, whole };
  }

  async #intend({ ask, row, attempts }: Task, withLine: number | undefined): Promise<void> {
    if (!isChange(ask)) return;
    const deadline = deadlineMs(row, this.graceSteps);
    await this.parts.recorder.intent(row, attempts + 1, deadline, ask, withLine);
  }

  #withdraw({ ask, row, attempts }: Task, withLine: number | undefined): void {
    if (isChange(ask)) this.parts.recorder.withdrawn(row, attempts + 1, withLine);
  }
}

function unanswered(): never {
  throw new Error('each row of a call has an answer');
}
