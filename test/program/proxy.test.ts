import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { ACCESS_TOKEN, basic, CA, startMicrosoft, startProxy } from '../support/corporate-network.js';
import { rollout, test, type Desk } from '../support/desk.js';
import { makeFobs, usersOf } from '../support/fob.js';
import { expectNone } from '../support/leaks.js';
import { serve } from '../graph/server.js';

const SECRET = `hush~${randomUUID()}`;
const FOBS = makeFobs(3, { timeIntervalInSeconds: 60 });

/** The program as an app of the tenant, in an environment of a company. */
async function runOf(desk: Desk, auth: string, env: Readonly<Record<string, string>>, more: string[] = []) {
  await desk.write('ca.pem', CA);
  const rows = rollout(FOBS);
  await desk.write('in.csv', rows);
  const app = { AZURE_TENANT_ID: 'contoso.com', AZURE_CLIENT_ID: randomUUID(), AZURE_CLIENT_SECRET: SECRET };
  const args = ['run', 'in.csv', '--interval', '60', '--auth', auth, '--run-id', 'r1', ...more];
  const exit = await desk.call([...args, '--verbose', '--log', 'run.log'], { env: { ...app, ...env } });
  return { ...exit, codes: rows.slice(1).map((row) => row[2]!) };
}

describe('a whole run behind a proxy and a private CA', { timeout: 60_000 }, () => {
  test.concurrent(
    'signs in and enrols, and the proxy sees tunnels alone',
    async ({ desk, onTestFinished }) => {
      const password = `p@ss/${randomUUID()}`;
      const emulator = await desk.graph(FOBS, { users: usersOf(FOBS) });
      const microsoft = await startMicrosoft(emulator.url, { onTestFinished });
      const proxy = await startProxy(microsoft.port, { onTestFinished }, password);

      const exit = await runOf(desk, 'client-secret', {
        HTTPS_PROXY: proxy.url,
        NODE_EXTRA_CA_CERTS: desk.path('ca.pem'),
      });

      expect([exit.code, (await desk.readRun()).statuses]).toEqual([0, ['enrolled', 'enrolled', 'enrolled']]);
      expect([...new Set(proxy.tunnels)]).toEqual([
        'login.microsoftonline.com:443',
        'graph.microsoft.com:443',
      ]);
      expect([...microsoft.bearers]).toEqual([`Bearer ${ACCESS_TOKEN}`]);
      expect(microsoft.forms.join()).toContain(encodeURIComponent(SECRET));
      expect([proxy.inClear, [...proxy.credentials]]).toEqual([[], [basic(`amy:${password}`)]]);
      const hidden = [ACCESS_TOKEN, SECRET, encodeURIComponent(SECRET), 'assignAndActivate', 'FOB-0001'];
      for (const each of hidden) expect(proxy.seen()).not.toContain(each);
      await expectNone(desk, exit, [
        SECRET,
        ACCESS_TOKEN,
        password,
        encodeURIComponent(password),
        ...exit.codes,
      ]);
    },
  );

  test.concurrent('control: a CA that is not named is not trusted', async ({ desk, onTestFinished }) => {
    const microsoft = await startMicrosoft('http://127.0.0.1:9/beta', { onTestFinished });
    const proxy = await startProxy(microsoft.port, { onTestFinished });

    const exit = await runOf(desk, 'client-secret', { HTTPS_PROXY: proxy.url });

    expect([exit.code, proxy.tunnels.length > 0, microsoft.asked]).toEqual([5, true, []]);
    expect(exit.stdout).toContain('where a private CA signs, NODE_EXTRA_CA_CERTS');
  });

  test.concurrent('asks the machine itself who it is', async ({ desk, onTestFinished }) => {
    const emulator = await desk.graph(FOBS, { users: usersOf(FOBS) });
    const microsoft = await startMicrosoft(emulator.url, { onTestFinished });
    const proxy = await startProxy(microsoft.port, { onTestFinished });
    const expires = Math.floor(Date.now() / 1000) + 3600;
    const body = { access_token: ACCESS_TOKEN, expires_on: String(expires), token_type: 'Bearer' };
    const identity = await serve((_, response) => void response.end(JSON.stringify(body)), {
      onTestFinished,
    });

    const exit = await runOf(desk, 'managed-identity', {
      ...{ ALL_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: desk.path('ca.pem') },
      ...{ IDENTITY_ENDPOINT: `${identity.origin}/msi`, IDENTITY_HEADER: SECRET },
    });

    expect([exit.code, identity.received.length]).toEqual([0, 1]);
    expect([proxy.inClear, [...new Set(proxy.tunnels)]]).toEqual([[], ['graph.microsoft.com:443']]);
    await expectNone(desk, exit, [SECRET, ACCESS_TOKEN]);
  });

  test.concurrent(
    'calls loopback straight, whatever the environment asks for',
    async ({ desk, onTestFinished }) => {
      const emulator = await desk.graph(FOBS, { users: usersOf(FOBS) });
      const proxy = await startProxy(9, { onTestFinished });
      const env = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NODE_USE_ENV_PROXY: '1' };
      const to = ['--graph-url', emulator.url, '--notify', `${emulator.adminUrl}/none`];

      const exit = await runOf(desk, 'client-secret', env, to);

      expect([exit.code, proxy.tunnels, proxy.inClear]).toEqual([0, [], []]);
      expect(exit.stderr).toMatch(/posted to 127\.0\.0\.1:\d+: it answered HTTP 404/);
    },
  );
});
