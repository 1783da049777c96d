import type {
  HardwareOathAuthenticationMethod,
  HardwareOathTokenAuthenticationMethodDevice,
} from '@microsoft/microsoft-graph-types-beta';
import { expect, test } from 'vitest';
import { readDevicePage } from '../../src/graph/devices.js';
import type { OathDevice } from '../../src/model/answer.js';

/** Written with Microsoft's own types: a field that they rename or retype fails to compile here. */
const device: Required<
  Pick<
    HardwareOathTokenAuthenticationMethodDevice,
    'serialNumber' | 'status' | 'assignedTo' | 'timeIntervalInSeconds' | 'secretKey'
  >
> = {
  serialNumber: 'TOTP123456',
  status: 'failedActivation',
  assignedTo: { id: '0cadbf92', displayName: 'Amy Masters' },
  timeIntervalInSeconds: 60,
  secretKey: null,
};
const method: HardwareOathAuthenticationMethod = { id: 'aad49556', device };

/** Every status that Graph may send is one that the program knows, or becomes `unknown`. */
type Status = Exclude<
  NonNullable<HardwareOathTokenAuthenticationMethodDevice['status']>,
  'unknownFutureValue'
>;
const statuses: Record<Status, OathDevice['status']> &
  Record<Exclude<OathDevice['status'], 'unknown'>, Status> = {
  available: 'available',
  assigned: 'assigned',
  activated: 'activated',
  failedActivation: 'failedActivation',
};

test('the shapes that Graph’s published types describe are read', () => {
  const page = readDevicePage(JSON.stringify({ value: [method, device] }));
  const read = {
    serialNumber: 'TOTP123456',
    status: 'failedActivation',
    assignedToId: '0cadbf92',
    assignedToName: 'Amy Masters',
    intervalS: 60,
  };
  expect(page?.devices).toEqual([read, read]);
});

test('every status of a device is read as itself', () => {
  for (const status of Object.keys(statuses)) {
    const page = readDevicePage(JSON.stringify({ value: [{ ...device, status }] }));
    expect(page?.devices).toMatchObject([{ status }]);
  }
});
