import { decodeBase32 } from './base32.js';
import { codeOfStep, stepAt, type HashFunction } from './totp.js';

/** A user as a test or a users file describes it. */
export interface UserSpec {
  readonly userPrincipalName: string;
  /** Object id; made from the UPN where missing. */
  readonly id?: string;
  readonly displayName?: string;
  readonly accountEnabled?: boolean;
  readonly userType?: 'Member' | 'Guest';
  /** OATH methods that the user has besides the tokens here, e.g. authenticator apps. */
  readonly otherMethods?: number;
  /** File and line that it was read from, for messages. */
  readonly where?: string;
}

/** A token as a test or a vendor file describes it. */
export interface TokenSpec {
  readonly serialNumber: string;
  /** The seed, base32, at most 128 characters. */
  readonly secretKey: string;
  readonly timeIntervalInSeconds?: 30 | 60;
  readonly hashFunction?: HashFunction;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly displayName?: string;
  /** UPN or object id of the user who has it. */
  readonly assignTo?: string;
  /** `assigned` where it is assigned to somebody and `available` otherwise, unless told. */
  readonly status?: DeviceStatus;
  /** File and line that it was read from, for messages. */
  readonly where?: string;
}

export type DeviceStatus = 'available' | 'assigned' | 'activated' | 'failedActivation';

export type User = Required<Omit<UserSpec, 'where'>>;

/** What the directory tells of a token. Replaced, never changed, so that an older view stays true to its time. */
export interface DeviceView {
  readonly id: string;
  readonly serialNumber: string;
  readonly displayName: string | null;
  readonly manufacturer: string;
  readonly model: string;
  readonly timeIntervalInSeconds: 30 | 60;
  readonly hashFunction: HashFunction;
  readonly status: DeviceStatus;
  readonly assignedTo: User | undefined;
}

/** A token with what only the tenant knows. */
export interface Device {
  view: DeviceView;
  readonly key: Buffer;
  wrongCodes: number;
}

/** Whether the token shows this code now or showed it within the grace. A code is not used up by its use. */
export function showsCode(device: Device, code: string, nowMs: number, graceSteps: number): boolean {
  const { timeIntervalInSeconds, hashFunction } = device.view;
  const now = stepAt(nowMs, timeIntervalInSeconds);
  for (let back = 0; back <= graceSteps; back++) {
    if (codeOfStep(device.key, now - back, hashFunction) === code) return true;
  }
  return false;
}

/** The bytes of a seed, or undefined where Graph would not take it. */
export function keyOf(seed: string): Buffer | undefined {
  return /^[A-Z2-7]{1,128}=*$/i.test(seed) ? decodeBase32(seed) : undefined;
}
