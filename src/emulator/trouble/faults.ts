import { isObject } from '../routes/call.js';

/** What goes wrong with a call. Delays are real ms, whatever the emulator's clock says. */
export type Fault =
  /** The call arrives late, or its answer does. */
  | { readonly kind: 'latency'; readonly beforeMs?: number; readonly afterMs?: number }
  /** Something answers with this status in Graph's stead; with `acts` the tenant has acted all the same. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly acts?: boolean;
      /** As the header is to read; missing: no header. */
      readonly retryAfter?: string;
      /** For a redirect. */
      readonly location?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** `graph`: Graph's error body (the default); `html`: a proxy's page; `text`: not JSON; `empty`: none. */
      readonly body?: 'graph' | 'html' | 'text' | 'empty';
      /** `error.code` of a `graph` body; Graph leaves it empty at times. */
      readonly code?: string;
    }
  /** The connection is reset before the tenant acts. */
  | { readonly kind: 'cut-before' }
  /** The tenant acts, then the connection is reset without an answer. */
  | { readonly kind: 'cut-after' }
  /** No answer ever comes; with `acts` the tenant has acted. */
  | { readonly kind: 'hang'; readonly acts?: boolean }
  /** The tenant acts, and the connection ends in the middle of the answer's body. */
  | { readonly kind: 'truncated' }
  /** The answer's body comes in ten pieces over `ms`. An answer without a body gets one of blanks. */
  | { readonly kind: 'drip'; readonly ms: number };

const FAULT_KINDS: readonly Fault['kind'][] = [
  'latency',
  'status',
  'cut-before',
  'cut-after',
  'hang',
  'truncated',
  'drip',
];

/** What a list of rules must be, in words. */
export const FAULTS_EXPECTED = `A rule has a fault of a kind: ${FAULT_KINDS.join(', ')}.`;

/** Whether a rule that somebody wrote can be played. */
export function isFaultRule(value: unknown): value is FaultRule {
  if (!isObject(value) || !isObject(value['fault'])) return false;
  const { kind, status } = value['fault'];
  return FAULT_KINDS.some((known) => known === kind) && (kind !== 'status' || typeof status === 'number');
}

/** Which calls a rule is about; what is missing matches any. */
export interface FaultMatch {
  readonly method?: string;
  /** Text within the decoded path, e.g. `assignAndActivateBySerialNumber`. */
  readonly path?: string;
  readonly serial?: string;
  /** As the path names the user. */
  readonly user?: string;
  /** Of the calls that match all of the above, only the n-th, or these; the first is 1. */
  readonly nth?: number | readonly number[];
}

export interface FaultRule {
  readonly when?: FaultMatch;
  /** Chance that a matching call is hit, 0 to 1, drawn from the seeded generator. 1 unless told. */
  readonly probability?: number;
  /** Hits after which the rule is spent. */
  readonly times?: number;
  readonly fault: Fault;
}

/** A rule at work. */
export interface LiveRule extends FaultRule {
  readonly id: string;
  readonly matched: number;
  readonly hits: number;
}

/** What a rule is matched against. */
export interface FaultSubject {
  readonly method: string;
  readonly path: string;
  readonly serial: string | undefined;
  readonly user: string | undefined;
}

/** The rules in force; the first one that hits a call decides. The same seed and calls give the same faults. */
export class Faults {
  #rules: { rule: FaultRule; id: string; matched: number; hits: number }[] = [];
  #made = 0;
  readonly #random: () => number;

  constructor(rules: readonly FaultRule[] = [], seed = 1) {
    this.#random = seededRandom(seed);
    rules.forEach((rule) => this.add(rule));
  }

  /** Returns the rule's id. */
  add(rule: FaultRule): string {
    const id = String(++this.#made);
    this.#rules.push({ rule, id, matched: 0, hits: 0 });
    return id;
  }

  /** Drops one rule, or all. */
  clear(id?: string): void {
    this.#rules = id === undefined ? [] : this.#rules.filter((live) => live.id !== id);
  }

  list(): LiveRule[] {
    return this.#rules.map(({ rule, ...counts }) => ({ ...rule, ...counts }));
  }

  /** The fault to play on this call, counted. */
  pick(subject: FaultSubject): Fault | undefined {
    let picked: Fault | undefined;
    // Every rule counts every call that it matches, so that `nth` does not depend on the rules beside it.
    for (const live of this.#rules) {
      if (!matches(live.rule.when ?? {}, subject)) continue;
      live.matched += 1;
      if (picked !== undefined || !this.#hits(live)) continue;
      live.hits += 1;
      picked = live.rule.fault;
    }
    return picked;
  }

  #hits({ rule, matched, hits }: { rule: FaultRule; matched: number; hits: number }): boolean {
    const { nth } = rule.when ?? {};
    if (nth !== undefined && ![nth].flat().includes(matched)) return false;
    if (hits >= (rule.times ?? Infinity)) return false;
    return rule.probability === undefined || this.#random() < rule.probability;
  }
}

function matches(when: FaultMatch, { method, path, serial, user }: FaultSubject): boolean {
  if (when.method !== undefined && when.method !== method) return false;
  if (when.path !== undefined && !path.includes(when.path)) return false;
  if (when.serial !== undefined && when.serial !== serial) return false;
  return when.user === undefined || when.user === user;
}

/** The mulberry32 generator: small, and the same on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
