import type { Recorder } from '../../src/dispatch/recorder.js';
import type { Answer, Ask } from '../../src/model/answer.js';
import type { Outcome } from '../../src/model/outcome.js';
import type { Row } from '../../src/model/row.js';

type Entry =
  /** An intent is `asked` before it is on disk and `durable` once it is. */
  | {
      readonly type: 'asked' | 'durable' | 'withdrawn';
      readonly line: number;
      readonly attempt: number;
      readonly with?: number | undefined;
    }
  | {
      readonly type: 'answered';
      readonly line: number;
      readonly attempt: number;
      readonly ask: Ask['kind'];
      readonly answer: Answer;
      readonly with?: number | undefined;
    }
  | ({ readonly type: 'settled'; readonly line: number } & Outcome);

/** A journal in memory, whose disk may dawdle or fail. */
export class MemoryRecorder implements Recorder {
  readonly entries: Entry[] = [];
  /** The most outcomes that came without room for them being awaited. */
  mostAtOnce = 0;
  #sinceRoom = 0;

  /** `toDisk` is what writing an intent takes, `toRoom` what it takes to have room again; a rejection is a failed disk. */
  constructor(
    private readonly toDisk: (row: Row) => Promise<void> = () => Promise.resolve(),
    private readonly toRoom: () => Promise<void> = () => Promise.resolve(),
  ) {}

  async intent(
    row: Row,
    attempt: number,
    _deadlineMs: number,
    _ask: Ask['kind'],
    withLine?: number,
  ): Promise<void> {
    const entry = { line: row.line, attempt, with: withLine };
    this.entries.push({ type: 'asked', ...entry });
    await this.toDisk(row);
    this.entries.push({ type: 'durable', ...entry });
  }

  withdrawn(row: Row, attempt: number, withLine?: number): void {
    this.entries.push({ type: 'withdrawn', line: row.line, attempt, with: withLine });
  }

  answered(
    row: Row,
    ask: Ask['kind'],
    attempt: number,
    _sentAtMs: number,
    answer: Answer,
    withLine?: number,
  ): void {
    this.entries.push({ type: 'answered', line: row.line, attempt, ask, answer, with: withLine });
  }

  settled(row: Row, outcome: Outcome): void {
    this.entries.push({ type: 'settled', line: row.line, ...outcome });
    this.mostAtOnce = Math.max(this.mostAtOnce, (this.#sinceRoom += 1));
  }

  async drained(): Promise<void> {
    await this.toRoom();
    this.#sinceRoom = 0;
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

  /** What was written of a line's calls: what, which attempt, and the line whose call it was, if another's. */
  calls(line: number): string[] {
    return this.entries.flatMap((entry) => {
      if (entry.line !== line || entry.type === 'settled') return [];
      return `${entry.type} ${entry.attempt}${entry.with === undefined ? '' : ` with ${entry.with}`}`;
    });
  }

  types(line: number): Entry['type'][] {
    return this.entries.filter((entry) => entry.line === line).map((entry) => entry.type);
  }
}
