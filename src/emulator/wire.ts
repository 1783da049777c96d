import type { DeviceView, User } from './device.js';

/** A token as Graph writes it. The seed never leaves the tenant: `secretKey` is null. */
export function deviceJson(view: DeviceView) {
  return {
    id: view.id,
    displayName: view.displayName,
    serialNumber: view.serialNumber,
    manufacturer: view.manufacturer,
    model: view.model,
    secretKey: null,
    timeIntervalInSeconds: view.timeIntervalInSeconds,
    status: view.status,
    lastUsedDateTime: null,
    hashFunction: view.hashFunction,
    assignedTo: view.assignedTo ? { id: view.assignedTo.id, displayName: view.assignedTo.displayName } : null,
  };
}

/** A token as a user's authentication method: Graph gives both the same id. */
export function methodJson(view: DeviceView) {
  return { id: view.id, device: deviceJson(view) };
}

export function userJson(user: User) {
  return {
    id: user.id,
    displayName: user.displayName,
    userPrincipalName: user.userPrincipalName,
    accountEnabled: user.accountEnabled,
    userType: user.userType,
  };
}
