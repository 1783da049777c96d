/** What can be made of the rows that wait. */
export interface Foresight {
  /** Codes that wait, and can die. */
  readonly codes: number;
  /** Codes among them that can still be sent alive at the pace that is known. */
  readonly canMakeIt: number;
  /** Rows that cannot expire. */
  readonly timeless: number;
  /** Whether Graph's limit is known, by experience; if not, the published one was reckoned with. */
  readonly paceIsKnown: boolean;
  /** Whether our own ceiling lets fewer make it than Graph would. */
  readonly ceilingHolds: boolean;
  /** For how long no call can leave, in ms. */
  readonly shutForMs: number;
  /** Until all that can make it has been sent, in ms; undefined where the pace is not known, or is none. */
  readonly leftMs: number | undefined;
}
