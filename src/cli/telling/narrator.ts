import type { Foresight } from '../../model/foresight.js';
import type { Clock } from '../../model/clock.js';
import type { RunEvent } from '../../model/run-event.js';
import { everyTenSeconds } from './every-ten-seconds.js';
import { foresightText } from './foresight-text.js';
import { isTrouble, type Progress } from './progress.js';
import { progressLine } from './progress-text.js';
import { TROUBLES_SHOWN, type Trouble } from './summary-text.js';

/** What a narrator tells of. */
export interface Telling {
  /** What can be made of the rows that wait, once they are known. */
  readonly foresight: boolean;
  /** What becomes of each row. */
  readonly rows: boolean;
  /** How the run stands, every ten seconds. */
  readonly lines: boolean;
}

/** Tells how a run goes while it goes, line by line. */
export class Narrator {
  /** The first rows that a person must look at, in the order in which they were settled. */
  readonly troubles: Trouble[] = [];
  readonly #endLines: () => void;
  #look: (() => Foresight) | undefined;

  /** @param print takes whole lines */
  constructor(
    private readonly print: (text: string) => void,
    clock: Clock,
    private readonly progress: Progress,
    private readonly tells: Telling,
  ) {
    this.#endLines = tells.lines ? everyTenSeconds(clock, () => this.#tellStand()) : () => undefined;
  }

  /** The rows are known: says what can be made of them, and goes on saying so. */
  watch(look: () => Foresight): void {
    this.#look = look;
    this.#foretell();
  }

  /** Ends the telling. */
  close(): void {
    this.#endLines();
  }

  see(event: RunEvent): void {
    if (event.type !== 'outcome') return;
    if (isTrouble(event) && this.troubles.length < TROUBLES_SHOWN) {
      this.troubles.push({ line: event.line, outcome: event });
    }
    if (this.tells.rows) {
      this.print(`line ${event.line}: ${event.status}${event.reason === '' ? '' : `, ${event.reason}`}\n`);
    }
  }

  #foretell(): void {
    const foreseen = this.#look === undefined ? '' : foresightText(this.#look());
    if (this.tells.foresight && foreseen !== '') this.print(`${foreseen}\n`);
  }

  #tellStand(): void {
    const figures = this.progress.figures();
    if (figures.rows === 0 && figures.tokensRead === undefined) return;
    this.print(`${progressLine(figures)}\n`);
    this.#foretell();
  }
}
