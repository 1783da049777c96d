import type { Writable } from 'node:stream';
import type { Foresight } from '../dispatch/foresight.js';
import type { Clock } from '../model/clock.js';
import type { RunEvent } from '../model/run-event.js';
import { foresightText } from './foresight-text.js';
import { TROUBLES_SHOWN, type Trouble } from './summary-text.js';
import { duration } from './words.js';

const EVERY_MS = 10_000;

/** Tells how a run goes while it goes: a line every ten seconds, or one for each row. */
export class Narrator {
  /** The first rows that a person must look at, in the order in which they were settled. */
  readonly troubles: Trouble[] = [];
  #rows = 0;
  #done = 0;
  #enrolled = 0;
  #gateShutUntilMs = 0;
  #cancel: (() => void) | undefined;
  #look: (() => Foresight) | undefined;

  constructor(
    private readonly out: Writable,
    private readonly clock: Clock,
    private readonly say: 'nothing' | 'progress' | 'rows',
  ) {
    if (say !== 'nothing') this.#tick();
  }

  /** The rows are known: says what can be made of them, and goes on saying so. */
  watch(look: () => Foresight): void {
    this.#look = look;
    this.#foretell();
  }

  /** Ends the telling. */
  close(): void {
    this.#cancel?.();
  }

  see(event: RunEvent): void {
    switch (event.type) {
      case 'row':
        this.#rows += 1;
        break;
      case 'answer':
        this.#gateShutUntilMs = Math.max(this.#gateShutUntilMs, event.atMs + (event.waitMs ?? 0));
        break;
      case 'outcome':
        this.#done += 1;
        if (event.status === 'enrolled') this.#enrolled += 1;
        if (
          ['failed', 'unresolved', 'invalid'].includes(event.status) &&
          this.troubles.length < TROUBLES_SHOWN
        ) {
          this.troubles.push({ line: event.line, outcome: event });
        }
        if (this.say === 'rows') {
          this.out.write(
            `line ${event.line}: ${event.status}${event.reason === '' ? '' : `, ${event.reason}`}\n`,
          );
        }
    }
  }

  #foretell(): void {
    const foreseen = this.#look === undefined ? '' : foresightText(this.#look());
    if (this.say !== 'nothing' && foreseen !== '') this.out.write(`${foreseen}\n`);
  }

  #tick(): void {
    this.#cancel = this.clock.at(this.clock.elapsed() + EVERY_MS, () => {
      if (this.#rows === 0) {
        this.#tick();
        return;
      }
      const waitMs = this.#gateShutUntilMs - this.clock.now();
      const waiting = waitMs >= 1000 ? `; Graph makes us wait another ${duration(waitMs)}` : '';
      this.out.write(`${this.#done} of ${this.#rows} rows done, ${this.#enrolled} enrolled${waiting}\n`);
      this.#foretell();
      this.#tick();
    });
  }
}
