import type { Answer, Ask, GraphPort, OathDevice } from '../../src/model/answer.js';
import type { Row } from '../../src/model/row.js';
import { answered, noAnswer, type Answered } from '../support/answers.js';
import type { Limit, Refusal } from './limits.js';
import type { SimClock } from './sim-clock.js';

/** How a refusal tells the wait: as RFC 9110 has it, as Graph's own sample has it, as a date, or not at all. */
export type RetryAfterForm = 'whole' | 'fraction' | 'date' | 'missing';

/** What Graph tells of its limit. */
export interface Telling {
  readonly retryAfter: RetryAfterForm;
  /** Whether answers bear `x-ms-throttle-limit-percentage` where it has something to say. */
  readonly percentage: boolean;
}

/** That header's range (Graph's page "Microsoft Graph throttling guidance"). */
const PERCENTAGE = { from: 0.8, to: 1.8 };

export interface Network {
  readonly oneWayMs: number;
  /** Every delay is up to this share of itself longer. */
  readonly jitter?: number;
  /** This share of answers takes so much longer. */
  readonly spikes?: { readonly share: number; readonly ms: number };
  /** Graph does what was asked, and this share of its answers never comes, which shows after so long. */
  readonly lost?: { readonly share: number; readonly afterMs: number };
}

/** What was seen of the client. */
export interface Tally {
  calls: number;
  refusals: number;
  /** Calls that left inside a Retry-After that the client had received by then. */
  early: number;
  /** Codes that left after their deadline, and those that arrived after it. */
  deadSent: number;
  deadArrived: number;
  /** Activations of a token that was active already. */
  twice: number;
}

/** The first instant at which a verifier that accepts one step back (RFC 6238 section 5.2) no longer takes the code. */
export function deadFromMs({ proof, intervalS }: Row): number {
  if (proof.kind === 'seed') return Infinity;
  const stepMs = intervalS * 1000;
  return Math.floor(proof.collectedAtMs / stepMs) * stepMs + 2 * stepMs;
}

/** A Graph behind a network, on virtual time: it has a limit, checks codes by their age, and watches the client. */
export class SimGraph implements GraphPort {
  readonly tally: Tally = { calls: 0, refusals: 0, early: 0, deadSent: 0, deadArrived: 0, twice: 0 };
  /** Lines of the rows of which an answer never came. */
  readonly lost = new Set<number>();
  /** When calls arrived, in order: elapsed ms. */
  readonly arrivedMs: number[] = [];
  /** Lines of the rows whose token is active. */
  readonly active = new Set<number>();
  /** Elapsed ms until which the client knows that it has to wait. */
  #shutUntilMs = -Infinity;

  constructor(
    private readonly clock: SimClock,
    private readonly limit: Limit,
    private readonly network: Network,
    private readonly telling: Telling,
    private readonly random: () => number,
  ) {}

  async ask(ask: Ask): Promise<Answer> {
    const { clock, tally, network } = this;
    tally.calls++;
    if (clock.elapsed() < this.#shutUntilMs) tally.early++;
    if (ask.kind === 'activate' && clock.now() >= deadFromMs(ask.row)) tally.deadSent++;
    await clock.sleep(this.#oneWayMs());
    this.arrivedMs.push(clock.elapsed());
    const refusal = this.limit.arrive(clock.elapsed());
    const { answer, waitMs } = refusal === undefined ? taken(this.#answer(ask)) : this.#refuse(refusal);
    const throttlePercentage = this.#percentage();
    if (network.lost !== undefined && this.random() < network.lost.share) {
      this.lost.add(ask.row.line);
      await clock.sleep(network.lost.afterMs);
      return noAnswer('timeout');
    }
    const { share, ms } = network.spikes ?? { share: 0, ms: 0 };
    await clock.sleep(this.#oneWayMs() + (this.random() < share ? ms : 0));
    this.#shutUntilMs = Math.max(this.#shutUntilMs, clock.elapsed() + waitMs);
    return throttlePercentage === undefined ? answer : { ...answer, throttlePercentage };
  }

  signingIn(): undefined {
    return undefined;
  }

  renewSignIn(): void {
    throw new Error('nobody was refused for the sign-in');
  }

  #oneWayMs(): number {
    return this.network.oneWayMs * (1 + (this.network.jitter ?? 0) * this.random());
  }

  /** As the limit stands after the call. */
  #percentage(): number | undefined {
    if (!this.telling.percentage) return undefined;
    const used = this.limit.usedAt(this.clock.elapsed());
    return used < PERCENTAGE.from ? undefined : Math.min(used, PERCENTAGE.to);
  }

  #answer({ kind, row }: Ask): Answered {
    const isActive = this.active.has(row.line);
    if (kind !== 'activate') {
      const device = { ...FREE, serialNumber: row.serialNumber };
      if (kind === 'inventory') return answered(200, { devices: [device] });
      return answered(200, { devices: isActive ? [{ ...device, status: 'activated' }] : [] });
    }
    if (isActive) this.tally.twice++;
    const isDead = this.clock.now() >= deadFromMs(row);
    if (isDead) this.tally.deadArrived++;
    if (isDead || isActive) return answered(400, { errorCode: 'badRequest' });
    this.active.add(row.line);
    return answered(204);
  }

  #refuse({ status, waitMs }: Refusal): Told {
    this.tally.refusals++;
    if (waitMs === undefined || this.telling.retryAfter === 'missing') return taken(answered(status));
    const wholeS = Math.max(1, Math.ceil(waitMs / 1000));
    switch (this.telling.retryAfter) {
      case 'whole':
        return { answer: answered(status, { retryAfter: String(wholeS) }), waitMs: wholeS * 1000 };
      case 'fraction': {
        const seconds = Math.ceil(waitMs) / 1000;
        return { answer: answered(status, { retryAfter: String(seconds) }), waitMs: seconds * 1000 };
      }
      case 'date': {
        // Both headers in whole seconds: the wait is counted from a moment that is up to a second ago.
        const dateMs = Math.floor(this.clock.now() / 1000) * 1000;
        const atMs = dateMs + (wholeS + 1) * 1000;
        const retryAfter = new Date(atMs).toUTCString();
        return { answer: answered(status, { retryAfter, dateMs }), waitMs: atMs - dateMs };
      }
    }
  }
}

/** An answer, and the wait that it asks of its reader. */
interface Told {
  readonly answer: Answered;
  readonly waitMs: number;
}

const taken = (answer: Answered): Told => ({ answer, waitMs: -Infinity });

const FREE: OathDevice = {
  serialNumber: '',
  status: 'available',
  assignedToId: undefined,
  assignedToName: undefined,
  intervalS: undefined,
};
