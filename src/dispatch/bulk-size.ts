import { httpStatusOf, type Answer } from '../model/answer.js';

/** How many tokens one call may hold is unknown: a page of 2024 spoke of 50. It begins below, and is doubled up to this. */
const FIRST = 10;
const MOST = 100;

/** A call that was not taken as a whole, or whose answer says nothing of its rows, is followed by smaller ones. */
const SHRINK = 4;

/** How many tokens the next bulk creation holds: as many as calls were seen to hold, and single ones where none are. */
export class BulkSize {
  #next = FIRST;
  #most = MOST;

  get next(): number {
    return this.#next;
  }

  /** A call of several rows was answered. */
  answered(answers: readonly Answer[]): void {
    const isTold = answers.some(({ kind }) => kind === 'answered');
    const size = answers.length;
    if (!isTold) {
      // The next size must stay below what was not understood; one that is 1 stays so.
      this.#most = Math.max(1, Math.floor(size / SHRINK));
      this.#next = Math.min(this.#next, this.#most);
    } else if (answers.some((answer) => httpStatusOf(answer) === 201)) {
      this.#next = Math.min(this.#most, Math.max(this.#next, 2 * size));
    }
  }
}
