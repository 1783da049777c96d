import type { Recorder } from '../../dispatch/recorder.js';
import { retryAfterMs } from '../../dispatch/pace/retry-after.js';
import type { Journal } from '../../journal/journal.js';
import type { Answer, Ask } from '../../model/answer.js';
import type { Clock } from '../../model/clock.js';
import type { Outcome } from '../../model/outcome.js';
import type { Row } from '../../model/row.js';
import type { RunEvent } from '../../model/run-event.js';

/** Writes down what the dispatcher does, and lets an observer see it. */
export class JournalRecorder implements Recorder {
  constructor(
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly observe: (event: RunEvent) => void,
  ) {}

  write(event: RunEvent): void {
    this.journal.write(event);
    this.observe(event);
  }

  async intent(
    { line, proof }: Row,
    attempt: number,
    deadlineMs: number,
    ask: 'activate' | 'create',
    withLine: number | undefined,
  ): Promise<void> {
    this.write({
      type: 'intent',
      line,
      ask: ask === 'create' ? ask : undefined,
      attempt,
      atMs: this.clock.now(),
      life: proof.kind === 'code' ? { collectedAtMs: proof.collectedAtMs, deadlineMs } : undefined,
      with: withLine,
    });
    await this.journal.synced();
  }

  withdrawn({ line }: Row, attempt: number, withLine: number | undefined): void {
    this.write({ type: 'withdrawn', line, attempt, atMs: this.clock.now(), with: withLine });
  }

  answered(
    row: Row,
    ask: Ask['kind'],
    attempt: number,
    sentAtMs: number,
    answer: Answer,
    withLine: number | undefined,
  ): void {
    // One literal: an object spread into another made V8 describe a new shape, 1 kB of it, at every call.
    const atMs = this.clock.now();
    const isAnswer = answer.kind === 'answered';
    this.write({
      type: 'answer',
      line: row.line,
      ask,
      attempt,
      sentAtMs,
      atMs,
      httpStatus: isAnswer ? answer.httpStatus : undefined,
      trouble: isAnswer ? undefined : answer,
      graphErrorCode: isAnswer ? answer.errorCode : undefined,
      graphRequestId: isAnswer ? answer.requestId : undefined,
      retryAfter: isAnswer ? answer.retryAfter : undefined,
      waitMs: isAnswer ? waitOf(answer, atMs) : undefined,
      with: withLine,
    });
  }

  settled(row: Row, outcome: Outcome): void {
    this.write({ type: 'outcome', line: row.line, ...outcome });
  }

  drained(): Promise<void> {
    return this.journal.drained();
  }
}

/** The wait that an answer asks for, as a figure: one may be asked for that is beyond all numbers. */
function waitOf({ retryAfter, dateMs }: Answer & { kind: 'answered' }, nowMs: number): number | undefined {
  const waitMs = retryAfterMs(retryAfter, dateMs, nowMs);
  return waitMs === undefined ? undefined : Math.min(waitMs, Number.MAX_SAFE_INTEGER);
}
