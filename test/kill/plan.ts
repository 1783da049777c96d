import type { KillPoint } from './preload.js';

/** Kinds of boundaries in the order in which a session came to them. */
export type Trace = readonly string[];

/** Of the kills of a chain, so many take the kinds in turn; the others fall anywhere, most between calls. */
const IN_TURN = 5;

/** Resumed sessions have less to do than the part of the first that they stand for. */
const LESS = 0.4;

/** A first kill that leaves a resumed session much to do. */
export const HALFWAY: KillPoint = { kind: 'POST: taken', nth: 8 };

/** Deals kills over chains so that each kind of boundary has its turn. Deterministic for given traces and `random`. */
export class KillPlan {
  readonly #deck: string[] = [];
  /** All kinds there are. */
  readonly kinds: readonly string[];

  /** @param resumed traces of sessions that took a run up: they come to boundaries that a first one has not */
  constructor(
    private readonly firsts: readonly Trace[],
    private readonly resumed: readonly Trace[],
    private readonly random: () => number,
  ) {
    this.kinds = [...new Set([...firsts, ...resumed].flat())].sort();
  }

  /** The kills of one chain: they go through the first session's trace from start to end. */
  deal(first: Trace, kills: number): KillPoint[] {
    const picks = Array.from({ length: kills }, (_, at) =>
      this.#place(first, at < IN_TURN ? this.#next() : undefined),
    );
    picks.sort((a, b) => a.at - b.at);
    let before = 0;
    return picks.map(({ kind, at }, index) => {
      const between = first.slice(before, at + 1).filter((each) => each === kind).length;
      before = at;
      return { kind, nth: Math.max(1, index === 0 ? between : Math.floor(between * LESS)) };
    });
  }

  /** Kills that surely come to this kind. */
  straightTo(kind: string): KillPoint[] {
    const isOfFirst = this.firsts.some((trace) => trace.includes(kind));
    return [...(isOfFirst ? [] : [HALFWAY]), { kind, nth: 1 }];
  }

  #next(): string {
    if (this.#deck.length === 0) {
      this.#deck.push(...this.kinds);
      for (let at = this.#deck.length - 1; at > 0; at -= 1) {
        const other = this.#below(at + 1);
        [this.#deck[at], this.#deck[other]] = [this.#deck[other]!, this.#deck[at]!];
      }
    }
    return this.#deck.pop()!;
  }

  /** One of the places at which a boundary of this kind stands; any for one that only resumed sessions come to. */
  #place(
    first: Trace,
    kind = first[this.#below(first.length)]!,
  ): { readonly kind: string; readonly at: number } {
    const places = first.flatMap((each, at) => (each === kind ? [at] : []));
    // What comes at the start of every session may be met anywhere on the way.
    const isStart = (places[0] ?? 0) < first.indexOf('POST: before');
    const isMetAgain = this.resumed.some((trace) => trace.includes(kind));
    if (places.length === 0 || (places.length === 1 && isStart && isMetAgain && this.random() < 0.7)) {
      return { kind, at: this.#below(first.length) };
    }
    return { kind, at: places[this.#below(places.length)]! };
  }

  #below(limit: number): number {
    return Math.floor(this.random() * limit);
  }
}
