import type { Row } from './row.js';
import type { Secret } from './secret.js';

/** One call to Graph that the dispatcher may send. */
export type Ask =
  | { readonly kind: 'activate'; readonly row: Row; readonly code: Secret }
  /** Put the row's token into the tenant's inventory. */
  | { readonly kind: 'create'; readonly row: Row }
  /** The hardware tokens that the row's user holds; `page` is an earlier answer's `nextPage`. */
  | { readonly kind: 'user_tokens'; readonly row: Row; readonly page?: string | undefined }
  /** The tokens in the tenant's inventory that bear the row's serial number. */
  | { readonly kind: 'inventory'; readonly row: Row; readonly page?: string | undefined };

/** A token as Graph describes it: flat or nested in the answer, one shape here. */
export interface OathDevice {
  readonly serialNumber: string;
  readonly status: 'available' | 'assigned' | 'activated' | 'failedActivation' | 'unknown';
  readonly assignedToId: string | undefined;
  readonly assignedToName: string | undefined;
  readonly intervalS: number | undefined;
  readonly hashFunction?: string | undefined;
  readonly manufacturer?: string | undefined;
  readonly model?: string | undefined;
}

/** What came of a call, sorted by what is known of its effect. Expected trouble is a value, never an exception. */
export type Answer =
  /** Graph, or something in its place, answered with a status. */
  | {
      readonly kind: 'answered';
      readonly httpStatus: number;
      /** `error.code` of the body, '' where there is none. */
      readonly errorCode: string;
      /** `error.message` as Graph wrote it, one line; not to be branched on. */
      readonly message: string;
      readonly requestId: string | undefined;
      /** The header as it came. */
      readonly retryAfter: string | undefined;
      /** The answer's `Date` header, ms since the epoch: the clock against which an HTTP-date is read. */
      readonly dateMs: number | undefined;
      /** `x-ms-throttle-limit-percentage`: 0.8 and more when a limit is near. */
      readonly throttlePercentage: number | undefined;
      /** `claims` of a `WWW-Authenticate` challenge (continuous access evaluation), base64 decoded. */
      readonly claims: string | undefined;
      /** On a look-up that succeeded. */
      readonly devices: readonly OathDevice[] | undefined;
      /** More of the same list, to be asked for in a call of its own. */
      readonly nextPage?: string | undefined;
    }
  | Trouble;

/** No usable answer, sorted by what is known of the call's effect. */
export type Trouble =
  /** The call surely did not reach Graph: it may be sent again. */
  | {
      readonly kind: 'not_sent';
      readonly cause: 'connection_refused' | 'name_not_found' | 'tls' | 'sign_in';
      readonly detail: string;
    }
  /** The call left and nothing usable came back: Graph may have done it. */
  | {
      readonly kind: 'no_answer';
      readonly cause: 'timeout' | 'reset' | 'unreadable' | 'cut_off';
      readonly detail: string;
    };

/** How the dispatcher reaches Graph. */
export interface GraphPort {
  /** Sends one call now. Never throws for trouble on the way. */
  ask(ask: Ask): Promise<Answer>;
  /**
   * Whether a good access token is at hand: undefined if so, else a promise that resolves once it is, or rejects
   * with OathEnrollError `sign_in`. No row is chosen meanwhile: its code could die while somebody signs in.
   */
  signingIn(): Promise<void> | undefined;
  /**
   * After a 401: drops the access token so that the next call fetches a new one, with the claims that Graph
   * asked for. Many workers may report the same refusal; the token is renewed once.
   */
  renewSignIn(sentAtElapsedMs: number, claims: string | undefined): void;
}

/**
 * Puts the tokens of several rows into the inventory by one call. Each row has an answer, in their order; where the call
 * failed as a whole all have the same. Never throws for trouble on the way.
 */
export type CreateTogether = (rows: readonly Row[]) => Promise<readonly Answer[]>;

/** The HTTP status of an answer; undefined where none came. */
export const httpStatusOf = (answer: Answer): number | undefined =>
  answer.kind === 'answered' ? answer.httpStatus : undefined;
