import { expect, test } from 'vitest';
import type { Granted } from '../../src/model/granted.js';
import { checkPermissions } from '../../src/run/rehearsal/permissions.js';

const ENROL = 'UserAuthenticationMethod.ReadWrite.All';
const person = (permissions: string[], roles?: string[]): Granted => ({
  kind: 'delegated',
  permissions,
  roles,
});
const app = (...permissions: string[]): Granted => ({ kind: 'application', permissions });

test.each<[what: string, granted: Granted]>([
  ['a local Graph', { kind: 'all' }],
  ['an app that has it', app('Policy.Read.All', ENROL)],
  ['a name in other letters', app(ENROL.toLowerCase())],
  ['a person who has it, and a token without roles', person([ENROL])],
  ['an Authentication Administrator', person([ENROL], ['c4e39bd9-1100-46d3-8c65-fb160da0071f'])],
  [
    'a Privileged one',
    person([ENROL], ['b79fbf4d-3ef9-4689-8143-76b194e85509', '7BE44C8A-ADAF-4E2A-84D6-AB2649E08A13']),
  ],
  ['a Global Administrator', person([ENROL], ['62e90394-69f5-4237-9190-012177145e10'])],
])('%s: nothing to say', (_what, granted) => {
  expect(checkPermissions(granted)).toEqual({});
});

test.each<[what: string, granted: Granted, kind: string]>([
  ['an app with none', app(), 'application'],
  ['an app that may only read', app('UserAuthenticationMethod.Read.All'), 'application'],
  ['a person who may enrol herself alone', person(['UserAuthenticationMethod.ReadWrite']), 'delegated'],
])('%s: the permission is named, of which kind, and where it is granted', (_what, granted, kind) => {
  const { hindrance } = checkPermissions(granted);
  expect(hindrance).toContain(`lacks the ${kind} permission ${ENROL}. `);
  expect(hindrance).toMatch(/App registrations > the app > API permissions > .*grant admin consent$/);
});

test.each<[what: string, granted: Granted, warning: RegExp]>([
  ['a token that cannot be read', { kind: 'unknown' }, /cannot be read/],
  [
    'a person with other roles',
    person([ENROL], ['b79fbf4d-3ef9-4689-8143-76b194e85509']),
    /role Authentication Administrator/,
  ],
  ['the narrower permission', app('UserAuthMethod-HardwareOATH.ReadWrite.All'), /try one row first/],
])('%s: a warning, and no hindrance', (_what, granted, warning) => {
  const found = checkPermissions(granted);
  expect(found.warning).toMatch(warning);
  expect(found.hindrance).toBeUndefined();
});
