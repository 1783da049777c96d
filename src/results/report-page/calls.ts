import type { CodeLife, RunEvent } from '../../model/run-event.js';
import type { Sessions } from '../sessions.js';
import { Bins } from './bins.js';
import { callKindOf, type CallKind } from './call-kind.js';
import { Cloud } from './cloud.js';

/** How old codes were when they were sent. */
export class Ages {
  /** Time of the run across, age up: one cloud for each thing that came of it, and one for the deadlines. */
  readonly sent = new Map<CallKind, Cloud>();
  readonly deadlines = new Cloud();
  readonly byAge = new Bins<CallKind>();
  count = 0;
  youngestMs = Infinity;
  oldestMs = 0;
  /** What was left of the life of the code that came closest to its deadline. */
  leastLeftMs = Infinity;

  add(elapsedMs: number, sentAtMs: number, { collectedAtMs, deadlineMs }: CodeLife, kind: CallKind): void {
    // The clock at the desk may be ahead of ours.
    const ageMs = Math.max(0, sentAtMs - collectedAtMs);
    const cloud = this.sent.get(kind) ?? new Cloud();
    this.sent.set(kind, cloud);
    cloud.add(elapsedMs, ageMs);
    this.deadlines.add(elapsedMs, Math.max(0, deadlineMs - collectedAtMs));
    this.byAge.add(ageMs, kind);
    this.count += 1;
    this.youngestMs = Math.min(this.youngestMs, ageMs);
    this.oldestMs = Math.max(this.oldestMs, ageMs);
    this.leastLeftMs = Math.min(this.leastLeftMs, deadlineMs - sentAtMs);
  }
}

type Intent = Extract<RunEvent, { type: 'intent' }>;

/** When calls left, and what came of each. */
export class Calls {
  readonly overTime = new Bins<CallKind>();
  readonly ages = new Ages();
  /** Activations under way, by line. */
  readonly #flying = new Map<number, Intent>();

  constructor(private readonly sessions: Pick<Sessions, 'elapsedMs'>) {}

  see(event: RunEvent): void {
    // One call that served several rows is one.
    if ('with' in event && event.with !== undefined) return;
    switch (event.type) {
      case 'intent':
        this.#flying.set(event.line, event);
        break;
      case 'withdrawn':
        this.#flying.delete(event.line);
        break;
      case 'answer': {
        const intent =
          event.ask === 'activate' || event.ask === 'create' ? this.#flying.get(event.line) : undefined;
        if (intent !== undefined) this.#flying.delete(event.line);
        this.#add(event.sentAtMs, callKindOf(event), intent?.life);
        break;
      }
      case 'resumed':
      case 'end':
        this.finish();
    }
  }

  /** What is still under way got no answer. */
  finish(): void {
    for (const { atMs, life } of this.#flying.values()) this.#add(atMs, 'no_answer', life);
    this.#flying.clear();
  }

  #add(sentAtMs: number, kind: CallKind, life: CodeLife | undefined): void {
    const elapsedMs = this.sessions.elapsedMs(sentAtMs);
    this.overTime.add(elapsedMs, kind);
    if (life !== undefined) this.ages.add(elapsedMs, sentAtMs, life, kind);
  }
}
