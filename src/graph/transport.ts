import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { OathEnrollError, systemCode } from '../model/errors.js';
import { LOOPBACK } from './allowed-host.js';
import type { Environment } from './credentials.js';

/** One call as it leaves. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Ends the call, and the reading of its answer. */
  readonly signal: AbortSignal;
}

/** A status line and its headers. The body is still to be read, or to be destroyed, which it calls an error. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Readable;
}

/** By name in lower case; what came several times is joined by commas (RFC 9110 section 5.3). */
export type HttpHeaders = ReadonlyMap<string, string>;

/** Sends a call once. No redirect is followed. Rejects where no status line came. */
export type Transport = (url: string, request: HttpRequest) => Promise<HttpResponse>;

/** The order in which `@azure/identity` looks at them, so that sign-in and Graph go the same way. */
const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'HTTP_PROXY', 'http_proxy'];

/** This machine, and where a cloud's machine asks who it is (managed identity): a proxy reaches neither. */
const NEVER_BY_PROXY = [...LOOPBACK, '169.254.169.254'];

/**
 * How calls leave this machine: by `undici`, which takes a third of the time of Node's `fetch` and knows proxies on every
 * Node, and is loaded with the first call. Other machines are called over TLS alone, so a proxy sees a CONNECT and nothing
 * of what is said in it.
 *
 * @param isLoopback whether this very machine is called, which no proxy stands before
 * @throws {OathEnrollError} `usage` for a proxy variable that holds no http or https URL
 */
export function transportBy(env: Environment, isLoopback: boolean): Transport {
  const proxy = proxyOf(env);
  const load = async () => {
    const undici = await loadTransport();
    const isStraight = proxy === undefined || isLoopback;
    const dispatcher = isStraight ? new undici.Agent() : proxyAgent(undici, proxy, noProxy(env));
    return { request: undici.request, dispatcher };
  };
  let loaded: ReturnType<typeof load> | undefined;
  return async (url, { method, headers, body, signal }) => {
    loaded ??= load();
    const { request, dispatcher } = await loaded;
    const answer = await request(url, {
      dispatcher,
      // What is not asked for need not be unpacked: a small answer cannot become a huge one.
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'oath-enroll',
        ...headers,
      },
      method,
      body: body ?? null,
      signal,
    });
    return { status: answer.statusCode, headers: headersOf(answer.headers), body: answer.body };
  };
}

/** Takes 130 ms, once: not those of a code that has just come. */
export const loadTransport = (): Promise<Undici> => import('undici');

type Undici = typeof import('undici');

const headersOf = (headers: Dispatcher.ResponseData['headers']): HttpHeaders =>
  new Map(
    Object.entries(headers).map(([name, value = '']) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );

/**
 * Names this machine in `NO_PROXY`, where a proxy is set: what `@azure/identity` and the Azure CLI call goes by
 * that variable alone.
 *
 * @param env is changed
 */
export function keepOffProxies(env: Record<string, string | undefined>): void {
  if (PROXY_VARIABLES.every((name) => (env[name] ?? '') === '')) return;
  env['NO_PROXY'] = [...new Set([...noProxy(env).split(',').filter(Boolean), ...NEVER_BY_PROXY])].join(',');
}

/** The code of a connection that was cut off (`undici`, errors.js). */
const REPEATED = 'UND_ERR_SOCKET';

function proxyAgent({ EnvHttpProxyAgent, Pool }: Undici, proxy: string, bypass: string): Dispatcher {
  /** `undici` repeats a CONNECT that was cut off, hundreds of times a second, unless it fails by another code. */
  class ProxyPool extends Pool {
    override async connect(options: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData> {
      try {
        return await super.connect(options);
      } catch (cause) {
        if (!(cause instanceof Error)) throw cause;
        // Not as its cause, which would tell of a call cut off: no tunnel stood, so the call surely was not sent.
        const error = new Error(`no way through the proxy: ${cause.message}`);
        const code = systemCode(cause);
        throw Object.assign(error, { code: code === REPEATED ? '' : code, syscall: 'connect' });
      }
    }
  }
  return new EnvHttpProxyAgent({
    httpProxy: proxy,
    httpsProxy: proxy,
    noProxy: bypass,
    clientFactory: (origin, options) => new ProxyPool(origin, options),
  });
}

const noProxy = (env: Environment): string =>
  ['NO_PROXY', 'no_proxy'].map((name) => env[name] ?? '').find((text) => text !== '') ?? '';

/** The URL may hold a password: it is shown nowhere. */
function proxyOf(env: Environment): string | undefined {
  const name = PROXY_VARIABLES.find((each) => (env[each] ?? '') !== '');
  if (name === undefined) return undefined;
  const text = env[name] ?? '';
  const isFit = URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
  if (isFit) return text;
  throw new OathEnrollError('usage', `${name} must be a URL such as http://proxy.contoso.com:8080`);
}
