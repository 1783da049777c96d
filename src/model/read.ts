import type { Answer, GraphPort, OathDevice } from './answer.js';

/** One thing that can be read of Graph; reading it changes nothing. */
export type Read =
  /** Whether the user exists, is enabled, is a guest. */
  | { readonly kind: 'user'; readonly user: string }
  /** The hardware tokens that the user holds; `page` is an earlier answer's `nextPage`, here and below. */
  | { readonly kind: 'user_tokens'; readonly user: string; readonly page?: string | undefined }
  /** The authenticator apps that the user has. */
  | { readonly kind: 'user_apps'; readonly user: string; readonly page?: string | undefined }
  /** The tokens in the tenant's inventory that bear the serial number. */
  | { readonly kind: 'inventory'; readonly serialNumber: string; readonly page?: string | undefined }
  /** All tokens of the tenant's inventory. */
  | { readonly kind: 'whole_inventory'; readonly page?: string | undefined }
  /** The tenant's policy of hardware OATH tokens. */
  | { readonly kind: 'policy' };

export interface DirectoryUser {
  readonly id: string;
  /** Undefined where Graph does not tell, here and below. */
  readonly isEnabled: boolean | undefined;
  readonly isGuest: boolean | undefined;
}

export interface MethodPolicy {
  readonly isOn: boolean;
  /** Whether it is on for everybody, rather than for the people of some groups. */
  readonly isForAll: boolean;
}

/** What a read found. Lists come page by page. */
export type Found =
  | { readonly kind: 'user'; readonly user: DirectoryUser }
  | { readonly kind: 'tokens'; readonly tokens: readonly OathDevice[]; readonly nextPage: string | undefined }
  | { readonly kind: 'apps'; readonly count: number; readonly nextPage: string | undefined }
  | { readonly kind: 'policy'; readonly policy: MethodPolicy };

/** What came of a read. `found` is there where Graph answered 200 with what it documents. */
export interface ReadAnswer {
  readonly answer: Answer;
  readonly found?: Found | undefined;
}

/** What came of reads that were sent together. */
export type BatchAnswer =
  /** Each was answered by itself; in the order of the reads. */
  | { readonly kind: 'each'; readonly answers: readonly ReadAnswer[] }
  /** None of them was: refused, failed or lost as a whole. */
  | { readonly kind: 'whole'; readonly answer: Answer };

/** How many reads can be sent together (Graph page "Combine multiple HTTP requests using JSON batching"). */
export const MOST_IN_BATCH = 20;

/** How far a reading of Graph has come. */
export interface ReadSoFar {
  /** Tokens of the inventory, or, in a dry run, single reads. */
  readonly count: number;
  /** How long Graph's wait goes on, in ms. */
  readonly shutForMs: number;
}

/** How Graph is read. */
export interface ReadPort extends Pick<GraphPort, 'signingIn' | 'renewSignIn'> {
  /** Sends up to {@link MOST_IN_BATCH} reads in one call, now. Never throws for trouble on the way. */
  readTogether(reads: readonly Read[]): Promise<BatchAnswer>;
}
