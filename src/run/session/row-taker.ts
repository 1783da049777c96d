import type { Dispatcher } from '../../dispatch/dispatcher.js';
import type { Past } from '../../dispatch/task.js';
import type { IntakeRow } from '../../intake/row-judge.js';
import type { Journal } from '../../journal/journal.js';
import type { Clock } from '../../model/clock.js';
import { OathEnrollError } from '../../model/errors.js';
import { needsRecollection, type Status } from '../../model/outcome.js';
import type { Row } from '../../model/row.js';
import type { RunEvent } from '../../model/run-event.js';
import type { EarlierRuns } from '../memory/earlier-runs.js';
import type { Inventory } from '../reads/inventory.js';
import type { JournalRecorder } from './journal-recorder.js';

/** A row that is still to be done, with what the journal knows of it. */
export interface OpenRow {
  readonly intake: IntakeRow;
  /** Whether the journal has it. */
  readonly isKnown: boolean;
  /** What was done for it before this session. */
  readonly past?: Past | undefined;
  /** Why it cannot be sent any more. */
  readonly gone?: string | undefined;
  /** Whether its code is still to be read: it is written down, and comes again with its code. */
  readonly awaitsCode?: boolean | undefined;
}

/** Where open rows come from, and the journal that must keep pace. */
export interface RowSource {
  readonly rows: AsyncIterable<OpenRow>;
  /** Whether rows come as somebody makes them, rather than from a file that is complete. */
  readonly isLive: boolean;
  readonly journal: Pick<Journal, 'drained'>;
}

/** Rows on their way from the input to the dispatcher; those that need no call are settled here. */
export class RowTaker {
  /** Whether the input broke off with a part that cannot be used. */
  foundBadInput = false;
  #hexSeeds = 0;

  constructor(
    private readonly recorder: JournalRecorder,
    private readonly dispatcher: Dispatcher,
    private readonly known: {
      readonly earlier: EarlierRuns | undefined;
      /** What the tenant has, where rows may have to be added to it. */
      readonly inventory: Inventory | undefined;
    },
    private readonly ports: {
      readonly clock: Clock;
      readonly observe: (event: RunEvent) => void;
      readonly notice: (text: string) => void;
    },
  ) {}

  /**
   * Takes all rows.
   *
   * @throws OathEnrollError `input` for a file that cannot be used; live rows were sent by then, so they end the run
   */
  async takeAll({ rows, isLive, journal }: RowSource): Promise<void> {
    try {
      for await (const row of rows) {
        this.#take(row);
        await journal.drained();
      }
      this.#tellOfHexSeeds();
    } catch (error) {
      if (!isLive) throw error;
      this.foundBadInput = isUnusable(error);
      // A pipe that was closed because the run stopped ends with an error of its own.
      if (!this.foundBadInput && this.dispatcher.stopped === undefined) throw error;
      this.dispatcher.stop(String(error));
    }
  }

  #take({ intake, isKnown, past, gone, awaitsCode }: OpenRow): void {
    const { record, serialNumber, user, row, problem } = intake;
    const event = {
      type: 'row',
      ...record,
      serialNumber,
      user,
      hasSeed: row?.proof.kind === 'seed',
    } as const;
    if (isKnown) this.ports.observe(event);
    else this.recorder.write(event);
    if (problem !== undefined) this.#settle(intake, problem.status, problem.reason);
    if (row === undefined) return;
    if (intake.seedWasHex === true) this.#hexSeeds += 1;
    const run = past === undefined ? this.known.earlier?.runThatEnrolled(row) : undefined;
    if (run !== undefined) {
      this.#settle(intake, 'already_enrolled', `run ${run} enrolled it (--again asks Graph anew)`);
    } else if (gone !== undefined) {
      const mayBeDone = past?.answer?.kind === 'no_answer';
      this.#settle(intake, mayBeDone ? 'unresolved' : 'not_attempted', gone);
    } else if (awaitsCode !== true) {
      this.#dispatch(intake, row, past);
    }
  }

  /** What is in the inventory already is not created again. */
  #dispatch(intake: IntakeRow, row: Row, past: Past | undefined): void {
    const { inventory } = this.known;
    const isNew = row.maker === undefined || past !== undefined || inventory === undefined;
    const found = isNew ? 'missing' : inventory.compare(row);
    if (found === 'missing') this.dispatcher.add(row, past);
    else if (found !== 'same') this.#settle(intake, 'failed', found.difference);
    else if (row.user === '') this.#settle(intake, 'already_imported', '');
    else this.dispatcher.add({ ...row, maker: undefined });
  }

  #tellOfHexSeeds(): void {
    const count = this.#hexSeeds;
    if (count > 0) {
      const were = count === 1 ? '1 seed was' : `${count} seeds were`;
      this.ports.notice(`${were} written in hexadecimal and converted to base32.`);
    }
  }

  #settle({ record, row }: IntakeRow, status: Status, reason: string): void {
    this.recorder.write({
      type: 'outcome',
      line: record.line,
      status,
      needsRecollection: needsRecollection(status, row?.proof.kind === 'seed'),
      reason,
      attempts: 0,
      completedAtMs: this.ports.clock.now(),
    });
  }
}

/** Whether an input cannot be used. */
export const isUnusable = (error: unknown): error is OathEnrollError =>
  error instanceof OathEnrollError && error.code === 'input';
