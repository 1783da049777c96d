import { Readable } from 'node:stream';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { TokenCredential } from '@azure/identity';
import { request, type Dispatcher } from 'undici';
import { createCredential } from '../../src/graph/credentials.js';
import { AUTH_METHODS, type AuthMethod } from '../../src/model/auth-method.js';
import { OathEnrollError } from '../../src/model/errors.js';
import { activate, graphAt } from './make.js';
import { serve } from './server.js';

const loaded = vi.hoisted(() => ({ times: 0 }));
vi.mock('@azure/identity', async (original) => {
  loaded.times++;
  return original();
});

vi.mock('undici', async (original) => {
  const undici = await original<typeof import('undici')>();
  return { ...undici, request: vi.fn(undici.request) };
});

const GLOBAL = 'https://graph.microsoft.com/beta';
const authorityHost = 'https://login.microsoftonline.us';

/** What Graph answers where nothing listens. */
const NO_CONTENT = {
  statusCode: 204,
  headers: {},
  body: Readable.from([]),
} as unknown as Dispatcher.ResponseData;

const APP = {
  AZURE_TENANT_ID: 'contoso.example',
  AZURE_CLIENT_ID: '87d349ed-44d7-43e1-9a83-5f2406dee5bd',
  AZURE_CLIENT_SECRET: 'hunter2hunter2',
  AZURE_CLIENT_CERTIFICATE_PATH: '/nowhere.pem',
  AZURE_FEDERATED_TOKEN_FILE: '/nowhere.jwt',
};

const credentialFor = (auth: AuthMethod, env: Record<string, string>): Promise<TokenCredential> =>
  createCredential({ auth, env, authorityHost, onDeviceCode: () => undefined });

afterEach(() => {
  vi.mocked(request).mockClear();
});

test('nothing loads @azure/identity until a tenant is asked', async () => {
  const server = await serve((_request, response) => {
    response.writeHead(204).end();
  });
  const local = graphAt(server.origin);
  await local.signIn();
  expect(await local.port.ask(activate())).toMatchObject({ httpStatus: 204 });
  graphAt(GLOBAL);
  expect(loaded.times).toBe(0);
  await credentialFor('client-secret', APP);
  expect(loaded.times).toBe(1);
});

describe('a credential', () => {
  test.each([
    ['default', 'DefaultAzureCredential'],
    ['cli', 'AzureCliCredential'],
    ['device-code', 'DeviceCodeCredential'],
    ['browser', 'InteractiveBrowserCredential'],
    ['client-secret', 'ClientSecretCredential'],
    ['certificate', 'ClientCertificateCredential'],
    ['managed-identity', 'ManagedIdentityCredential'],
    ['workload-identity', 'WorkloadIdentityCredential'],
  ] as const)('for --auth %s is a %s', async (auth, name) => {
    expect((await credentialFor(auth, APP)).constructor.name).toBe(name);
  });

  test('is there for every method without a setting, or says which variable it needs', async () => {
    const needed = await Promise.all(
      AUTH_METHODS.map(async (auth) => {
        const error = await credentialFor(auth, { AZURE_CLIENT_SECRET: '' }).catch((cause: unknown) => cause);
        if (!(error instanceof OathEnrollError)) return `${auth}: none`;
        expect(error.code).toBe('sign_in');
        return `${auth}: ${error.message.split(' ').at(-1)}`;
      }),
    );
    expect(needed).toEqual([
      'default: none',
      'cli: none',
      'device-code: none',
      'browser: none',
      'client-secret: AZURE_TENANT_ID',
      'certificate: AZURE_CLIENT_CERTIFICATE_PATH',
      'managed-identity: none',
      'workload-identity: AZURE_TENANT_ID',
    ]);
  });

  test.each([
    ['client-secret', 'AZURE_CLIENT_SECRET'],
    ['client-secret', 'AZURE_CLIENT_ID'],
    ['certificate', 'AZURE_CLIENT_CERTIFICATE_PATH'],
    ['workload-identity', 'AZURE_FEDERATED_TOKEN_FILE'],
  ] as const)('for --auth %s needs %s', async (auth, name) => {
    await expect(credentialFor(auth, { ...APP, [name]: '' })).rejects.toThrow(
      new OathEnrollError('sign_in', `--auth ${auth} needs the environment variable ${name}`),
    );
  });
});

