import type { Answer, GraphPort } from '../../model/answer.js';
import type { Clock } from '../../model/clock.js';
import { OathEnrollError } from '../../model/errors.js';
import { callsWithin, type Ceiling } from './ceiling.js';
import { PUBLISHED_RATE } from '../../model/rate.js';
import { isThrottleRefusal } from '../decisions/decide.js';
import { retryAfterMs } from './retry-after.js';
import { isFailure, RetryBudget } from '../decisions/retry-budget.js';
import type { Demand, Signal, Throttle } from './throttle.js';

export interface GateParts {
  readonly graph: Pick<GraphPort, 'signingIn'>;
  readonly clock: Clock;
  readonly throttle: Throttle;
  /** Our own limit on calls, where there is one. */
  readonly ceiling?: Ceiling | undefined;
  /**
   * Undefined while this run is surely nobody else's; else a promise that resolves once that is known again, or
   * rejects.
   */
  readonly confirming?: (() => Promise<void> | undefined) | undefined;
}

export interface GateEvents {
  /** It is worth asking again whether a call may leave. */
  readonly wake: () => void;
  /** Nobody can sign in: the run has to end. */
  readonly stop: (reason: string) => void;
  readonly fail: (error: unknown) => void;
}

/** A call that was given leave. */
export interface Leave {
  readonly id: number;
  /** When the gate was last shut until, as the call was given leave: a later closing takes it back. */
  readonly closedUntilMs: number;
}

/** A code needs this much life beyond the way to Graph: clocks differ and networks stutter. */
const ARRIVAL_MARGIN_MS = 250;

/** The one gate for all calls. It is open when Graph, our own ceiling and the sign-in all allow a call. */
export class Gate {
  readonly #budget = new RetryBudget();
  calls = 0;
  refusals = 0;
  #waitedMs = 0;
  #cancelTimer: (() => void) | undefined;
  #gettingReady = false;
  /** Calls that our own ceiling gave leave to and that did not leave yet. */
  #permits = 0;
  #askedPermits = false;

  constructor(
    private readonly parts: GateParts,
    private readonly events: GateEvents,
  ) {}

  /**
   * Whether a call may leave now. If not, `wake` is called when that may have changed.
   *
   * @param calls that would leave together, if they may: our own ceiling is asked for all of them at once
   */
  isOpen(demand: Demand, calls = 1): boolean {
    const now = this.parts.clock.elapsed();
    const opensAtMs = this.parts.throttle.nextSendAt(now, demand);
    if (opensAtMs > now) {
      this.#wakeAt(opensAtMs);
      return false;
    }
    return !this.#isUnready() && this.#hasPermit(calls);
  }

  /** How long Graph's wait goes on, in ms. */
  get shutForMs(): number {
    return Math.max(0, this.parts.throttle.closedUntilMs - this.parts.clock.elapsed());
  }

  /** Why to give up, where Graph asks for a longer wait than `mostMs`. */
  tooLongAWait(mostMs: number): string | undefined {
    if (this.shutForMs <= mostMs) return undefined;
    const [wait, most] = [this.shutForMs, mostMs].map((ms) => Math.ceil(ms / 1000));
    return `Graph asks to wait ${wait} s, longer than the ${most} s of --max-wait`;
  }

  /** Time for which Graph kept the gate shut so far, in ms. */
  get waitedMs(): number {
    return Math.round(
      this.#waitedMs - Math.min(this.#waitedMs, this.#shutUntilMs - this.parts.clock.elapsed()),
    );
  }

  /** Whether Graph's limit is known by experience. */
  get paceIsKnown(): boolean {
    const now = this.parts.clock.elapsed();
    return (
      this.parts.throttle.forecast(now, Math.max(now, this.parts.throttle.closedUntilMs) + 1) !== Infinity
    );
  }

