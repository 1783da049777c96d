/** A local Microsoft Graph: the endpoints for hardware OATH tokens, with real TOTP, throttles and faults. */
export { startEmulator, type Emulator, type EmulatorOptions } from './server.js';
export type { EmulatorSettings, ForbiddenSpec } from './settings.js';
export type { DeviceStatus, TokenSpec, UserSpec } from './device.js';
export type { Fault, FaultMatch, FaultRule } from './faults.js';
export type { ReadLagSpec } from './read-lag.js';
export type { RequestLogEntry } from './request-log.js';
export type { RetryAfterForm } from './throttled-reply.js';
export type { ThrottleSpec } from './throttle.js';
export { readTokensCsv, readUsersCsv } from './tenant-files.js';
export { totpCode } from './totp.js';
