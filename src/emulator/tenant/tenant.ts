import { createHash } from 'node:crypto';
import {
  keyOf,
  showsCode,
  type Device,
  type DeviceView,
  type TokenSpec,
  type User,
  type UserSpec,
} from './device.js';
import type { RefusalCause } from '../refusal.js';

/** What a change came to: the device as it is now, or why it was refused. */
export type Change =
  | { readonly device: Device; readonly refusal?: never }
  /** `acted`: a wrong code was counted and turned the token to `failedActivation`. */
  | { readonly refusal: RefusalCause; readonly acted?: boolean };

/** How codes are judged. */
export interface CodeRules {
  /** Steps before the current one whose code is still taken. */
  readonly graceSteps: number;
  /** Wrong codes after which a token turns to `failedActivation`. */
  readonly wrongCodesUntilFailed: number;
}

/** Hardware tokens and authenticator apps that a user may have together. */
const MOST_METHODS = 5;

/** Why a token cannot be in the tenant, in words. */
const WHY_SENSELESS: Partial<Record<RefusalCause, string>> = {
  duplicate_serial: 'another one has its serial number',
  bad_device: 'its serial number is missing, or its secret key is no base32',
  guest: 'its user is a guest, who cannot have one',
  too_many_methods: `its user has ${MOST_METHODS} methods already`,
};

const placeOf = (where: string | undefined): string => (where === undefined ? '' : `${where}: `);

function senseless({ serialNumber, assignTo, where }: TokenSpec, cause: RefusalCause): Error {
  const why =
    cause === 'unknown_user'
      ? `its user ${assignTo} is not among the users`
      : (WHY_SENSELESS[cause] ?? cause);
  return new Error(`${placeOf(where)}token ${serialNumber}: ${why}`);
}

/** Users and hardware tokens, and the rules between them. Knows nothing of HTTP. */
export class Tenant {
  readonly #usersByKey = new Map<string, User>();
  readonly #devices = new Map<string, Device>();
  readonly #idBySerial = new Map<string, string>();
  readonly #idsByUser = new Map<string, Set<string>>();
  /** Called with the view before each change: undefined for a new token. */
  onChange: (device: Device, before: DeviceView | undefined) => void = () => undefined;
  #made = 0;

  /** Throws an `Error` that names the user or serial number, and where it was read, where a spec makes no sense; never a seed. */
  constructor(users: readonly UserSpec[] = [], tokens: readonly TokenSpec[] = []) {
    for (const user of users) this.addUser(user);
    for (const token of tokens) {
      const change = this.create(token);
      if (change.refusal !== undefined) throw senseless(token, change.refusal);
      if (token.status !== undefined) this.#change(change.device, { status: token.status });
    }
  }

