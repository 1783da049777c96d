import type { RunEvent, RunHeader } from '../model/run-event.js';

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
  #waitedMs = 0;
  #shutUntilMs = 0;

  /** Time for which a Retry-After held all calls back, in ms. */
  get waitedMs(): number {
    return Math.round(this.#waitedMs - Math.max(0, this.#shutUntilMs - this.lastMs));
  }

  see(event: RunEvent): void {
    const beforeMs = this.lastMs;
    if ('atMs' in event) this.lastMs = Math.max(this.lastMs, event.atMs);
    // One call that served several rows counts once.
    if ('with' in event && event.with !== undefined) return;
    switch (event.type) {
      case 'run':
        this.header = event;
        this.lastMs = event.startedAtMs;
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
        if (event.httpStatus === 429 || (event.httpStatus === 503 && event.retryAfter !== undefined))
          this.refusals += 1;
        this.#shutFor(event.atMs, event.waitMs ?? 0);
        break;
      case 'resumed':
        this.#breakOff(beforeMs);
        this.end = undefined;
        break;
      case 'end':
        this.#breakOff(event.atMs);
        this.end = event;
    }
  }

  #shutFor(nowMs: number, waitMs: number): void {
    const untilMs = nowMs + waitMs;
    if (untilMs <= this.#shutUntilMs) return;
    this.#waitedMs += untilMs - Math.max(this.#shutUntilMs, nowMs);
    this.#shutUntilMs = untilMs;
  }

  /** Nobody waits any more. */
  #breakOff(atMs: number): void {
    this.#waitedMs -= Math.max(0, this.#shutUntilMs - atMs);
    this.#shutUntilMs = 0;
  }
}
