import { allCanDie, type Demand } from '../throttle.js';
import type { SendLog } from '../send-log.js';
import type { Tries } from './window.js';

/**
 * Blocks per call up to which a call may go beyond a known window, and those let pass: the first ones taught the window. More
 * where all that waits dies soon: by then a limit that has grown must be found.
 */
const PROBES = { usual: 0.01, pressing: 0.02 };
const FREE_BLOCKS = 1;
/** Share of all calls, with those to come, that may have been refused after such a call. */
const REFUSED_BEYOND = 0.018;
/** The same after calls that are early, which are rarely refused, and after those that grope for the end of a window that may be none. */
const REFUSED_EARLY = 0.0225;
/** The same while a bucket's growth is tried sooner. */
const AFFORDED = 0.013;
/** The same while that of a bucket that nobody else takes of is tried at short intervals: each costs one refusal, and hardly a code. */
const AFFORDED_OFTEN = 0.0185;
/** So many refusals have to be affordable for that: in a short run each one counts. */
const SPARED = 3;

/** How soon a bucket may be asked for more than it is known to take: one more refusal is affordable, or several. */
export interface Asking {
  readonly sooner: boolean;
  readonly often: boolean;
}

/** What may be tried: what is refused stays a small share of all calls, with those to come. */
export class RefusalBudget {
  #blocks = 0;
  #refusals = 0;
  /** The last call beyond a window was taken. */
  #probing = false;

  constructor(private readonly log: SendLog) {}

  refused(isFirstOfBlock: boolean): void {
    this.#refusals++;
    if (!isFirstOfBlock) return;
    this.#blocks++;
    this.#probing = false;
  }

  /** A window took a call more than it was known to take. */
  grew(): void {
    this.#probing = true;
  }

  /** Nothing is tried beyond a window that takes all calls that are to come: at most one wait would be spared. */
  ofWindow({ calls, spanMs }: { calls: number; spanMs: number }, demand: Demand): Tries {
    const toCome = demand.moreMayCome ? Infinity : demand.waiting;
    const left = demand.moreMayCome ? Infinity : callsLeft(demand, (inMs) => calls * (1 + inMs / spanMs));
    const share = this.#shareAfter(1, left);
    const probes = allCanDie(demand) ? PROBES.pressing : PROBES.usual;
    const isDue = this.#blocks <= FREE_BLOCKS + probes * this.log.count;
    const mayBeRefused = REFUSED_BEYOND * (this.log.count + left) - this.#refusals;
    return {
      early: share <= REFUSED_EARLY,
      duePerMs: demand.perMs,
      dueMs: demand.dueMs,
      beyond: isDue && toCome > calls && share <= REFUSED_BEYOND,
      again: this.#probing ? Math.max(1, mayBeRefused) : 0,
    };
  }

  /** A bucket of `rate` calls per ms is asked often only where codes ask for more than that. */
  ofBucket({ burst, rate }: { burst: number; rate: number }, demand: Demand): Asking {
    const left = demand.moreMayCome ? 0 : callsLeft(demand, (inMs) => burst + rate * inMs);
    return {
      sooner: this.#shareAfter(1, left) <= AFFORDED,
      often: demand.perMs > rate && this.#shareAfter(SPARED, left) <= AFFORDED_OFTEN,
    };
  }

  /** What share of all calls is refused after so many more refusals, if so many calls are left. */
  #shareAfter(refusals: number, left: number): number {
    return (this.#refusals + refusals) / (this.log.count + left);
  }
}

/** How many of the calls that wait can be sent before their codes die, if so many fit until then. */
function callsLeft({ waiting, timeless, due }: Demand, fit: (inMs: number) => number): number {
  if (timeless > 0) return waiting;
  return due.reduce((sent, { inMs, rows }) => Math.min(sent + rows, Math.max(sent, fit(inMs))), 0);
}
