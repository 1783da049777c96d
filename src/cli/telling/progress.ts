import type { Foresight } from '../../model/foresight.js';
import type { Clock } from '../../model/clock.js';
import type { ReadSoFar } from '../../model/read.js';
import type { RunEvent } from '../../model/run-event.js';

/** How a run stands, in figures. */
export interface Figures {
  /** Tokens of the tenant's inventory that were read, while that is read and no row was. */
  readonly tokensRead: number | undefined;
  /** Rows read so far. */
  readonly rows: number;
  /** Whether these are all. */
  readonly areAll: boolean;
  /** Rows with an outcome. */
  readonly done: number;
  /** Whether rows end in the inventory, and are for nobody yet. */
  readonly isImport: boolean;
  /** Rows that this run enrolled, or imported. */
  readonly succeeded: number;
  /** Rows among the done ones that need a fresh code. */
  readonly recollect: number;
  /** Rows among the done ones that a person must look at. */
  readonly failed: number;
  /** Rows settled by calls, a minute, of late; undefined while too little was seen of it. */
  readonly perMinute: number | undefined;
  /** For how long Graph lets nothing through, in ms. */
  readonly waitMs: number;
  /** Until the last row is done, probably, in ms. */
  readonly leftMs: number | undefined;
}

/** The pace is that of the last so many ms: limits of Graph are windows of five minutes and less. */
const OF_LATE_MS = 300_000;
const LEAST_SPAN_MS = 2000;
const SAMPLED_EVERY_MS = 5000;

/** Adds up what a run's events tell while it goes. */
export class Progress {
  #rows = 0;
  #done = 0;
  #isImport = false;
  #succeeded = 0;
  #recollect = 0;
  #failed = 0;
  /** Rows settled by calls: now, and as they were at some instants of late, oldest first. */
  #sent = 0;
  #samples: { readonly atMs: number; readonly sent: number }[] = [];
  #shutUntilMs = 0;
  #look: (() => Foresight) | undefined;
  #lookAtReading: (() => ReadSoFar) | undefined;

  constructor(private readonly clock: Clock) {}

  /** All rows are known, and so is what can be made of them. */
  watch(look: () => Foresight): void {
    this.#look = look;
  }

  /** The tenant's inventory is being read, before the first row. */
  watchReading(look: () => ReadSoFar): void {
    this.#lookAtReading = look;
  }

  see(event: RunEvent): void {
    switch (event.type) {
      case 'row':
        this.#rows += 1;
        break;
      case 'intent':
        if (this.#samples.length === 0) this.#sample();
        break;
      case 'answer':
        this.#shutUntilMs = Math.max(this.#shutUntilMs, event.atMs + (event.waitMs ?? 0));
        break;
      case 'outcome':
        this.#done += 1;
        this.#isImport ||= event.status === 'imported' || event.status === 'already_imported';
        if (event.status === 'enrolled' || event.status === 'imported') this.#succeeded += 1;
        if (event.needsRecollection) this.#recollect += 1;
        if (isTrouble(event)) this.#failed += 1;
        if (event.attempts > 0) {
          this.#sample();
          this.#sent += 1;
        }
    }
  }

  figures(): Figures {
    const foresight = this.#look?.();
    const perMinute = this.#perMinute();
    const reading = this.#rows === 0 ? this.#lookAtReading?.() : undefined;
    return {
      tokensRead: reading?.count,
      rows: this.#rows,
      areAll: foresight !== undefined,
      done: this.#done,
      isImport: this.#isImport,
      succeeded: this.#succeeded,
      recollect: this.#recollect,
      failed: this.#failed,
      perMinute,
      // A wait may be an earlier run's, which no event tells of.
      waitMs: Math.max(0, this.#shutUntilMs - this.clock.now(), (reading ?? foresight)?.shutForMs ?? 0),
      leftMs: foresight && (foresight.leftMs ?? this.#leftMs(perMinute)),
    };
  }

  #sample(): void {
    const nowMs = this.clock.elapsed();
    const last = this.#samples.at(-1);
    if (last !== undefined && nowMs - last.atMs < SAMPLED_EVERY_MS) return;
    this.#samples = this.#samples.filter(({ atMs }) => nowMs - atMs <= OF_LATE_MS);
    this.#samples.push({ atMs: nowMs, sent: this.#sent });
  }

  #perMinute(): number | undefined {
    const nowMs = this.clock.elapsed();
    const from = this.#samples.find(({ atMs }) => nowMs - atMs <= OF_LATE_MS);
    if (from === undefined || nowMs - from.atMs < LEAST_SPAN_MS) return undefined;
    return ((this.#sent - from.sent) / (nowMs - from.atMs)) * 60_000;
  }

  #leftMs(perMinute: number | undefined): number | undefined {
    return perMinute === undefined || perMinute === 0
      ? undefined
      : ((this.#rows - this.#done) / perMinute) * 60_000;
  }
}

/** Whether a person must look at the row. */
export const isTrouble = ({ status }: Extract<RunEvent, { type: 'outcome' }>): boolean =>
  status === 'failed' || status === 'unresolved' || status === 'invalid';
