import type { Recorder } from '../dispatch/dispatcher.js';
import { retryAfterMs } from '../dispatch/retry-after.js';
import type { Journal } from '../journal/journal.js';
import type { Answer, Ask } from '../model/answer.js';
import type { Clock } from '../model/clock.js';
import type { Outcome } from '../model/outcome.js';
import type { Row } from '../model/row.js';
import type { RunEvent } from '../model/run-event.js';

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

  async intent(row: Row, attempt: number): Promise<void> {
    this.write({ type: 'intent', line: row.line, attempt, atMs: this.clock.now() });
    await this.journal.synced();
  }

  withdrawn(row: Row, attempt: number): void {
    this.write({ type: 'withdrawn', line: row.line, attempt, atMs: this.clock.now() });
  }

  answered(row: Row, ask: Ask['kind'], attempt: number, sentAtMs: number, answer: Answer): void {
    const base = { type: 'answer', line: row.line, ask, attempt, sentAtMs, atMs: this.clock.now() } as const;
    this.write(
      answer.kind === 'answered'
        ? {
            ...base,
            httpStatus: answer.httpStatus,
            graphErrorCode: answer.errorCode,
            graphRequestId: answer.requestId,
            retryAfter: answer.retryAfter,
            waitMs: waitOf(answer, base.atMs),
          }
        : { ...base, trouble: answer },
    );
  }

  settled(row: Row, outcome: Outcome): void {
    this.write({ type: 'outcome', line: row.line, ...outcome });
  }
}

/** The wait that an answer asks for, as a figure: one may be asked for that is beyond all numbers. */
function waitOf({ retryAfter, dateMs }: Answer & { kind: 'answered' }, nowMs: number): number | undefined {
  const waitMs = retryAfterMs(retryAfter, dateMs, nowMs);
  return waitMs === undefined ? undefined : Math.min(waitMs, Number.MAX_SAFE_INTEGER);
}
