import {
  createServer as createHttpServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import type { TestContext } from 'vitest';

/** The certificate of a private CA, which nobody trusts unless told. Its own key was thrown away. */
export const CA = `-----BEGIN CERTIFICATE-----
MIIBcjCCARmgAwIBAgICEAAwCgYIKoZIzj0EAwIwHjEcMBoGA1UEAwwTQSBDQSBv
ZiB0aGVzZSB0ZXN0czAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFow
HjEcMBoGA1UEAwwTQSBDQSBvZiB0aGVzZSB0ZXN0czBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABAjdMCVAoi+UYOPLhGqxokgwT/WFSrvkuRROAImMag1NKdLwPvDt
pen4FvwrHZ58iU+aNzBGJiadEkTJwnTAzRKjRTBDMBIGA1UdEwEB/wQIMAYBAf8C
AQAwDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBQBiFVTstk6Wd8B4qO5YxAIFCOl
FzAKBggqhkjOPQQDAgNHADBEAiBlCKEOgjwzxJOA+GjTv4zicv3Y06T7y0DmTe8w
JVKVPgIgPybgwKhOSsGa6X3iCOPRqfieS9vwPB7x1Ua18vVNJR8=
-----END CERTIFICATE-----\n`;

/** Of graph.microsoft.com and login.microsoftonline.com, as that CA has them; nothing but these tests is served with it. */
const CERT = `-----BEGIN CERTIFICATE-----
MIIBzTCCAXOgAwIBAgICEAEwCgYIKoZIzj0EAwIwHjEcMBoGA1UEAwwTQSBDQSBv
ZiB0aGVzZSB0ZXN0czAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFow
HjEcMBoGA1UEAwwTZ3JhcGgubWljcm9zb2Z0LmNvbTBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABDsEQq/6EybVyMA3t0ky+oL9g6kP5IV+6mEolzjKxey61d7X4iLr
t64assYnztyE6W1UBYNDkzdQbCtttTtAlVOjgZ4wgZswOQYDVR0RBDIwMIITZ3Jh
cGgubWljcm9zb2Z0LmNvbYIZbG9naW4ubWljcm9zb2Z0b25saW5lLmNvbTATBgNV
HSUEDDAKBggrBgEFBQcDATAJBgNVHRMEAjAAMB0GA1UdDgQWBBSTxEBHDWGI6nbr
o5fWtDS1mVfrsjAfBgNVHSMEGDAWgBQBiFVTstk6Wd8B4qO5YxAIFCOlFzAKBggq
hkjOPQQDAgNIADBFAiBNQoi2ABbzi0G9+NUyJBJJBmDSDm2t3tFCldk0PJJgrwIh
AI2Zkoz6SSRLZ9K3l8Zj6/t0AVNfzCbCw2y6hxqOulPZ
-----END CERTIFICATE-----`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6gw9rblfY641LDdi
r7heUr7oLnvnOXcz6/AVUBDxS+qhRANCAAQ7BEKv+hMm1cjAN7dJMvqC/YOpD+SF
fuphKJc4ysXsutXe1+Ii67euGrLGJ87chOltVAWDQ5M3UGwrbbU7QJVT
-----END PRIVATE KEY-----`;

/** The access token that the sign-in service of these tests gives. */
export const ACCESS_TOKEN = `opaque-${'x1Y2'.repeat(10)}`;

interface Proxy {
  /** With its credentials, where it wants them. */
  readonly url: string;
  /** `host:port` of every CONNECT, in order. */
  readonly tunnels: readonly string[];
  /** Requests that came in clear, rather than through a tunnel. */
  readonly inClear: readonly string[];
  /** `proxy-authorization` of the CONNECTs. */
  readonly credentials: ReadonlySet<string>;
  /** All that went through it, as it saw it. */
  seen(): string;
}

/**
 * A forward proxy as companies have one: whatever a CONNECT asks for, its tunnel ends at `to`, a server on loopback.
 *
 * @param password asked for, with the user `amy`; 407 without it
 */
export async function startProxy(
  to: number,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  password?: string,
): Promise<Proxy> {
  const tunnels: string[] = [];
  const inClear: string[] = [];
  const credentials = new Set<string>();
  const bytes: Buffer[] = [];
  const server = createHttpServer((request, response) => {
    inClear.push(`${request.method ?? ''} ${request.url ?? ''}`);
    response.writeHead(403).end();
  });
  const wanted = password === undefined ? undefined : basic(`amy:${password}`);
  const sockets = new Set<Socket>();
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    tunnels.push(request.url ?? '');
    const shown = request.headers['proxy-authorization'];
    if (shown !== undefined) credentials.add(shown);
    if (wanted !== undefined && shown !== wanted) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
      return;
    }
    const target = connect(to, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      socket.pipe(target).pipe(socket);
    });
    for (const each of [socket, target]) {
      sockets.add(each);
      each.on('data', (chunk: Buffer) => bytes.push(chunk)).on('error', () => socket.destroy());
    }
  });
  const port = await listen(server);
  onTestFinished(() => {
    sockets.forEach((socket) => socket.destroy());
    server.closeAllConnections();
    server.close();
  });
  const user = password === undefined ? '' : `amy:${encodeURIComponent(password)}@`;
  const seen = (): string => Buffer.concat(bytes).toString('latin1');
  return { url: `http://${user}127.0.0.1:${port}`, tunnels, inClear, credentials, seen };
}

