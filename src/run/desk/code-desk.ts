import { deadlineMs } from '../../dispatch/queue/deadline.js';
import type { Past } from '../../dispatch/task.js';
import type { IntakeRow } from '../../intake/row-judge.js';
import type { Clock } from '../../model/clock.js';
import type { Outcome } from '../../model/outcome.js';
import type { InputHeader, IntervalS, Row } from '../../model/row.js';
import type { RunEvent } from '../../model/run-event.js';
import { Secret } from '../../model/secret.js';
import type { OpenRow } from '../session/row-taker.js';

/** A token at the desk, for a user, and what became of it so far. */
export interface DeskToken extends Pick<Row, 'line' | 'serialNumber' | 'user' | 'intervalS'> {
  /** Of the last code that was sent for it, or what was known without one. */
  readonly outcome: Outcome | undefined;
}

/** A code as it was typed. */
export interface TypedCode {
  readonly code: Secret;
  /** Wall time, ms since the epoch. */
  readonly typedAtMs: number;
}

type UsableRow = IntakeRow & { readonly row: Row };

/** A token as the desk keeps it. */
interface Place extends DeskToken {
  readonly intake: UsableRow;
  /** Whether the journal has its row. */
  isKnown: boolean;
  outcome: Outcome | undefined;
  /** Deadline of the code under way, wall time in ms. */
  deadlineMs: number;
  settle: ((outcome: Outcome | undefined) => void) | undefined;
}

/** What the results of tokens without a file look like: their `recollect.csv` can be run as it is. */
export const TYPED_HEADER: InputHeader = {
  names: ['serialNumber', 'user', 'verificationCode', 'collectedAt', 'timeInterval'],
  delimiter: ',',
  bom: false,
  blankForRecollection: [2, 3],
};

const NO_CODE_READ = 'no code was read for it at the desk';
const NO_SECRET = new Secret('');

/**
 * Tokens whose codes are read one by one while the run goes on: a live source of rows. A token keeps its line however
 * many codes it takes; each is a try of its own in the journal, and the last one counts.
 */
export class CodeDesk {
  readonly #places = new Map<number, Place>();
  /** Rows on their way into the run. */
  readonly #queue: OpenRow[] = [];
  #wake: () => void = () => undefined;
  readonly #end = new AbortController();
  #shutForMs = (): number => 0;

  constructor(
    private readonly fileRows: readonly IntakeRow[],
    private readonly clock: Clock,
    private readonly options: { readonly intervalS: IntervalS; readonly graceSteps: number },
  ) {}

  /** Aborted when no more codes are taken. */
  get closed(): AbortSignal {
    return this.#end.signal;
  }

