import { beforeEach, expect, test, vi } from 'vitest';
import { createCredential } from '../../src/graph/credentials.js';
import type { AuthMethod } from '../../src/model/auth-method.js';

/** What each credential of the library was made of. */
const made = vi.hoisted(() => [] as unknown[][]);

vi.mock('@azure/identity', () => {
  const named = (name: string) =>
    function (...given: unknown[]): void {
      made.push([name, ...given]);
    };
  return Object.fromEntries(
    [
      'DefaultAzureCredential',
      'AzureCliCredential',
      'DeviceCodeCredential',
      'InteractiveBrowserCredential',
      'ClientSecretCredential',
      'ClientCertificateCredential',
      'ManagedIdentityCredential',
      'WorkloadIdentityCredential',
    ].map((name) => [name, named(name)]),
  );
});

const authorityHost = 'https://login.microsoftonline.us';
const tenantId = 'contoso.example';
const clientId = '87d349ed-44d7-43e1-9a83-5f2406dee5bd';
const NAMED = { AZURE_TENANT_ID: tenantId, AZURE_CLIENT_ID: clientId };

beforeEach(() => {
  made.length = 0;
});

async function madeFor(auth: AuthMethod, env: Record<string, string>, onDeviceCode = vi.fn()) {
  await createCredential({ auth, env, authorityHost, onDeviceCode });
  expect(made).toHaveLength(1);
  return made[0];
}

test.each<[AuthMethod, Record<string, string>, unknown[]]>([
  ['default', NAMED, ['DefaultAzureCredential', { authorityHost }]],
  ['cli', NAMED, ['AzureCliCredential', { tenantId }]],
  ['browser', NAMED, ['InteractiveBrowserCredential', { authorityHost, tenantId, clientId }]],
  [
    'client-secret',
    { ...NAMED, AZURE_CLIENT_SECRET: 'hush' },
    ['ClientSecretCredential', tenantId, clientId, 'hush', { authorityHost }],
  ],
  ['managed-identity', NAMED, ['ManagedIdentityCredential', { clientId }]],
  [
    'workload-identity',
    { ...NAMED, AZURE_FEDERATED_TOKEN_FILE: '/token' },
    ['WorkloadIdentityCredential', { authorityHost, tenantId, clientId, tokenFilePath: '/token' }],
  ],
])('--auth %s is made of what the environment says', async (auth, env, args) => {
  expect(await madeFor(auth, env)).toStrictEqual(args);
});

test.each<[AuthMethod, unknown[]]>([
  ['cli', ['AzureCliCredential', {}]],
  ['browser', ['InteractiveBrowserCredential', { authorityHost }]],
  ['managed-identity', ['ManagedIdentityCredential', {}]],
])('--auth %s is told of nothing that is not set: a name without a value would count', async (auth, args) => {
  expect(await madeFor(auth, { AZURE_TENANT_ID: '' })).toStrictEqual(args);
});

test('a device code is shown to whoever asked', async () => {
  const onDeviceCode = vi.fn();
  const args = await madeFor('device-code', NAMED, onDeviceCode);
  expect(args).toMatchObject(['DeviceCodeCredential', { authorityHost, tenantId, clientId }]);
  const { userPromptCallback } = args![1] as { userPromptCallback: (info: object) => void };
  userPromptCallback({ message: 'enter ABC at …', userCode: 'ABC' });
  expect(onDeviceCode).toHaveBeenCalledExactlyOnceWith('enter ABC at …');
});

const certificatePath = '/app.pem';
const CERTIFICATE = { ...NAMED, AZURE_CLIENT_CERTIFICATE_PATH: certificatePath };

test('a certificate may have a password', async () => {
  const options = { authorityHost, sendCertificateChain: false };
  const app = ['ClientCertificateCredential', tenantId, clientId];
  expect(await madeFor('certificate', CERTIFICATE)).toStrictEqual([...app, { certificatePath }, options]);
  made.length = 0;
  expect(
    await madeFor('certificate', { ...CERTIFICATE, AZURE_CLIENT_CERTIFICATE_PASSWORD: 'hush' }),
  ).toStrictEqual([...app, { certificatePath, certificatePassword: 'hush' }, options]);
});

test.each([
  ['1', true],
  ['true', true],
  ['TRUE', true],
  ['', false],
  ['0', false],
  ['10', false],
  ['untrue', false],
])(
  'the chain of a certificate is sent for AZURE_CLIENT_SEND_CERTIFICATE_CHAIN=%s: %s',
  async (text, isSent) => {
    const args = await madeFor('certificate', { ...CERTIFICATE, AZURE_CLIENT_SEND_CERTIFICATE_CHAIN: text });
    expect(args?.[4]).toMatchObject({ sendCertificateChain: isSent });
  },
);
