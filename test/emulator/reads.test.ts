import type {
  AuthenticationMethod,
  HardwareOathAuthenticationMethodConfiguration,
} from '@microsoft/microsoft-graph-types-beta';
import { expect, expectTypeOf, test } from 'vitest';
import type { allMethodsJson, policyJson } from '../../src/emulator/routes/wire.js';
import { ACTIVATE, activation, AMY, ask, emulate, NOON, TOKEN } from './harness.js';

const POLICY = '/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath';
const METHODS = '/users/amy@contoso.com/authentication/methods';

test('what is sent fits Microsoft’s published types', () => {
  expectTypeOf<ReturnType<typeof policyJson>>().toExtend<HardwareOathAuthenticationMethodConfiguration>();
  expectTypeOf<ReturnType<typeof allMethodsJson>[number]>().toExtend<AuthenticationMethod>();
});

test('all methods of a user are named by kind, without their devices', async () => {
  const { emulator } = await emulate({
    users: [{ ...AMY, otherMethods: 2 }],
    tokens: [{ ...TOKEN, assignTo: AMY.userPrincipalName }],
  });
  const { status, text } = await ask(emulator, 'GET', METHODS);
  const { value } = JSON.parse(text) as { value: Record<string, string>[] };
  expect(status).toBe(200);
  expect(
    value.map((each) => each['@odata.type']?.replace(/^#microsoft.graph.(.*)AuthenticationMethod$/, '$1')),
  ).toEqual(['password', 'hardwareOath', 'softwareOath', 'softwareOath']);
  expect(value[1]).not.toHaveProperty('device');
  expect((await ask(emulator, 'POST', METHODS)).status).toBe(405);
  emulator.configure({ forbidden: { users: 'all' } });
  expect((await ask(emulator, 'GET', METHODS)).status).toBe(403);
});

test('the policy can be read, and off it lets nobody activate', async () => {
  const { emulator } = await emulate();
  expect((await ask(emulator, 'GET', POLICY)).json).toMatchObject({
    id: 'HardwareOath',
    state: 'enabled',
    includeTargets: [{ id: 'all_users' }],
  });
  expect((await ask(emulator, 'PATCH', POLICY, {})).status).toBe(405);
  emulator.configure({ policy: 'for-a-group' });
  expect((await ask(emulator, 'GET', POLICY)).text).not.toContain('all_users');
  emulator.configure({ policy: 'disabled' });
  expect((await ask(emulator, 'GET', POLICY)).json).toMatchObject({ state: 'disabled' });
  expect((await ask(emulator, 'POST', ACTIVATE, activation(NOON))).status).toBe(400);
  expect(emulator.requests().at(-1)?.refusal).toBe('policy_off');
});

test('policy and users may be closed to the caller', async () => {
  const { emulator } = await emulate({ forbidden: { policyReads: true, userReads: true } });
  expect((await ask(emulator, 'GET', POLICY)).status).toBe(403);
  expect((await ask(emulator, 'GET', `/users/${AMY.userPrincipalName}`)).status).toBe(403);
  expect((await ask(emulator, 'GET', METHODS)).status).toBe(200);
});
