import type { DeviceView, User } from '../tenant/device.js';
import type { EmulatorSettings } from '../settings.js';

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

/** All methods of a user. A list of all kinds names each kind and leaves out the device, which is a relationship. */
export function allMethodsJson(user: User, tokens: readonly DeviceView[]) {
  const apps = Array.from({ length: user.otherMethods }, (_, nth) => ({
    '@odata.type': '#microsoft.graph.softwareOathAuthenticationMethod',
    id: `${user.id}-${nth}`,
  }));
  return [
    // Graph gives every password this id.
    {
      '@odata.type': '#microsoft.graph.passwordAuthenticationMethod',
      id: '28c10230-6103-485e-b985-444c60001490',
    },
    ...tokens.map(({ id }) => ({ '@odata.type': '#microsoft.graph.hardwareOathAuthenticationMethod', id })),
    ...apps,
  ];
}

export function policyJson(policy: EmulatorSettings['policy']) {
  const id = policy === 'for-a-group' ? 'b185b746-e7db-4fa2-bafc-69ecf18850dd' : 'all_users';
  return {
    '@odata.type': '#microsoft.graph.hardwareOathAuthenticationMethodConfiguration',
    id: 'HardwareOath',
    state: policy === 'disabled' ? ('disabled' as const) : ('enabled' as const),
    includeTargets: [{ targetType: 'group' as const, id, isRegistrationRequired: false }],
  };
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