  /** Calls that can probably arrive within a time from now. */
  callsWithin(leftMs: number): number {
    const ceilings = this.parts.ceiling?.callsWithin(this.#sendingMs(leftMs)) ?? Infinity;
    return Math.min(this.callsByGraph(leftMs), ceilings);
  }

  /** The same without our own ceiling. Where Graph's limit is unknown, its published one holds. */
  callsByGraph(leftMs: number): number {
    const { clock, throttle } = this.parts;
    const now = clock.elapsed();
    const withinMs = this.#sendingMs(leftMs);
    return this.paceIsKnown
      ? throttle.forecast(now, now + withinMs)
      : callsWithin(PUBLISHED_RATE, withinMs - this.shutForMs);
  }

  /** Whether a code with so long to live arrives alive, sent now or once Graph's wait is over. */
  canArrive(leftMs: number): boolean {
    return this.shutForMs + this.parts.throttle.roundTripMs / 2 + ARRIVAL_MARGIN_MS <= leftMs;
  }

  /** Gives leave to one call, which then goes or is withdrawn. */
  leave(): Leave {
    const { clock, throttle } = this.parts;
    if (this.#permits > 0) this.#permits -= 1;
    return { id: throttle.sent(clock.elapsed()), closedUntilMs: throttle.closedUntilMs };
  }

  /** Whether the call may still go, as it is about to. */
  stillHolds(leave: Leave): boolean {
    // Our ceiling counts from here, whether or not the call goes.
    this.parts.ceiling?.sent();
    const isOpen = this.parts.throttle.closedUntilMs === leave.closedUntilMs;
    return isOpen && this.parts.confirming?.() === undefined;
  }

  withdrawn(leave: Leave): void {
    this.parts.throttle.answered(leave.id, this.parts.clock.elapsed(), { kind: 'lost' });
  }

  answered(leave: Leave, answer: Answer): void {
    const { clock, throttle } = this.parts;
    const before = this.#shutUntilMs;
    this.#budget.answered(answer);
    throttle.answered(leave.id, clock.elapsed(), this.#signalOf(answer));
    this.calls += 1;
    if (isThrottleRefusal(answer)) this.refusals += 1;
    // Out of reach is our own wait, not one that Graph asked for.
    if (answer.kind === 'answered') this.#waitedMs += this.#shutUntilMs - before;
  }

  close(): void {
    this.#cancelTimer?.();
  }

  /** What is left of a time until which a call is to arrive. */
  #sendingMs(leftMs: number): number {
    return leftMs - this.parts.throttle.roundTripMs / 2 - ARRIVAL_MARGIN_MS;
  }

  /** When the gate opens, or now, as a figure to reckon with: a Retry-After may be beyond all numbers. */
  get #shutUntilMs(): number {
    const { clock, throttle } = this.parts;
    return Math.min(Math.max(throttle.closedUntilMs, clock.elapsed()), Number.MAX_SAFE_INTEGER);
  }

  #signalOf(answer: Answer): Signal {
    if (answer.kind === 'not_sent' || (isFailure(answer) && this.#budget.isSpent))
      return { kind: 'unreachable' };
    if (answer.kind === 'no_answer') return { kind: 'lost' };
    // A Retry-After binds whatever the status: a 504 may bear one, though nobody knows what came of that call.
    if (!isThrottleRefusal(answer) && answer.retryAfter === undefined) {
      return { kind: 'accepted', limitPercentage: answer.throttlePercentage };
    }
    const waitMs = retryAfterMs(answer.retryAfter, answer.dateMs, this.parts.clock.now());
    return { kind: 'refused', retryAfterMs: waitMs };
  }

  #wakeAt(atMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = atMs === Infinity ? undefined : this.parts.clock.at(atMs, this.events.wake);
  }

  /** Whether there is no good access token, or another process may have taken the run over: a code could die meanwhile. */
  #isUnready(): boolean {
    if (this.#gettingReady) return true;
    const ready = this.parts.confirming?.() ?? this.parts.graph.signingIn();
    if (ready === undefined) return false;
    this.#gettingReady = true;
    ready
      .catch((error: unknown) => {
        if (!(error instanceof OathEnrollError && error.code === 'sign_in')) throw error;
        this.events.stop(`not signed in: ${error.message}`);
      })
      .then(() => {
        this.#gettingReady = false;
        this.events.wake();
      })
      .catch(this.events.fail);
    return true;
  }

  #hasPermit(calls: number): boolean {
    const { ceiling } = this.parts;
    if (ceiling === undefined || this.#permits > 0) return true;
    if (!this.#askedPermits) {
      this.#askedPermits = true;
      ceiling
        .permit(calls)
        .then((permits) => {
          this.#permits += permits;
          this.#askedPermits = false;
          this.events.wake();
        })
        .catch(this.events.fail);
    }
    return false;
  }
}