  /** Tokens of the file that wait for a code, in its order; those typed in come behind them. */
  get tokens(): DeskToken[] {
    return [...this.#places.values()];
  }

  /** How long Graph makes us wait, in ms. */
  get shutForMs(): number {
    return this.#shutForMs();
  }

  readonly watchGate = (shutForMs: () => number): void => {
    this.#shutForMs = shutForMs;
  };

  /** How long the code that is under way lives, in ms. */
  lifeMs({ line }: DeskToken): number {
    return (this.#places.get(line)?.deadlineMs ?? 0) - this.clock.now();
  }

  /** A token that was typed or scanned; both texts must be valid. Nothing is written down before its first code. */
  add(serialNumber: string, user: string): DeskToken {
    const line = Math.max(1, ...this.#places.keys()) + 1;
    const { intervalS } = this.options;
    const proof = { kind: 'code', code: NO_SECRET, collectedAtMs: 0 } as const;
    const row: Row = { line, serialNumber, user, displayName: undefined, intervalS, proof };
    const record = { line, cells: [serialNumber, user, '', '', String(intervalS)] };
    return this.#place({ record, serialNumber, user, row }, false);
  }

  /** Takes a typed token back for which no code was sent. */
  remove({ line }: DeskToken): void {
    if (this.#places.get(line)?.isKnown === false) this.#places.delete(line);
  }

  /** Sends a code. Resolves with what became of it; undefined where the desk was closed first. */
  send(token: DeskToken, { code, typedAtMs }: TypedCode): Promise<Outcome | undefined> {
    const place = this.#places.get(token.line);
    if (place === undefined || this.closed.aborted) return Promise.resolve(undefined);
    const { intake, isKnown } = place;
    const row: Row = { ...intake.row, proof: { kind: 'code', code, collectedAtMs: typedAtMs } };
    place.deadlineMs = deadlineMs(row, this.options.graceSteps);
    place.isKnown = true;
    return new Promise((resolve) => {
      place.settle = resolve;
      this.#push({ intake: { ...intake, row }, isKnown, past: pastOf(place) });
    });
  }

  /** Takes no more codes. */
  readonly close = (): void => {
    if (this.closed.aborted) return;
    this.#end.abort();
    this.#wake();
    // Codes under way have their outcome written down as it comes; nobody waits for it here any more.
    for (const { settle } of this.#places.values()) settle?.(undefined);
  };

  /** Sees the run's events: outcomes go to whoever waits for them. */
  readonly see = (event: RunEvent): void => {
    if (event.type !== 'outcome') return;
    const place = this.#places.get(event.line);
    if (place === undefined) return;
    place.outcome = event;
    place.settle?.(event);
    place.settle = undefined;
  };

  /**
   * The rows: first those of the file, then, while `converse` talks to the operator, each with its code as it is read,
   * and last those that got none.
   *
   * @throws what `converse` throws
   */
  async *rows(converse: () => Promise<void>): AsyncGenerator<OpenRow, void, undefined> {
    for (const intake of this.fileRows) {
      const awaitsCode = intake.row?.proof.kind === 'code';
      if (intake.row !== undefined && awaitsCode) this.#place(intake, true);
      yield { intake, isKnown: false, awaitsCode };
    }
    const talk = this.closed.aborted ? Promise.resolve() : converse();
    const talked = talk.finally(this.close);
    talked.catch(() => undefined);
    for (;;) {
      const next = this.#queue.shift();
      if (next !== undefined) yield next;
      else if (this.closed.aborted) break;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    for (const { intake, isKnown, outcome, settle } of this.#places.values()) {
      if (outcome === undefined && settle === undefined) yield { intake, isKnown, gone: NO_CODE_READ };
    }
    await talked;
  }

  #place(intake: UsableRow, isKnown: boolean): Place {
    const { line, serialNumber, user, intervalS } = intake.row;
    const rest = { outcome: undefined, deadlineMs: 0, settle: undefined };
    const place = { line, serialNumber, user, intervalS, intake, isKnown, ...rest };
    this.#places.set(line, place);
    return place;
  }

  #push(row: OpenRow): void {
    this.#queue.push(row);
    this.#wake();
  }
}

/** Whether Graph plainly said no to the last code, whatever the reason. */
export const wasRefused = ({ httpStatus = 0 }: Outcome): boolean => httpStatus >= 400 && httpStatus < 500;

/** An earlier code of the token, of which nobody knows whether Graph took it: that is looked up first. */
const IN_DOUBT = { kind: 'no_answer', cause: 'cut_off', detail: 'an earlier code had no answer' } as const;

/** What the codes before leave behind: how often they were tried, and whether that may have been done after all. */
function pastOf({ outcome }: Place): Past | undefined {
  if (outcome === undefined) return undefined;
  const { attempts, completedAtMs: atMs, httpStatus, status } = outcome;
  const answer = status === 'unresolved' && !wasRefused(outcome) ? IN_DOUBT : undefined;
  // Where there is a status the look-ups behind it showed that nothing was done.
  return { attempts, answer, atMs, mayBeOurs: attempts > 0 && httpStatus === undefined };
}
