import type { Signal } from '../throttle.js';

const SECOND_MS = 1000;
/** Where Retry-After is missing: 1, 2, 4 ... 30 s, less up to a quarter by chance. */
const LONGEST_BACKOFF_MS = 30_000;
const JITTER = 0.25;

/** From a first refusal to the first call that is taken again. Times are those at which calls left. */
export interface Block {
  readonly sentAtMs: number;
  /** Whether it tells of the limit: not if nothing listened, nor if the call left before the last block ended. */
  readonly teaches: boolean;
  /** The last call that it refused. */
  lastMs: number;
  /** The last trial that it refused, or the first call. */
  triedMs: number;
  trials: number;
  /** How many calls it refused but for trials, and the shortest wait that one of them was told. */
  refusals: number;
  leastWaitMs: number;
  /** When it ends by what the server said, or by a guess. */
  endMs: number;
  guessed: boolean;
  /** When the gate opens after all that was refused. */
  closedUntilMs: number;
}

/** One gate for all calls: shut by a refusal, opened by one trial call, whose answer is awaited. */
export class BlockGate {
  closedUntilMs = 0;
  block: Block | undefined;
  #trial = 0;
  #reopenedMs = -Infinity;

  constructor(private readonly random: () => number) {}

  get trial(): number {
    return this.#trial;
  }

  sent(id: number): void {
    if (this.block !== undefined) this.#trial = id;
  }

  /** `knownEndMs`: when the limit, as far as it is known, opens again. */
  refused(id: number, sentAtMs: number, nowMs: number, signal: Signal, knownEndMs: number): void {
    const trial = this.#ends(id);
    const { retryAfterMs } = signal;
    const trials = (this.block?.trials ?? 0) + (trial ? 1 : 0);
    // A Retry-After that stays at one second while trials are refused is no better than none.
    const guessed = retryAfterMs === undefined || (trials > 1 && retryAfterMs <= SECOND_MS);
    const backoffMs = Math.min(LONGEST_BACKOFF_MS, SECOND_MS * 2 ** trials) * (1 - JITTER * this.random());
    const waitMs = guessed ? Math.max(backoffMs, retryAfterMs ?? 0, knownEndMs - nowMs) : retryAfterMs;
    this.closedUntilMs = Math.max(this.closedUntilMs, nowMs + waitMs);
    const last = { lastMs: sentAtMs };
    const tried = { triedMs: sentAtMs, trials, guessed, endMs: sentAtMs + waitMs };
    const teaches = signal.kind === 'refused' && sentAtMs > this.#reopenedMs;
    if (this.block === undefined) {
      const none = { refusals: 0, leastWaitMs: Infinity, closedUntilMs: 0 };
      this.block = { sentAtMs, teaches, ...last, ...tried, ...none };
    } else Object.assign(this.block, sentAtMs > this.block.lastMs ? last : {}, trial ? tried : {});
    if (!trial) {
      this.block.refusals++;
      this.block.leastWaitMs = Math.min(this.block.leastWaitMs, waitMs);
    }
    this.block.closedUntilMs = this.closedUntilMs;
  }

  /** Any other answer than a refusal. Returns the block that it ends, if it was the trial and was taken. */
  passed(id: number, sentAtMs: number, accepted: boolean): Block | undefined {
    if (!this.#ends(id) || !accepted) return undefined;
    const { block } = this;
    this.block = undefined;
    this.#reopenedMs = sentAtMs;
    return block;
  }

  #ends(id: number): boolean {
    const trial = id === this.#trial;
    if (trial) this.#trial = 0;
    return trial;
  }
}
