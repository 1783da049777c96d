import type { Answer, Ask, OathDevice } from '../model/answer.js';
import type { Row } from '../model/row.js';
import type { Urgent } from './queue/urgency-queue.js';

/** An activation, or the creation of a token, that was not plainly taken, while look-ups find out what came of it. */
export interface Doubt {
  readonly answer: Answer;
  /** Steady time of the answer: a code that was dead by then is expired, else rejected. */
  readonly answeredAtMs: number;
  /** The same instant in elapsed ms: reads can lag behind what was done until then. */
  readonly sinceMs: number;
  /** Whether Graph said no. If not, nobody said anything and it may have been done. */
  readonly refused: boolean;
  /** Elapsed ms at which the user's tokens were asked for: what they show is as old as that. */
  readonly lookedAtMs?: number | undefined;
  /** The user's tokens, once read; `unreadable` where we may not. */
  readonly userTokens?: readonly OathDevice[] | 'unreadable' | undefined;
  /** Devices on the pages of a look-up read so far, how many pages these are, and the page that comes next. */
  readonly seen?: readonly OathDevice[] | undefined;
  readonly pages?: number | undefined;
  readonly page?: string | undefined;
}

/** A look-up of which no page is read yet. */
export const UNREAD = { seen: undefined, pages: undefined, page: undefined } satisfies Partial<Doubt>;

/** A row on its way, with all that was learned about it. Replaced, never changed. */
export interface Task extends Urgent {
  readonly row: Row;
  /** When its code dies, on the steady clock; Infinity for a seed. */
  readonly deadlineMs: number;
  /** The call that comes next. */
  readonly ask: Ask['kind'];
  /** Calls that left and change something: activations, and the creation of the token. */
  readonly attempts: number;
  /** Calls that failed at Graph or got no answer; a throttle refusal and a call that did not leave are none. */
  readonly troubles: number;
  /** Calls that Graph did not consider because our sign-in was no good (401). */
  readonly signInRefusals: number;
  /** Elapsed ms at which the last call left. */
  readonly leftAtMs: number;
  /** Elapsed ms before which the next call makes no sense; the gate may ask for later. */
  readonly notBeforeMs: number;
  /**
   * An earlier activation may have been done after all: it got a 429, or no answer. A token found active is then
   * this run's work.
   */
  readonly mayBeOurs: boolean;
  /** Elapsed ms at which this run put the token into the inventory; undefined where it did not, or has yet to. */
  readonly createdAtMs?: number | undefined;
  readonly doubt?: Doubt | undefined;
}

/**
 * Tokens are created so many rows ahead of the activations: a token that is new is not found at once, and at the end
 * nobody should have to wait for that.
 */
const CREATED_AHEAD = 200;

/** A row that waits for its first call. */
export function newTask(row: Row, deadlineMs: number): Task {
  const isNew = row.maker !== undefined;
  return {
    row,
    deadlineMs,
    urgencyMs: deadlineMs,
    sequence: isNew ? row.line - CREATED_AHEAD : row.line,
    ask: isNew ? 'create' : 'activate',
    attempts: 0,
    troubles: 0,
    signInRefusals: 0,
    leftAtMs: -Infinity,
    notBeforeMs: -Infinity,
    mayBeOurs: false,
  };
}

/** Whether a call changes something: its intent goes to disk first, and it is not repeated unless it was surely not done. */
export const isChange = (ask: Ask['kind']): ask is 'activate' | 'create' =>
  ask === 'activate' || ask === 'create';

/** Whether a task is still about putting its token into the inventory. */
export const isAboutCreation = ({ row, createdAtMs }: Task): boolean =>
  row.maker !== undefined && createdAtMs === undefined;

/** What was done for a row before: by an earlier session of the run, or with a code before this one. */
export interface Past {
  /** The call that it was, an activation where it is missing. */
  readonly ask?: 'create' | undefined;
  /** Calls that left and change something. */
  readonly attempts: number;
  /** What came of the last of them; undefined where it surely did not reach Graph. */
  readonly answer: Answer | undefined;
  /** Wall time of that answer, or at which the call left. */
  readonly atMs: number;
  /** Whether one of them may have been done after all; where it is not said, any but the last may. */
  readonly mayBeOurs?: boolean | undefined;
}
