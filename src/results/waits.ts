/** A stretch of wall time, ms since the epoch. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** When a Retry-After held all calls back: spans in order, none within another. */
export class Waits {
  readonly #spans: Span[] = [];
  /** End of the last span while it can still be prolonged. */
  #shutUntilMs = 0;

  /** Graph asks for a wait from an instant on. */
  add(nowMs: number, waitMs: number): void {
    const toMs = nowMs + waitMs;
    if (waitMs <= 0 || toMs <= this.#shutUntilMs) return;
    const last = nowMs <= this.#shutUntilMs ? this.#spans.pop() : undefined;
    this.#spans.push({ fromMs: last?.fromMs ?? nowMs, toMs });
    this.#shutUntilMs = toMs;
  }

  /** Nobody waits any more. */
  breakOff(atMs: number): void {
    const last = this.#spans.at(-1);
    if (last !== undefined && last.toMs > atMs) this.#spans.splice(-1, 1, { ...last, toMs: atMs });
    this.#shutUntilMs = 0;
  }

  get count(): number {
    return this.#spans.length;
  }

  /** The spans up to an instant. */
  spans(untilMs: number): Span[] {
    return this.#spans
      .map(({ fromMs, toMs }) => ({ fromMs, toMs: Math.min(toMs, untilMs) }))
      .filter(({ fromMs, toMs }) => fromMs < toMs);
  }

  totalMs(untilMs: number): number {
    return this.spans(untilMs).reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs), 0);
  }
}
