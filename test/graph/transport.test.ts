import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { keepOffProxies, transportBy, type HttpResponse } from '../../src/graph/transport.js';
import { createSend } from '../../src/graph/client.js';
import { Secret } from '../../src/model/secret.js';
import { systemClock } from '../../src/model/clock.js';
import { startMicrosoft, startProxy } from '../support/corporate-network.js';
import { graphAt } from './make.js';
import { serve } from './server.js';

const GRAPH = 'https://graph.microsoft.com/beta';
const CALL = { method: 'GET' as const, headers: {}, signal: new AbortController().signal };

const textOf = ({ body }: HttpResponse): Promise<string> => text(body);

/** One call to Graph in an environment. No CA is named, so it never gets further than the handshake. */
async function callIn(env: Readonly<Record<string, string>>) {
  const bearer = { get: () => new Secret('opaque'), renew: () => undefined };
  const transport = transportBy(env, false);
  const send = createSend({
    apiRoot: GRAPH,
    bearer,
    clock: systemClock,
    requestTimeoutMs: 10_000,
    transport,
  });
  return send({ method: 'GET', path: 'users/amy' });
}

describe('calls to another machine', () => {
  test.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'HTTP_PROXY', 'http_proxy'])(
    'go through the proxy of %s',
    async (name) => {
      const microsoft = await startMicrosoft('http://127.0.0.1:9', { onTestFinished });
      const proxy = await startProxy(microsoft.port, { onTestFinished });
      const trouble = await callIn({ [name]: proxy.url });
      expect([trouble.kind, proxy.tunnels, proxy.inClear]).toEqual([
        'not_sent',
        ['graph.microsoft.com:443'],
        [],
      ]);
      expect(trouble).toMatchObject({
        cause: 'tls',
        detail: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string,
      });
      expect(microsoft.asked).toEqual([]);
    },
  );

  test('go by the first variable that @azure/identity would go by', async () => {
    const microsoft = await startMicrosoft('http://127.0.0.1:9', { onTestFinished });
    const proxy = await startProxy(microsoft.port, { onTestFinished });
    await callIn({
      HTTP_PROXY: 'http://127.0.0.1:9',
      HTTPS_PROXY: proxy.url,
      ALL_PROXY: 'http://127.0.0.1:9',
    });
    expect(proxy.tunnels).toEqual(['graph.microsoft.com:443']);
  });

  test('were surely not sent where the proxy lets nothing through', async () => {
    const proxy = await startProxy(9, { onTestFinished }, 'right');
    expect(await callIn({ HTTPS_PROXY: proxy.url.replace('right', 'wrong') })).toEqual({
      kind: 'not_sent',
      cause: 'connection_refused',
      detail: 'the proxy answered HTTP 407',
    });
  });

  test('were surely not sent where the proxy hangs up, which is asked once', async () => {
    const proxy = await startProxy(9, { onTestFinished });
    expect(await callIn({ HTTPS_PROXY: proxy.url })).toMatchObject({
      kind: 'not_sent',
      detail: expect.stringMatching(/^no way through the proxy: ./) as string,
    });
    expect(proxy.tunnels).toHaveLength(1);
  });

  test('were surely not sent where the proxy’s own certificate is not known, and the advice is given', async () => {
    const other = await startMicrosoft('http://127.0.0.1:9', { onTestFinished });
    expect(await callIn({ HTTPS_PROXY: `https://127.0.0.1:${other.port}` })).toMatchObject({
      kind: 'not_sent',
      cause: 'tls',
      detail: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string,
    });
  });

  test('were surely not sent where there is no proxy', async () => {
    const trouble = await callIn({ HTTPS_PROXY: 'http://amy:hush@127.0.0.1:9' });
    expect(trouble).toMatchObject({ kind: 'not_sent', cause: 'connection_refused' });
    expect(JSON.stringify(trouble)).not.toContain('hush');
  });

  test.each([undefined, '', 'example.com'])('with %j in NO_PROXY all go through it', async (no) => {
    const proxy = await startProxy(9, { onTestFinished });
    const send = transportBy({ HTTPS_PROXY: proxy.url, ...(no !== undefined && { NO_PROXY: no }) }, false);
    await expect(send('https://graph.invalid/', CALL)).rejects.toThrow();
    expect(proxy.tunnels).toEqual(['graph.invalid:443']);
  });

  test('go past it where NO_PROXY says so', async () => {
    const server = await serve((_, response) => void response.end('here'));
    const proxy = await startProxy(9, { onTestFinished });
    const send = transportBy({ HTTPS_PROXY: proxy.url, NO_PROXY: 'example.com,127.0.0.1' }, false);
    expect(await textOf(await send(server.origin, CALL))).toBe('here');
    expect([proxy.tunnels, proxy.inClear]).toEqual([[], []]);
  });
});

