/** The goes at a run, and the time that passed in them: a run that is resumed next morning did not last all night. */
export class Sessions {
  readonly #spans: { fromMs: number; toMs: number }[] = [];

  /** The first go, or a later one, begins. */
  begin(atMs: number): void {
    this.#spans.push({ fromMs: atMs, toMs: atMs });
  }

  /** Something happened in the present one. */
  see(atMs: number): void {
    const last = this.#spans.at(-1);
    if (last !== undefined) last.toMs = Math.max(last.toMs, atMs);
  }

  /** Time of the run at an instant of wall time, ms: 0 at its start, standing still between two sessions. */
  elapsedMs(atMs: number): number {
    let beforeMs = 0;
    let elapsedMs = 0;
    for (const { fromMs, toMs } of this.#spans) {
      if (atMs < fromMs) break;
      elapsedMs = beforeMs + Math.min(atMs, toMs) - fromMs;
      beforeMs += toMs - fromMs;
    }
    return elapsedMs;
  }

  /** Time of the run at which each session after the first began, with its wall time. */
  get resumptions(): { readonly elapsedMs: number; readonly atMs: number }[] {
    return this.#spans.slice(1).map(({ fromMs }) => ({ elapsedMs: this.elapsedMs(fromMs), atMs: fromMs }));
  }

  get totalMs(): number {
    return this.#spans.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs), 0);
  }
}
