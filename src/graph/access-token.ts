import type { GraphPort } from '../model/answer.js';
import type { Clock } from '../model/clock.js';
import { Secret } from '../model/secret.js';

/** A token as the sign-in service gave it. Times are wall time, ms since the epoch. */
export interface FetchedToken {
  readonly token: Secret;
  readonly expiresAtMs: number;
  /** When the service would like it renewed. */
  readonly refreshAtMs?: number | undefined;
}

/** Where the client takes its bearer token from. */
export interface BearerSource {
  /** A token that is still good; fetched first where there is none. Rejects where nobody can sign in. */
  get(): Secret | Promise<Secret>;
  /** See `GraphPort.renewSignIn`. */
  renew(sentAtElapsedMs: number, claims: string | undefined): void;
}

/** What the dispatcher knows of the sign-in: whether it must wait for it, and that a token was refused. */
export const signInWith = (bearer: BearerSource): Pick<GraphPort, 'signingIn' | 'renewSignIn'> => ({
  signingIn: () => {
    const token = bearer.get();
    return token instanceof Promise ? token.then(() => undefined) : undefined;
  },
  renewSignIn: (sentAtElapsedMs, claims) => bearer.renew(sentAtElapsedMs, claims),
});

/** A token is renewed this long before it ends, so that no call waits for the sign-in service. */
const AHEAD_MS = 5 * 60_000;

/** At least this long between two renewals ahead of time, whether the last one failed or gave the same token. */
const PAUSE_MS = 30_000;

interface Held extends FetchedToken {
  readonly fetchedAtElapsedMs: number;
  renewAtMs: number;
}

/** One access token for all workers, with one fetch in flight at most. */
export class AccessTokenSource implements BearerSource {
  readonly #fetch: (claims: string | undefined) => Promise<FetchedToken>;
  readonly #clock: Clock;
  #held: Held | undefined;
  #renewing: Promise<Held> | undefined;
  /** What Graph asked the next token to prove. */
  #claims: string | undefined;

  /** `fetch` is called with the claims of a challenge, or `undefined`; what it throws, {@link get} throws. */
  constructor(fetch: (claims: string | undefined) => Promise<FetchedToken>, clock: Clock) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  get(): Secret | Promise<Secret> {
    const held = this.#held;
    const now = this.#clock.now();
    if (held === undefined || now >= held.expiresAtMs) return this.#renew().then(({ token }) => token);
    if (now >= held.renewAtMs) {
      held.renewAtMs = now + PAUSE_MS;
      this.#renewUnwatched();
    }
    return held.token;
  }

  /** A token whose fetch began after the refused call had left is not the one that was refused. */
  renew(sentAtElapsedMs: number, claims: string | undefined): void {
    if (this.#held === undefined || this.#held.fetchedAtElapsedMs > sentAtElapsedMs) return;
    this.#held = undefined;
    this.#claims = claims;
    this.#renewUnwatched();
  }

  /** A failure shows at the next call that has no token left to go on with. */
  #renewUnwatched(): void {
    this.#renew().catch(() => undefined);
  }

  #renew(): Promise<Held> {
    this.#renewing ??= this.#fetchAndHold().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #fetchAndHold(): Promise<Held> {
    const fetchedAtElapsedMs = this.#clock.elapsed();
    const fetched = await this.#fetch(this.#claims);
    const { expiresAtMs, refreshAtMs = Infinity } = fetched;
    const renewAtMs = Math.max(Math.min(refreshAtMs, expiresAtMs - AHEAD_MS), this.#clock.now() + PAUSE_MS);
    this.#claims = undefined;
    this.#held = { ...fetched, fetchedAtElapsedMs, renewAtMs };
    return this.#held;
  }
}

/** What a local Graph is sent: no secret, and no credential is asked for it. */
export const loopbackBearer: BearerSource = {
  get: () => LOOPBACK_TOKEN,
  renew: () => undefined,
};

const LOOPBACK_TOKEN = new Secret('loopback');