  addUser(spec: UserSpec): User {
    const upn = spec.userPrincipalName;
    const user: User = {
      id: spec.id ?? uuidOf(`user ${upn.toLowerCase()}`),
      displayName: spec.displayName ?? upn,
      accountEnabled: spec.accountEnabled ?? true,
      userType: spec.userType ?? 'Member',
      otherMethods: spec.otherMethods ?? 0,
      userPrincipalName: upn,
    };
    for (const key of [upn.toLowerCase(), user.id.toLowerCase()]) {
      if (this.#usersByKey.has(key))
        throw new Error(`${placeOf(spec.where)}user ${upn}: another one has its name or id`);
      this.#usersByKey.set(key, user);
    }
    return user;
  }

  /** By UPN or object id, in any case. */
  user(upnOrId: string): User | undefined {
    return this.#usersByKey.get(upnOrId.toLowerCase());
  }

  users(): readonly User[] {
    return [...new Set(this.#usersByKey.values())];
  }

  device(id: string): Device | undefined {
    return this.#devices.get(id.toLowerCase());
  }

  bySerial(serialNumber: string): Device | undefined {
    return this.#devices.get(this.#idBySerial.get(serialNumber) ?? '');
  }

  devices(): Iterable<Device> {
    return this.#devices.values();
  }

  devicesOf(user: User): readonly Device[] {
    return [...(this.#idsByUser.get(user.id) ?? [])].flatMap((id) => this.#devices.get(id) ?? []);
  }

  /** Puts a token into the inventory, assigned to a user where the spec names one. */
  create(spec: TokenSpec): Change {
    if (this.#idBySerial.has(spec.serialNumber)) return { refusal: 'duplicate_serial' };
    const key = keyOf(spec.secretKey);
    if (key === undefined || spec.serialNumber === '') return { refusal: 'bad_device' };
    const holder = spec.assignTo === undefined ? undefined : this.user(spec.assignTo);
    if (spec.assignTo !== undefined) {
      const refusal = holder === undefined ? 'unknown_user' : this.#whyNotFor(holder);
      if (refusal !== undefined) return { refusal };
    }
    const view: DeviceView = {
      id: uuidOf(`device ${++this.#made} ${spec.serialNumber}`),
      serialNumber: spec.serialNumber,
      displayName: spec.displayName ?? null,
      manufacturer: spec.manufacturer ?? '',
      model: spec.model ?? '',
      timeIntervalInSeconds: spec.timeIntervalInSeconds ?? 30,
      hashFunction: spec.hashFunction ?? 'hmacsha1',
      status: holder === undefined ? 'available' : 'assigned',
      assignedTo: holder,
    };
    const device: Device = { view, key, wrongCodes: 0 };
    this.#devices.set(view.id, device);
    this.#idBySerial.set(view.serialNumber, view.id);
    if (holder !== undefined) this.#idsOf(holder).add(view.id);
    this.onChange(device, undefined);
    return { device };
  }

  /** Gives the token to the user and activates it, both or neither, where the code is what it shows. */
  assignAndActivate(
    user: User,
    device: Device,
    code: string,
    nowMs: number,
    rules: CodeRules,
    displayName?: string,
  ): Change {
    const { assignedTo, status } = device.view;
    if (assignedTo !== undefined && assignedTo !== user) return { refusal: 'held_by_another' };
    if (status === 'activated') return { refusal: 'already_active' };
    if (status === 'failedActivation') return { refusal: 'failed_activation' };
    const refusal = this.#whyNotFor(user, device);
    if (refusal !== undefined) return { refusal };
    if (!showsCode(device, code, nowMs, rules.graceSteps)) return this.#countWrongCode(user, device, rules);
    device.wrongCodes = 0;
    const named = displayName === undefined ? {} : { displayName };
    return this.#change(device, { assignedTo: user, status: 'activated', ...named });
  }

  /** The token stays assigned, and has to be activated again. */
  deactivate(device: Device): Change {
    device.wrongCodes = 0;
    return this.#change(device, { status: 'assigned' });
  }

  /** Takes the token from its user, back into the inventory. */
  unassign(device: Device): Change {
    device.wrongCodes = 0;
    return this.#change(device, { status: 'available', assignedTo: undefined });
  }

  /** Only while nobody has it. */
  update(device: Device, fields: Partial<Omit<DeviceView, 'id' | 'status' | 'assignedTo'>>): Change {
    if (device.view.assignedTo !== undefined) return { refusal: 'token_assigned' };
    return this.#change(device, fields);
  }

  /** Only while nobody has it. */
  remove(device: Device): Change {
    if (device.view.assignedTo !== undefined) return { refusal: 'token_assigned' };
    this.#devices.delete(device.view.id);
    this.#idBySerial.delete(device.view.serialNumber);
    return { device };
  }

  #whyNotFor(user: User, device?: Device): RefusalCause | undefined {
    if (user.userType === 'Guest') return 'guest';
    if (device?.view.assignedTo === user) return undefined;
    return this.#idsOf(user).size + user.otherMethods >= MOST_METHODS ? 'too_many_methods' : undefined;
  }

  #countWrongCode(user: User, device: Device, rules: CodeRules): Change {
    device.wrongCodes += 1;
    if (device.wrongCodes < rules.wrongCodesUntilFailed) return { refusal: 'wrong_code' };
    this.#change(device, { status: 'failedActivation', assignedTo: user });
    return { refusal: 'wrong_code', acted: true };
  }

  #change(device: Device, fields: Partial<DeviceView>): { device: Device } {
    const before = device.view;
    device.view = { ...before, ...fields };
    if (device.view.assignedTo !== before.assignedTo) {
      if (before.assignedTo) this.#idsOf(before.assignedTo).delete(before.id);
      if (device.view.assignedTo) this.#idsOf(device.view.assignedTo).add(before.id);
    }
    this.onChange(device, before);
    return { device };
  }

  #idsOf(user: User): Set<string> {
    const ids = this.#idsByUser.get(user.id) ?? new Set();
    this.#idsByUser.set(user.id, ids);
    return ids;
  }
}

/** A UUID that depends on `name` alone, so that a tenant made twice has the same ids. */
function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