interface Microsoft {
  readonly port: number;
  /** `host method path` of every request that came in, in order. */
  readonly asked: readonly string[];
  /** Bearer tokens that Graph was shown. */
  readonly bearers: ReadonlySet<string>;
  /** Forms that the sign-in service was sent. */
  readonly forms: readonly string[];
}

/**
 * graph.microsoft.com and login.microsoftonline.com over TLS on one port of loopback. Graph's calls go on to `apiRoot`, a
 * local Graph; the sign-in service knows what a client secret needs: discovery, configuration and a token.
 */
export async function startMicrosoft(
  apiRoot: string,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
): Promise<Microsoft> {
  const asked: string[] = [];
  const bearers = new Set<string>();
  const forms: string[] = [];
  const server = createHttpsServer({ key: KEY, cert: CERT }, (request, response) => {
    const { method = '', url = '', headers } = request;
    const host = headers.host ?? '';
    asked.push(`${host} ${method} ${url}`);
    if (host === 'graph.microsoft.com') {
      bearers.add(headers.authorization ?? '');
      request.pipe(
        forward(new URL(url, apiRoot), { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        }),
      );
    } else {
      let form = '';
      request.setEncoding('utf8').on('data', (text: string) => (form += text));
      request.on('end', () => {
        if (form !== '') forms.push(form);
        json(response, signInAnswer(url));
      });
    }
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port, asked, bearers, forms };
}

function signInAnswer(url: string): unknown {
  const authority = 'https://login.microsoftonline.com/contoso.com';
  if (new URL(url, 'https://here').pathname.endsWith('/token')) {
    return { token_type: 'Bearer', expires_in: 3600, ext_expires_in: 3600, access_token: ACCESS_TOKEN };
  }
  if (url.includes('/openid-configuration')) {
    return {
      authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
      token_endpoint: `${authority}/oauth2/v2.0/token`,
      issuer: `${authority}/v2.0`,
      jwks_uri: `${authority}/discovery/v2.0/keys`,
    };
  }
  return {
    tenant_discovery_endpoint: `${authority}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [
      {
        preferred_network: 'login.microsoftonline.com',
        preferred_cache: 'login.windows.net',
        aliases: ['login.microsoftonline.com', 'login.windows.net'],
      },
    ],
  };
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
}

export const basic = (userAndPassword: string): string =>
  `Basic ${Buffer.from(userAndPassword).toString('base64')}`;
