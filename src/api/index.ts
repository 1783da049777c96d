/**
 * Enrols hardware OATH tokens in Microsoft Entra ID from a program of your own: what the command line does, without the
 * command line. Nothing here ends the process, takes its signals or writes to its terminal.
 *
 * @packageDocumentation
 */
export { enroll, resume } from './enroll.js';
export { dryRun, type DryRunOptions, type DryRunResult } from './dry-run.js';
export { OathEnrollError, type ErrorCode, type Place } from '../model/errors.js';
export type { AccessToken, Credential, GetToken } from '../model/credential.js';
export type { EnrollOptions } from './options.js';
export type { EnrollResult, RunFiles } from './result.js';
export type { Cell, CsvPieces, EnrollInput, EnrollRow } from './rows.js';
export type { AuthMethod } from '../model/auth-method.js';
export type { DryRun, Forecast, Obstacle } from '../model/dry-run.js';
export type { Verdict } from '../model/exit-codes.js';
export type { Foresight } from '../model/foresight.js';
export type { ReadSoFar } from '../model/read.js';
export type { Counts, Outcome, Status } from '../model/outcome.js';
export type { Rate } from '../model/rate.js';
export type { RunEvent } from '../model/run-event.js';
export type { Summary } from '../model/summary.js';
