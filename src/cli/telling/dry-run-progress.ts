import type { Clock } from '../../model/clock.js';
import type { ReadSoFar } from '../../model/read.js';
import type { RunEvent } from '../../model/run-event.js';
import { plural } from '../words.js';
import { everyTenSeconds } from './every-ten-seconds.js';
import { waitText } from './progress-text.js';

/** Tells every ten seconds how far a dry run has come. */
export class DryRunProgress {
  #checked = 0;
  #fit = { enrolled: 0, imported: 0 };
  #look: (() => ReadSoFar) | undefined;
  /** Ends the telling. */
  readonly close: () => void;

  constructor(
    private readonly notice: (text: string) => void,
    clock: Clock,
  ) {
    this.close = everyTenSeconds(clock, () => this.#tell());
  }

  watch(look: () => ReadSoFar): void {
    this.#look = look;
  }

  see(event: RunEvent): void {
    if (event.type !== 'outcome') return;
    this.#checked += 1;
    if (event.status === 'would_enroll') this.#fit.enrolled += 1;
    if (event.status === 'would_import') this.#fit.imported += 1;
  }

  #tell(): void {
    const { enrolled, imported } = this.#fit;
    const fit = imported > 0 ? `${imported} would be imported` : `${enrolled} would be enrolled`;
    const waitMs = this.#look?.().shutForMs ?? 0;
    this.notice([`${plural(this.#checked, 'row')} checked`, fit, ...waitText(waitMs)].join(', '));
  }
}
