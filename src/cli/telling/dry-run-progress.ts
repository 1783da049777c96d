import type { Clock } from '../../model/clock.js';
import type { RunEvent } from '../../model/run-event.js';
import { duration, plural } from '../words.js';

const EVERY_MS = 10_000;

/** Tells every ten seconds how far a dry run has come. */
export class DryRunProgress {
  #checked = 0;
  #fit = { enrolled: 0, imported: 0 };
  #shutForMs = (): number => 0;
  #cancel: (() => void) | undefined;

  constructor(
    private readonly notice: (text: string) => void,
    private readonly clock: Clock,
  ) {
    this.#tick();
  }

  watch(shutForMs: () => number): void {
    this.#shutForMs = shutForMs;
  }

  see(event: RunEvent): void {
    if (event.type !== 'outcome') return;
    this.#checked += 1;
    if (event.status === 'would_enroll') this.#fit.enrolled += 1;
    if (event.status === 'would_import') this.#fit.imported += 1;
  }

  close(): void {
    this.#cancel?.();
  }

  #tick(): void {
    this.#cancel = this.clock.at(this.clock.elapsed() + EVERY_MS, () => {
      const waitMs = this.#shutForMs();
      const waiting = waitMs >= 1000 ? `; Graph makes us wait another ${duration(waitMs)}` : '';
      const { enrolled, imported } = this.#fit;
      const fit = imported > 0 ? `${imported} would be imported` : `${enrolled} would be enrolled`;
      this.notice(`${plural(this.#checked, 'row')} checked, ${fit}${waiting}`);
      this.#tick();
    });
  }
}
