/** Digits and what may group them, and nothing else. */
const BARE_NUMBER = /^[\p{Nd}\s.,'-]{1,12}$/u;

/**
 * Digits standing by themselves that may be a code, as fobs show it (`123456`, `123 456`), or what a spreadsheet
 * made of one: without its leading zeros, or as 1.23E+05. No part of a mail address or an object id.
 */
const CODE =
  /(?<![\p{L}\p{N}_@.-])(?:\p{Nd}{5,8}|\p{Nd}{3}[\s-]\p{Nd}{3}|\d[.,]\d+E\+?\d+)(?![\p{L}\p{N}_@.-])/iu;

/** A base32 seed of 80 bits or more, perhaps in groups of four; no part of a mail address. */
const SEED = /(?<![\w@.-])(?:[A-Z2-7]{16,}|[A-Z2-7]{4}(?:[ -][A-Z2-7]{4}){3,})(?![\w@.-])/i;

/** Whether the cell may hold a code or a seed, to judge by its look alone: rather once too often. */
export function looksSecret(cell: string): boolean {
  return BARE_NUMBER.test(cell) || CODE.test(cell) || SEED.test(cell);
}

/** The cell, or '' where it may hold a code or a seed: for records whose cells may stand in the wrong columns. */
export function redact(cell: string): string {
  return looksSecret(cell) ? '' : cell;
}
