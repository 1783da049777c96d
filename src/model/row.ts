import type { Secret } from './secret.js';

/** TOTP time step of a token in seconds; Entra knows these two. */
export type IntervalS = 30 | 60;

export type HashFunction = 'hmacsha1' | 'hmacsha256';

/** What shows that the token is at hand: a code read off it, or the seed from which codes are made. */
export type Proof =
  | { readonly kind: 'code'; readonly code: Secret; readonly collectedAtMs: number }
  | { readonly kind: 'seed'; readonly seed: Secret; readonly hashFunction: HashFunction };

/** What rows are for: an enrolment, an entry in the inventory, that first and then the enrolment, or just to be looked up. */
export type Purpose = 'enroll' | 'import' | 'import_and_enroll' | 'look_up';

/** What the inventory wants to know of a token besides serial number, seed, interval and hash. */
export interface Maker {
  readonly manufacturer: string;
  readonly model: string;
}

/** One usable line of the input: a token, the user who is to have it, and the proof. */
export interface Row {
  /** 1-based line of the input on which the row begins. */
  readonly line: number;
  readonly serialNumber: string;
  /** UPN or object id, as written in the input; '' where a token is only put into the inventory. */
  readonly user: string;
  readonly displayName: string | undefined;
  readonly intervalS: IntervalS;
  readonly proof: Proof;
  /** The token has to be put into the inventory first; its proof is a seed. */
  readonly maker?: Maker | undefined;
}

/** What a user sees of a row, in any state: its line and its cells with code and seed blanked. */
export interface InputRecord {
  readonly line: number;
  /** As many cells as the header has names, in its order; cells of secret columns are ''. */
  readonly cells: readonly string[];
}

/** The look of an input, which its results share. */
export interface InputHeader {
  /** Header names as they stand in the file. */
  readonly names: readonly string[];
  readonly delimiter: ',' | ';' | '\t';
  /** Whether the file began with a byte order mark; spreadsheets want it back to read UTF-8. */
  readonly bom: boolean;
  /** Indices of the cells that a fresh code and its time go into; blank in the file for re-collection. */
  readonly blankForRecollection: readonly number[];
}
