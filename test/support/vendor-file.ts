import type { Emulator } from '../../src/emulator/index.js';
import type { Fob } from './fob.js';

const LEGACY = ['upn', 'serial number', 'secret key', 'time interval', 'manufacturer', 'model'];

/** A vendor's file of these tokens, in Microsoft's own layout. */
export const vendorFile = (fobs: readonly Fob[]): string[][] => [
  LEGACY,
  ...fobs.map(({ user, serialNumber, secretKey, timeIntervalInSeconds: interval = 30 }) => [
    ...[user, serialNumber, secretKey, String(interval), 'Contoso', 'HardwareKey'],
  ]),
];

/** The tokens of a Graph's inventory, as it has them. */
export const devices = (emulator: Pick<Emulator, 'tenant'>) =>
  [...emulator.tenant.devices()].map(({ view }) => view);
