import type { RunEvent, RunHeader } from '../model/run-event.js';
import { Sessions } from './sessions.js';
import { isRefusal } from './throttle-refusal.js';
import { Waits } from './waits.js';

/** What a run's events tell of it as a whole, taken in one after the other. */
export class RunStory {
  header: RunHeader | undefined;
  /** Calls to Graph, look-ups included, and those that no answer is known of. */
  calls = 0;
  /** Throttle refusals among them. */
  refusals = 0;
  /** The last end of a session; undefined where the last session was cut off. */
  end: Extract<RunEvent, { type: 'end' }> | undefined;
  /** Wall time of the last event that says its time. */
  lastMs = 0;
  readonly sessions = new Sessions();
  readonly waits = new Waits();

  /** Time for which a Retry-After held all calls back, in ms. */
  get waitedMs(): number {
    return Math.round(this.waits.totalMs(this.lastMs));
  }

  see(event: RunEvent): void {
    const beforeMs = this.lastMs;
    if ('atMs' in event) {
      this.lastMs = Math.max(this.lastMs, event.atMs);
      if (event.type !== 'resumed') this.sessions.see(event.atMs);
    }
    // One call that served several rows counts once.
    if ('with' in event && event.with !== undefined) return;
    switch (event.type) {
      case 'run':
        this.header = event;
        this.lastMs = event.startedAtMs;
        this.sessions.begin(event.startedAtMs);
        break;
      case 'intent':
        this.calls += 1;
        break;
      case 'withdrawn':
        this.calls -= 1;
        break;
      case 'answer':
        // An activation was counted by its intent.
        if (event.ask !== 'activate' && event.ask !== 'create') this.calls += 1;
        if (isRefusal(event)) this.refusals += 1;
        this.waits.add(event.atMs, event.waitMs ?? 0);
        break;
      case 'resumed':
        this.waits.breakOff(beforeMs);
        this.sessions.begin(event.atMs);
        this.end = undefined;
        break;
      case 'end':
        this.waits.breakOff(event.atMs);
        this.end = event;
    }
  }
}