describe('a tenant', () => {
  test('is asked for a token of its cloud before anything is sent', async () => {
    vi.mocked(request).mockResolvedValueOnce(NO_CONTENT);
    const asked: unknown[] = [];
    const makeCredential = (settings: { authorityHost: string }): Promise<TokenCredential> =>
      Promise.resolve({
        getToken: (scope, options) => {
          expect(request).not.toHaveBeenCalled();
          asked.push([settings.authorityHost, scope, options]);
          return Promise.resolve({ token: 'secret-token', expiresOnTimestamp: Infinity });
        },
      });
    const { port, signIn } = graphAt('https://graph.microsoft.us', { makeCredential });
    await signIn();
    await port.ask(activate());
    expect(asked).toEqual([[authorityHost, 'https://graph.microsoft.us/.default', { enableCae: true }]]);
    expect(request).toHaveBeenCalledOnce();
    const [url, init] = vi.mocked(request).mock.calls[0]!;
    expect(url).toMatch(/^https:\/\/graph\.microsoft\.us\/beta\/users\//);
    expect(init).toMatchObject({ headers: { authorization: 'Bearer secret-token' } });
  });

  test('is told the claims of a challenge', async () => {
    vi.mocked(request).mockResolvedValueOnce(NO_CONTENT);
    const asked: unknown[] = [];
    const makeCredential = (): Promise<TokenCredential> =>
      Promise.resolve({
        getToken: (_scope, options) => {
          asked.push(options);
          return Promise.resolve({ token: 'secret-token', expiresOnTimestamp: Infinity });
        },
      });
    const { port, signIn } = graphAt(GLOBAL, { makeCredential });
    await signIn();
    port.renewSignIn(Infinity, '{"a":1}');
    await port.ask(activate());
    expect(asked).toStrictEqual([{ enableCae: true }, { enableCae: true, claims: '{"a":1}' }]);
  });

  test('where nobody can sign in is sent nothing', async () => {
    const makeCredential = (): Promise<TokenCredential> => Promise.reject(new Error('no az here'));
    const { port, signIn } = graphAt(GLOBAL, { auth: 'cli', makeCredential });
    const detail = 'sign-in with --auth cli failed: run "az login" and try again';
    expect(await port.ask(activate())).toEqual({ kind: 'not_sent', cause: 'sign_in', detail });
    await expect(signIn()).rejects.toThrow(new OathEnrollError('sign_in', detail));
    expect(request).not.toHaveBeenCalled();
  });
});

describe('a credential of a program’s own', () => {
  const token = [
    '',
    Buffer.from('{"tid":"t1","appid":"a1","scp":"User.Read"}').toString('base64url'),
    '',
  ].join('.');
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Infinity }) };

  test('signs in, and tells whose limits apply', async () => {
    const { signIn, account } = graphAt(GLOBAL, { credential });
    await signIn();
    expect(await account()).toBe(`${GLOBAL} t1/a1`);
  });

  test('that fails is called that', async () => {
    const fails = { getToken: () => Promise.reject(new Error('out of order')) };
    await expect(graphAt(GLOBAL, { credential: fails }).signIn()).rejects.toThrow(
      'sign-in with the given credential failed: out of order',
    );
  });

  test('control: on this machine nobody signs in, and all is granted', async () => {
    const { granted } = graphAt('http://127.0.0.1:9', { credential });
    expect(await granted()).toEqual({ kind: 'all' });
  });
});

describe('a sign-in that fails says in one line what to do', () => {
  const failure = async (error: Error, auth: AuthMethod = 'client-secret'): Promise<string> => {
    const getToken = (): Promise<never> => Promise.reject(error);
    const { signIn } = graphAt(GLOBAL, { auth, env: APP, makeCredential: async () => ({ getToken }) });
    const thrown = await signIn().catch((cause: unknown) => cause);
    expect(thrown).toMatchObject({ name: 'OathEnrollError', code: 'sign_in' });
    const { message } = thrown as Error;
    expect(message).not.toMatch(/\n| at |hunter2|eyJ/);
    return message;
  };
  const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

  test.each([
    [
      'AADSTS7000215: Invalid client secret provided.\nTrace ID: x',
      /AZURE_CLIENT_SECRET.*\(AADSTS7000215\)$/,
    ],
    ['AADSTS700016: Application not found', /check AZURE_CLIENT_ID/],
    ['AADSTS90002: Tenant not found', /check AZURE_TENANT_ID/],
    ['AADSTS123456789: News', /error\?code=123456789 \(AADSTS123456789\)$/],
    ['getaddrinfo ENOTFOUND login.microsoftonline.com', /cannot be reached/],
    ['ENOENT: no such file, open /nowhere.pem\n at open', /: ENOENT: no such file, open \/nowhere\.pem$/],
    ['wrong: hunter2hunter2 for eyJ0eXAi.eyJh.c2ln', /: wrong: \[secret\] for \[secret\]$/],
    ['', /no reason was given$/],
  ])('%j', async (message, advice) => {
    expect(await failure(named('AuthenticationError', message))).toMatch(advice);
  });

  test('where the default chain found nothing', async () => {
    const error = named(
      'AggregateAuthenticationError',
      'ChainedTokenCredential authentication failed.\nMany lines',
    );
    expect(await failure(error, 'default')).toMatch(/run "az login".*AZURE_/);
  });

  test('control: where somebody was asked, what they said is told', async () => {
    const error = named('AuthenticationUnavailableError', 'the window was closed');
    expect(await failure(error, 'browser')).toMatch(/: the window was closed$/);
    expect(await failure(named('Error', 'the wire was cut'), 'default')).toMatch(/: the wire was cut$/);
  });

  test('without the password of a certificate', async () => {
    const getToken = (): Promise<never> => Promise.reject(new Error('wrong password: hush-hush'));
    const env = { ...APP, AZURE_CLIENT_CERTIFICATE_PASSWORD: 'hush-hush' };
    const { signIn } = graphAt(GLOBAL, {
      auth: 'certificate',
      env,
      makeCredential: async () => ({ getToken }),
    });
    await expect(signIn()).rejects.toThrow(/: wrong password: \[secret\]$/);
  });

  test('where what is thrown is no error', async () => {
    expect(await failure('eyJ0eXAi.eyJh.c2ln' as unknown as Error)).toMatch(/no reason was given$/);
  });

  test('where no token comes', async () => {
    const { signIn } = graphAt(GLOBAL, { makeCredential: async () => ({ getToken: async () => null }) });
    await expect(signIn()).rejects.toThrow(
      expect.objectContaining({ code: 'sign_in', message: '--auth default gave no token' }) as Error,
    );
  });
});
