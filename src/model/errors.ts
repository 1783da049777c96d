import { visible } from './words.js';

/** Where in an input something is wrong: all 1-based, as an editor shows them. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: string;
}

/** What went wrong, as a stable word that scripts and tests may compare. */
export type ErrorCode =
  'usage' | 'input' | 'host' | 'sign_in' | 'journal' | 'locked' | 'environment' | 'interrupted';

/**
 * Trouble that a person can mend: shown as one line, never with a stack trace. Anything else that is thrown is
 * a defect of ours. The message names no code, seed or bearer token.
 */
export class OathEnrollError extends Error {
  override readonly name = 'OathEnrollError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly place: Place = {},
  ) {
    super(message);
  }

  /** The message behind its place, e.g. `rollout.csv, line 7, column "Code": …`, fit for a terminal. */
  override toString(): string {
    const { file, line, column } = this.place;
    const where = [
      file,
      line === undefined ? undefined : `line ${line}`,
      column === undefined ? undefined : `column "${column}"`,
    ].filter((part) => part !== undefined);
    // Names of files and columns, and words of a service, are foreign.
    return visible(where.length === 0 ? this.message : `${where.join(', ')}: ${this.message}`);
  }
}

/** The code of an error of Node's own, such as `ENOENT`; '' for any other. */
export function systemCode(error: unknown): string {
  if (error instanceof OathEnrollError) return '';
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
