/** What an answer says about throttling. */
export interface Signal {
  /**
   * `accepted`: any answer that is not a throttle refusal; `refused`: one that is, or any that bears a Retry-After;
   * `unreachable`: nobody answers or the service is sick, so back off and learn nothing of its limit; `lost`: the
   * call taught us nothing.
   */
  readonly kind: 'accepted' | 'refused' | 'unreachable' | 'lost';
  /** What Retry-After asked for; undefined where the header was missing or made no sense. */
  readonly retryAfterMs?: number | undefined;
  /** `x-ms-throttle-limit-percentage`: how much of a limit is used, 0.8 to 1.8. */
  readonly limitPercentage?: number | undefined;
}

/** Rows that die together. */
export interface Due {
  /** How long until then, in ms. */
  readonly inMs: number;
  readonly rows: number;
}

/** What waits to be sent. */
export interface Demand {
  /** Rows that could go at once. */
  readonly waiting: number;
  /** Those among them that cannot expire. */
  readonly timeless: number;
  /** The others, by when they die, earliest first. */
  readonly due: readonly Due[];
  /** The pace that the codes ask for, in calls per ms: the steepest (codes due by d) / (d - now) over all deadlines d. */
  readonly perMs: number;
  /** How long until the deadline that asks for it, in ms; Infinity where none does. */
  readonly dueMs: number;
  /** Whether rows may still be added. */
  readonly moreMayCome: boolean;
}

/** Whether all that is to come waits already, and can die. */
export const allCanDie = ({ timeless, moreMayCome }: Demand): boolean => !moreMayCome && timeless === 0;

/** The one gate that every call passes. All times are `Clock.elapsed()` ms, given in: it sleeps nowhere. */
export interface Throttle {
  /** Nothing leaves before this instant, whoever asks. */
  readonly closedUntilMs: number;
  /** Running estimate of a call's round trip. */
  readonly roundTripMs: number;
  /** Earliest instant at which the next call may leave; Infinity while an answer must come first. */
  nextSendAt(nowMs: number, demand: Demand): number;
  /** A call leaves. Returns the id under which its answer is told. */
  sent(nowMs: number): number;
  answered(id: number, nowMs: number, signal: Signal): void;
  /** Calls that can probably leave until `untilMs`; Infinity where no limit is known. Never falls as time goes on. */
  forecast(nowMs: number, untilMs: number): number;
}
