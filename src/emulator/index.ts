/** A local Microsoft Graph: the endpoints for hardware OATH tokens, with real TOTP, throttles and faults. */
export { startEmulator, type Emulator, type EmulatorOptions } from './server.js';
export type { EmulatorSettings, ForbiddenSpec } from './settings.js';
export type { DeviceStatus, TokenSpec, UserSpec } from './tenant/device.js';
export {
  FAULTS_EXPECTED,
  isFaultRule,
  type Fault,
  type FaultMatch,
  type FaultRule,
} from './trouble/faults.js';
export type { ReadLagSpec } from './tenant/read-lag.js';
export type { RequestLogEntry } from './request-log.js';
export type { RetryAfterForm } from './trouble/throttled-reply.js';
export type { ThrottleSpec } from './trouble/throttle.js';
export { readTokensCsv, readUsersCsv } from './tenant/tenant-files.js';
export { totpCode } from './tenant/totp.js';
