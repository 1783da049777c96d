/** A limit, as data. Rates are calls per second, spans are ms. */
export type ThrottleSpec =
  | { readonly kind: 'none' }
  /** Token bucket: `burst` at once, refilled at `ratePerS`. */
  | { readonly kind: 'bucket'; readonly ratePerS: number; readonly burst: number }
  /** Fixed window: it opens with the first call after the last one ended, or on the clock's multiples. */
  | {
      readonly kind: 'window';
      readonly calls: number;
      readonly windowMs: number;
      readonly alignedTo?: 'first-call' | 'clock';
    }
  /** At most `calls` in any span of `windowMs`. */
  | { readonly kind: 'sliding'; readonly calls: number; readonly windowMs: number }
  /** Every one of several limits holds; a call that one of them refuses spends nothing of the others. */
  | { readonly kind: 'all'; readonly of: readonly ThrottleSpec[] }
  /**
   * A refusal closes everything for `blockMs` at least, and each call before the block ends makes it `penaltyMs`
   * longer (Graph: calls made while throttled count against you).
   */
  | {
      readonly kind: 'punishing';
      readonly of: ThrottleSpec;
      readonly blockMs?: number;
      readonly penaltyMs?: number;
    };

export type Verdict =
  /** `usage`: share of the limit in use with this call counted, 0 to 1. */
  | { readonly allowed: true; readonly usage: number }
  /** `waitMs`: how long until a call would be let through, above 0. */
  | { readonly allowed: false; readonly waitMs: number };

/** A limit with its state. Pure but for that state: time is handed in, ms, and never runs backwards. */
export interface Throttle {
  /** Judges a call that comes at `atMs`, and counts it. */
  judge(atMs: number): Verdict;
}

/** Half of a {@link Throttle.judge}, so that several limits can be asked before any of them counts. */
interface Limit {
  /** Ms until a call is let through; 0 is now. */
  waitMs(atMs: number): number;
  spend(atMs: number): void;
  /** Told of a call that was refused, with the wait that it is told. */
  refuse(atMs: number, waitMs: number): void;
  usage(atMs: number): number;
}

/** Throws a `RangeError` on a spec that lets no call through, or that is none. */
export function createThrottle(spec: ThrottleSpec): Throttle {
  const limit = limitOf(spec);
  return {
    judge(atMs) {
      const waitMs = limit.waitMs(atMs);
      if (waitMs > 0) {
        limit.refuse(atMs, waitMs);
        return { allowed: false, waitMs: limit.waitMs(atMs) };
      }
      limit.spend(atMs);
      return { allowed: true, usage: limit.usage(atMs) };
    },
  };
}

function limitOf(spec: ThrottleSpec): Limit {
  switch (spec.kind) {
    case 'none':
      return { waitMs: () => 0, spend: nothing, refuse: nothing, usage: () => 0 };
    case 'bucket':
      return bucket(above(0, spec.ratePerS) / 1000, above(0.999, spec.burst));
    case 'window':
      return fixedWindow(above(0, spec.calls), above(0, spec.windowMs), spec.alignedTo === 'clock');
    case 'sliding':
      return slidingWindow(above(0, spec.calls), above(0, spec.windowMs));
    case 'all':
      return all(spec.of.map(limitOf));
    case 'punishing':
      return punishing(limitOf(spec.of), spec.blockMs ?? 0, spec.penaltyMs ?? 0);
    default:
      throw new RangeError(`no such throttle: ${JSON.stringify(spec)}`);
  }
}

function above(least: number, value: number): number {
  if (!(value > least)) throw new RangeError(`a throttle needs a number above ${least}, not ${value}`);
  return value;
}

const nothing = (): void => undefined;

/** A sliver below one call is a rounding error of the refill, not a refusal; the wait ends at the same point. */
const ONE_CALL = 1 - 1e-9;

function bucket(ratePerMs: number, burst: number): Limit {
  let tokens = burst;
  let filledAt = -Infinity;
  const fill = (atMs: number): void => {
    tokens = Math.min(burst, tokens + Math.max(0, atMs - filledAt) * ratePerMs);
    filledAt = Math.max(filledAt, atMs);
  };
  return {
    waitMs(atMs) {
      fill(atMs);
      return tokens >= ONE_CALL ? 0 : (ONE_CALL - tokens) / ratePerMs;
    },
    spend(atMs) {
      fill(atMs);
      tokens -= 1;
    },
    refuse: nothing,
    usage: () => 1 - tokens / burst,
  };
}

function fixedWindow(calls: number, windowMs: number, onClock: boolean): Limit {
  let opensAt = -Infinity;
  let spent = 0;
  const roll = (atMs: number): void => {
    if (atMs < opensAt + windowMs) return;
    opensAt = onClock ? Math.floor(atMs / windowMs) * windowMs : atMs;
    spent = 0;
  };
  return {
    waitMs(atMs) {
      roll(atMs);
      return spent < calls ? 0 : opensAt + windowMs - atMs;
    },
    spend(atMs) {
      roll(atMs);
      spent += 1;
    },
    refuse: nothing,
    usage: () => spent / calls,
  };
}

function slidingWindow(calls: number, windowMs: number): Limit {
  // A ring of the admissions that still count, oldest first.
  const admittedAt = new Float64Array(calls);
  let oldest = 0;
  let held = 0;
  const forget = (atMs: number): void => {
    while (held > 0 && (admittedAt[oldest] ?? 0) + windowMs <= atMs) {
      oldest = (oldest + 1) % calls;
      held -= 1;
    }
  };
  return {
    waitMs(atMs) {
      forget(atMs);
      return held < calls ? 0 : (admittedAt[oldest] ?? 0) + windowMs - atMs;
    },
    spend(atMs) {
      forget(atMs);
      admittedAt[(oldest + held) % calls] = atMs;
      held += 1;
    },
    refuse: nothing,
    usage: () => held / calls,
  };
}

function all(limits: readonly Limit[]): Limit {
  const most = (of: (limit: Limit) => number): number => limits.reduce((max, l) => Math.max(max, of(l)), 0);
  return {
    waitMs: (atMs) => most((limit) => limit.waitMs(atMs)),
    spend: (atMs) => limits.forEach((limit) => limit.spend(atMs)),
    refuse: (atMs, waitMs) => limits.forEach((limit) => limit.refuse(atMs, waitMs)),
    usage: (atMs) => most((limit) => limit.usage(atMs)),
  };
}

function punishing(inner: Limit, blockMs: number, penaltyMs: number): Limit {
  let closedUntil = -Infinity;
  return {
    waitMs: (atMs) => Math.max(0, closedUntil - atMs, inner.waitMs(atMs)),
    spend: (atMs) => inner.spend(atMs),
    refuse(atMs, waitMs) {
      inner.refuse(atMs, waitMs);
      closedUntil = atMs < closedUntil ? closedUntil + penaltyMs : atMs + Math.max(blockMs, waitMs);
    },
    usage: (atMs) => inner.usage(atMs),
  };
}
