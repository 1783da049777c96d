import type { Past } from '../../dispatch/task.js';
import { Replay } from '../../journal/replay.js';
import type { Answer } from '../../model/answer.js';
import type { Status } from '../../model/outcome.js';
import type { RunEvent, RunHeader } from '../../model/run-event.js';
import { PastCalls, type PastCall } from './replay-calls.js';
import { journalIn, noRun } from '../report.js';

/** Outcomes that a later session may better: the row had no turn, or nobody could tell what became of it. */
const OPEN: ReadonlySet<Status> = new Set(['not_attempted', 'unresolved']);

/** A call that was under way when its process ended. */
const CUT_OFF: Answer = {
  kind: 'no_answer',
  cause: 'cut_off',
  detail: 'the run was cut off before an answer came',
};

/** What a run's journal says of the run so far. */
export interface RunSoFar {
  readonly header: RunHeader;
  /** Rows in the journal. */
  readonly rows: number;
  /** Lines of the rows whose outcome stands. */
  readonly finished: ReadonlySet<number>;
  /** What was done for the others, by line. */
  readonly past: ReadonlyMap<number, Past>;
  /** The account that calls went to; undefined where nobody signed in. */
  readonly account: string | undefined;
  /** Wall time before which Graph asked not to be called, ms since the epoch. */
  readonly closedUntilMs: number;
  /** The last calls, for the throttle to learn from. */
  readonly calls: readonly PastCall[];
  /** Whether the last session came to its end after all rows were read. */
  readonly isComplete: boolean;
  /** Bytes of the journal that hold. */
  readonly validBytes: number;
}

/**
 * Reads the journal of a run.
 *
 * @throws OathEnrollError `input` where the folder holds no run; `journal` for a damaged journal
 */
export async function runSoFar(folder: string): Promise<RunSoFar> {
  const replay = new Replay(await journalIn(folder));
  const so = new SoFar();
  for await (const event of replay) so.see(event);
  const { header, rows, finished, past, account, closedUntilMs, isComplete, calls } = so;
  if (header === undefined) throw noRun(folder);
  const { validBytes } = replay;
  return { header, rows, finished, past, account, closedUntilMs, calls: calls.last, isComplete, validBytes };
}

/**
 * What a run was started with, without reading on.
 *
 * @throws OathEnrollError as {@link runSoFar}
 */
export async function runHeader(folder: string): Promise<RunHeader> {
  for await (const event of new Replay(await journalIn(folder))) {
    if (event.type === 'run') return event;
    break;
  }
  throw noRun(folder);
}

class SoFar {
  header: RunHeader | undefined;
  rows = 0;
  readonly finished = new Set<number>();
  readonly past = new Map<number, Past>();
  /** What {@link past} was before the last intent of a line, while no answer to it is known. */
  readonly #before = new Map<number, Past | undefined>();
  account: string | undefined;
  closedUntilMs = 0;
  isComplete = false;
  readonly calls = new PastCalls();

  see(event: RunEvent): void {
    this.calls.see(event);
    switch (event.type) {
      case 'run':
        this.header = event;
        break;
      case 'row':
        this.rows += 1;
        break;
      case 'resumed':
        this.isComplete = false;
        break;
      case 'signed_in':
        this.account = event.account;
        break;
      case 'intent':
        // At a desk a row is tried again with another code: what came of the one before is over.
        this.finished.delete(event.line);
        this.#before.set(event.line, this.past.get(event.line));
        this.past.set(event.line, {
          ask: event.ask,
          attempts: event.attempt,
          answer: CUT_OFF,
          atMs: event.atMs,
        });
        break;
      case 'withdrawn':
        this.#takeBack(event.line);
        break;
      case 'answer':
        if (event.waitMs !== undefined)
          this.closedUntilMs = Math.max(this.closedUntilMs, event.atMs + event.waitMs);
        if (event.ask === 'activate' || event.ask === 'create') {
          this.#before.delete(event.line);
          this.past.set(event.line, {
            ask: event.ask === 'create' ? event.ask : undefined,
            attempts: event.attempt,
            answer: answerOf(event),
            atMs: event.atMs,
          });
        }
        break;
      case 'outcome':
        if (OPEN.has(event.status)) this.finished.delete(event.line);
        else {
          this.finished.add(event.line);
          this.past.delete(event.line);
        }
        break;
      case 'end':
        this.isComplete = event.exitCode === undefined && event.reason === '';
    }
  }

  /** The call did not leave: its row stands where it stood before. */
  #takeBack(line: number): void {
    const before = this.#before.get(line);
    if (before === undefined) this.past.delete(line);
    else this.past.set(line, before);
    this.#before.delete(line);
  }
}

/** The answer as far as the journal keeps it; undefined for a call that did not reach Graph. */
function answerOf(event: Extract<RunEvent, { type: 'answer' }>): Answer | undefined {
  const { httpStatus, trouble } = event;
  if (httpStatus === undefined) return trouble?.kind === 'not_sent' ? undefined : (trouble ?? CUT_OFF);
  return {
    kind: 'answered',
    httpStatus,
    errorCode: event.graphErrorCode ?? '',
    message: '',
    requestId: event.graphRequestId,
    retryAfter: event.retryAfter,
    dateMs: undefined,
    throttlePercentage: undefined,
    claims: undefined,
    devices: undefined,
  };
}
