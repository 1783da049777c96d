import type { ErrorCode, OathEnrollError } from '../model/errors.js';
import { interruptedCode } from '../model/exit-codes.js';
import type { Io } from './io.js';

/** What a person can mend ends with the exit code that says whose turn it is. */
const OF_TROUBLE: Readonly<Record<Exclude<ErrorCode, 'interrupted'>, number>> = {
  usage: 2,
  input: 2,
  host: 2,
  sign_in: 5,
  journal: 5,
  environment: 5,
  locked: 6,
};

/** The exit code for trouble that ended a command. */
export const exitCodeOf = ({ code }: OathEnrollError, { interrupt }: Pick<Io, 'interrupt'>): number =>
  code === 'interrupted' ? interruptedCode(interrupt) : OF_TROUBLE[code];
