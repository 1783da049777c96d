import type { Recorder } from '../../src/dispatch/recorder.js';
import type { Answer, Ask } from '../../src/model/answer.js';
import type { Outcome } from '../../src/model/outcome.js';
import type { Row } from '../../src/model/row.js';

type Entry =
  /** An intent is `asked` before it is on disk and `durable` once it is. */
  | { readonly type: 'asked' | 'durable' | 'withdrawn'; readonly line: number; readonly attempt: number }
  | {
      readonly type: 'answered';
      readonly line: number;
      readonly attempt: number;
      readonly ask: Ask['kind'];
      readonly answer: Answer;
    }
  | ({ readonly type: 'settled'; readonly line: number } & Outcome);

/** A journal in memory, whose disk may dawdle or fail. */
export class MemoryRecorder implements Recorder {
  readonly entries: Entry[] = [];

  /** `toDisk` is what writing an intent takes; a rejection is a failed disk. */
  constructor(private readonly toDisk: (row: Row) => Promise<void> = () => Promise.resolve()) {}

  async intent(row: Row, attempt: number): Promise<void> {
    this.entries.push({ type: 'asked', line: row.line, attempt });
    await this.toDisk(row);
    this.entries.push({ type: 'durable', line: row.line, attempt });
  }

  withdrawn(row: Row, attempt: number): void {
    this.entries.push({ type: 'withdrawn', line: row.line, attempt });
  }

  answered(row: Row, ask: Ask['kind'], attempt: number, _sentAtMs: number, answer: Answer): void {
    this.entries.push({ type: 'answered', line: row.line, attempt, ask, answer });
  }

  settled(row: Row, outcome: Outcome): void {
    this.entries.push({ type: 'settled', line: row.line, ...outcome });
  }

  outcomesOf(line: number): Outcome[] {
    return this.entries.filter((entry) => entry.type === 'settled' && entry.line === line) as Outcome[];
  }

  /** The one outcome of a line; a row without one, or with two, fails the test. */
  outcomeOf(line: number): Outcome {
    const outcomes = this.outcomesOf(line);
    if (outcomes.length !== 1) throw new Error(`line ${line} has ${outcomes.length} outcomes`);
    return outcomes[0]!;
  }

  types(line: number): Entry['type'][] {
    return this.entries.filter((entry) => entry.line === line).map((entry) => entry.type);
  }
}
