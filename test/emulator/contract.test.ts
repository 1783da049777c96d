import type {
  HardwareOathAuthenticationMethod,
  HardwareOathTokenAuthenticationMethodDevice,
  User,
} from '@microsoft/microsoft-graph-types-beta';
import { expect, expectTypeOf, test } from 'vitest';
import type { deviceJson, methodJson, userJson } from '../../src/emulator/routes/wire.js';
import { ask, DEVICES, emulate, METHODS, TOKEN } from './harness.js';

test('what is sent fits Microsoft’s published types', () => {
  expectTypeOf<ReturnType<typeof deviceJson>>().toExtend<HardwareOathTokenAuthenticationMethodDevice>();
  expectTypeOf<ReturnType<typeof methodJson>>().toExtend<HardwareOathAuthenticationMethod>();
  expectTypeOf<ReturnType<typeof userJson>>().toExtend<User>();
  // Control: the types do refuse another shape.
  expectTypeOf<{ serialNumber: number }>().not.toExtend<HardwareOathTokenAuthenticationMethodDevice>();
  expectTypeOf<{ device: { status: 'active' } }>().not.toExtend<HardwareOathAuthenticationMethod>();
});

test('nothing is sent that Microsoft’s types do not have', () => {
  expectTypeOf<keyof ReturnType<typeof deviceJson>>().toExtend<
    keyof HardwareOathTokenAuthenticationMethodDevice
  >();
  expectTypeOf<keyof ReturnType<typeof methodJson>>().toExtend<keyof HardwareOathAuthenticationMethod>();
  expectTypeOf<keyof ReturnType<typeof userJson>>().toExtend<keyof User>();
});

test('a token reads as documented in the inventory and among a user’s methods', async () => {
  const { emulator } = await emulate({ tokens: [{ ...TOKEN, assignTo: 'amy@contoso.com' }] });
  const id = emulator.tenant.bySerial(TOKEN.serialNumber)!.view.id;
  const device = {
    id,
    displayName: null,
    serialNumber: TOKEN.serialNumber,
    manufacturer: 'Fabrikam',
    model: 'FK',
    secretKey: null,
    timeIntervalInSeconds: 30,
    status: 'assigned',
    lastUsedDateTime: null,
    hashFunction: 'hmacsha1',
    assignedTo: { id: emulator.tenant.user('amy@contoso.com')!.id, displayName: 'Amy Masters' },
  };
  expect((await ask(emulator, 'GET', METHODS)).json).toEqual({ value: [{ id, device }] });
  expect((await ask(emulator, 'GET', DEVICES)).json).toEqual({ value: [{ id, device }] });
  emulator.configure({ inventoryShape: 'flat' });
  expect((await ask(emulator, 'GET', DEVICES)).json).toEqual({ value: [device] });
});
