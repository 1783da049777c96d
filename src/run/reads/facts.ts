import type { Answer, OathDevice } from '../../model/answer.js';
import type { DirectoryUser } from '../../model/read.js';

/** Something that Graph was asked for, and what is known of it. */
export type Known<T> =
  | { readonly kind: 'known'; readonly value: T }
  /** Graph has no such thing (HTTP 404). */
  | { readonly kind: 'missing'; readonly answer: Answer }
  /** The signed-in identity may not read it (HTTP 403). */
  | { readonly kind: 'denied' }
  /** It could not be learned, for a reason that may pass. */
  | { readonly kind: 'unread'; readonly answer: Answer }
  /** The dry run ended before it was learned. */
  | { readonly kind: 'ended'; readonly why: string };

/** What there is to know of a user. */
export interface UserFacts {
  readonly user: Known<DirectoryUser>;
  readonly tokens: Known<readonly OathDevice[]>;
  /** Authenticator apps. */
  readonly apps: Known<number>;
}

/** What Graph knows of a row. */
export interface RowFacts extends UserFacts {
  /** The tokens of the inventory that bear the row's serial number. */
  readonly inventory: Known<readonly OathDevice[]>;
}
