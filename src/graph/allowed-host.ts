import { OathEnrollError } from '../model/errors.js';

/** An API root that a bearer token may be sent to, and where tokens for it come from. */
export interface AllowedHost {
  /** Scheme, host and path without a slash at the end, e.g. `https://graph.microsoft.com/beta`. */
  readonly apiRoot: string;
  /** No credential is ever asked for a loopback host. */
  readonly isLoopback: boolean;
  /** Where people and apps of this cloud sign in. */
  readonly authorityHost: string;
  readonly scope: string;
  /** What the operator should know before the first call, one line. */
  readonly warning?: string;
}

const GLOBAL_AUTHORITY = 'https://login.microsoftonline.com';

/** Roots of Microsoft Graph and the sign-in service of each cloud (Graph page "National cloud deployments"). */
const AUTHORITIES: ReadonlyMap<string, string> = new Map([
  ['graph.microsoft.com', GLOBAL_AUTHORITY],
  ['graph.microsoft.us', 'https://login.microsoftonline.us'],
  ['dod-graph.microsoft.us', 'https://login.microsoftonline.us'],
  ['microsoftgraph.chinacloudapi.cn', 'https://login.chinacloudapi.cn'],
]);

/** This very machine, as a URL parser writes its names. */
export const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

const ALLOWED = 'https on a host of Microsoft Graph, or http on 127.0.0.1, ::1 or localhost';

/**
 * Reads an API root and refuses every one that is neither Microsoft Graph nor this very machine: whoever answers
 * there is handed a bearer token that may set up second factors for anybody in the tenant.
 *
 * Hosts are compared as the URL parser wrote them, which is also how they are called: `127.1` has become
 * `127.0.0.1`, and `graph.microsoft.com.evil.example` is still itself.
 *
 * @throws {OathEnrollError} `host`
 */
export function allowedHost(graphUrl: string): AllowedHost {
  const url = parse(graphUrl);
  const apiRoot = url.origin + (url.pathname.replace(/\/+$/, '') || '/beta');
  const isLoopback = LOOPBACK.has(url.hostname);
  if (isLoopback && (url.protocol === 'http:' || url.protocol === 'https:')) {
    return { apiRoot, isLoopback, authorityHost: GLOBAL_AUTHORITY, scope: `${url.origin}/.default` };
  }
  const authorityHost = AUTHORITIES.get(url.hostname);
  if (authorityHost === undefined || url.protocol !== 'https:' || url.port !== '') {
    throw new OathEnrollError('host', `no token is sent to ${url.origin}: the Graph URL must be ${ALLOWED}`);
  }
  const host = { apiRoot, isLoopback, authorityHost, scope: `${url.origin}/.default` };
  const warning = warningFor(url.hostname, apiRoot);
  return warning === undefined ? host : { ...host, warning };
}

function parse(graphUrl: string): URL {
  if (!URL.canParse(graphUrl)) {
    throw new OathEnrollError('host', `the Graph URL is not a URL: it must be ${ALLOWED}`);
  }
  const url = new URL(graphUrl);
  // The URL itself stays out of these messages: what stands before an @ may be a password.
  if (url.username !== '' || url.password !== '') {
    throw new OathEnrollError('host', 'the Graph URL must not hold a user name or password');
  }
  if (url.search !== '' || url.hash !== '') {
    throw new OathEnrollError('host', 'the Graph URL must end with its path, without ? and #');
  }
  return url;
}

function warningFor(hostname: string, apiRoot: string): string | undefined {
  if (hostname !== 'graph.microsoft.com') {
    return `Microsoft documents this API for the global cloud only; ${hostname} may not know it`;
  }
  if (!apiRoot.endsWith('/beta')) {
    return `Microsoft documents this API under /beta only; ${apiRoot} may not know it`;
  }
  return undefined;
}