describe('every call', () => {
  test('asks for JSON that is not packed, and says who calls', async () => {
    let asked: IncomingHttpHeaders = {};
    const server = await serve(({ headers }, response) => {
      asked = headers;
      response.end();
    });
    await transportBy({}, true)(server.origin, { ...CALL, headers: { authorization: 'Bearer t' } });
    expect(asked).toMatchObject({
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'oath-enroll',
      authorization: 'Bearer t',
    });
  });

  test('is answered with status and headers, each header whole', async () => {
    const server = await serve((_, response) => {
      response.writeHead(429, [
        ['Retry-After', '7'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ] as never);
      response.end();
    });
    const { status, headers } = await transportBy({}, true)(server.origin, CALL);
    expect([status, headers.get('retry-after'), headers.get('set-cookie')]).toEqual([429, '7', 'a=1, b=2']);
  });

  test('goes where it is sent and no further', async () => {
    const server = await serve(({ url }, response) => {
      response.writeHead(url === '/here' ? 307 : 204, { location: '/there' }).end();
    });
    const { status } = await transportBy({}, true)(`${server.origin}/here`, CALL);
    expect(status).toBe(307);
  });
});

describe('calls to this machine', () => {
  test('go straight', async () => {
    const server = await serve((_, response) => void response.end('here'));
    const proxy = await startProxy(9, { onTestFinished });
    const send = transportBy({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url }, true);
    expect(await textOf(await send(server.origin, CALL))).toBe('here');
    expect([proxy.tunnels, proxy.inClear]).toEqual([[], []]);
  });

  test('are kept off the proxies of @azure/identity and the Azure CLI', () => {
    const env: Record<string, string | undefined> = {
      https_proxy: 'http://127.0.0.1:9',
      no_proxy: 'a.example',
    };
    keepOffProxies(env);
    expect(env['NO_PROXY']).toBe('a.example,localhost,127.0.0.1,[::1],169.254.169.254');
    const none: Record<string, string | undefined> = { HTTPS_PROXY: 'http://127.0.0.1:9' };
    keepOffProxies(none);
    expect(none['NO_PROXY']).toBe('localhost,127.0.0.1,[::1],169.254.169.254');
    const without = { NO_PROXY: 'a.example' };
    keepOffProxies(without);
    expect(without).toEqual({ NO_PROXY: 'a.example' });
  });
});

describe('an environment that would let a token go elsewhere is refused before anybody signs in', () => {
  test.each([
    ['HTTPS_PROXY', 'proxy.contoso.com:8080', 'usage'],
    ['HTTPS_PROXY', 'amy:hush@proxy', 'usage'],
    ['https_proxy', 'socks5://hush@127.0.0.1:9', 'usage'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0', 'host'],
    ['AZURE_AUTHORITY_HOST', 'https://login.microsoftonline.com.evil.example', 'host'],
    ['AZURE_AUTHORITY_HOST', 'https://hush@login.microsoftonline.com', 'host'],
    ['AZURE_AUTHORITY_HOST', 'https://login.microsoftonline.com@evil.example', 'host'],
    ['AZURE_AUTHORITY_HOST', 'https://login.microsoftonline.com:8443', 'host'],
    ['AZURE_AUTHORITY_HOST', 'https://login.microsoftonline.com/evil', 'host'],
    ['AZURE_AUTHORITY_HOST', 'https://xn--lgin-4ia.microsoftonline.com', 'host'],
    ['AZURE_AUTHORITY_HOST', 'http://login.microsoftonline.com', 'host'],
    ['AZURE_AUTHORITY_HOST', 'http://127.0.0.1:9', 'host'],
    ['AZURE_AUTHORITY_HOST', 'hush', 'host'],
  ])('%s=%s', (name, value, code) => {
    const begun = (): unknown => graphAt(GRAPH, { env: { [name]: value } });
    expect(begun).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(name) as string }) as Error,
    );
    expect(begun).not.toThrow(/hush/);
  });

  test.each(['https://login.microsoftonline.us', 'https://login.chinacloudapi.cn/', ''])(
    'AZURE_AUTHORITY_HOST=%s is one of Microsoft’s',
    async (authority) => {
      const asked: string[] = [];
      const makeCredential = ({ authorityHost }: { authorityHost: string }): Promise<never> => {
        asked.push(authorityHost);
        return Promise.reject(new Error('nobody'));
      };
      const graph = graphAt(GRAPH, { env: { AZURE_AUTHORITY_HOST: authority }, makeCredential });
      await expect(graph.signIn()).rejects.toThrow();
      expect(asked).toEqual([authority.replace(/\/$/, '') || 'https://login.microsoftonline.com']);
    },
  );

  test('a local Graph is none of its business', () => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0', AZURE_AUTHORITY_HOST: 'https://evil.example' };
    expect(() => graphAt('http://127.0.0.1:9', { env })).not.toThrow();
  });
});
