import type { Dispatcher } from 'undici';
import { OathEnrollError, systemCode } from '../model/errors.js';
import { LOOPBACK } from './allowed-host.js';
import type { Environment } from './credentials.js';

/** `fetch`, as far as it is used here. */
export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

/** The order in which `@azure/identity` looks at them, so that sign-in and Graph go the same way. */
const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'HTTP_PROXY', 'http_proxy'];

/** This machine, and where a cloud's machine asks who it is (managed identity): a proxy reaches neither. */
const NEVER_BY_PROXY = [...LOOPBACK, '169.254.169.254'];

/**
 * How calls leave this machine. Node's own `fetch` knows no proxy on Node 20, and on Node 24 sends even loopback to one
 * where `NODE_USE_ENV_PROXY` is set: so where a proxy variable is set, calls go by `undici`, which is loaded only then.
 * Other machines are called over TLS alone, so a proxy sees a CONNECT and nothing of what is said in it.
 *
 * @param isLoopback whether this very machine is called, which no proxy stands before
 * @throws {OathEnrollError} `usage` for a proxy variable that holds no http or https URL
 */
export function fetchBy(env: Environment, isLoopback: boolean): Fetch {
  const proxy = proxyOf(env);
  if (proxy === undefined) return (url, init) => fetch(url, init);
  let loaded: Promise<Fetch> | undefined;
  return async (url, init) => {
    loaded ??= loadFetch(isLoopback ? undefined : proxy, noProxy(env));
    return (await loaded)(url, init);
  };
}

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

async function loadFetch(proxy: string | undefined, bypass: string): Promise<Fetch> {
  const { Agent, EnvHttpProxyAgent, Pool, fetch } = await import('undici');
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
  const dispatcher =
    proxy === undefined
      ? new Agent()
      : new EnvHttpProxyAgent({
          httpProxy: proxy,
          httpsProxy: proxy,
          noProxy: bypass,
          clientFactory: (origin, options) => new ProxyPool(origin, options),
        });
  // Two declarations of one standard: the library's own types and those of Node.
  const send = fetch as unknown as (url: string | URL, init: object) => Promise<Response>;
  return (url, init) => send(url, { ...init, dispatcher });
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
