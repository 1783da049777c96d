import type { Answer, Ask } from '../model/answer.js';
import type { Outcome } from '../model/outcome.js';
import type { Row } from '../model/row.js';

/**
 * Where the dispatcher writes down what it does, in the order in which it does it. One call may serve several rows:
 * `withLine` is the line of the first of them, for each of the others.
 */
export interface Recorder {
  /**
   * A call that changes something is about to leave; after its deadline, wall time, it does not. Resolves once that is
   * on disk; a rejection ends the run.
   */
  intent(
    row: Row,
    attempt: number,
    deadlineMs: number,
    ask: 'activate' | 'create',
    withLine: number | undefined,
  ): Promise<void>;
  /** The call of the last intent did not leave after all. */
  withdrawn(row: Row, attempt: number, withLine: number | undefined): void;
  answered(
    row: Row,
    ask: Ask['kind'],
    attempt: number,
    sentAtMs: number,
    answer: Answer,
    withLine: number | undefined,
  ): void;
  settled(row: Row, outcome: Outcome): void;
  /** Resolves once there is room for many more; a rejection ends the run. */
  drained(): Promise<void>;
}
