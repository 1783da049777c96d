import type { Trouble } from '../model/answer.js';
import { oneLine } from './one-line.js';

/** Longest detail that is passed on, in characters. */
const MAX_DETAIL = 300;

/** No certificate of the other side was accepted, or no common protocol found: the request was never written. */
const HANDSHAKE =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|HOSTNAME_MISMATCH|ERR_TLS_CERT_|ERR_SSL_WRONG_VERSION|ERR_SSL_UNSUPPORTED_PROTOCOL|ERR_SSL_.*(HANDSHAKE_FAILURE|ALERT_PROTOCOL_VERSION)$)/;

/** Those of a CA that Node does not know: mostly a proxy's that looks into TLS. */
const UNKNOWN_CA = /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;

const NOT_RESOLVED = /^(ENOTFOUND|EAI_|ENODATA$)/;

const NOT_CONNECTED = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT)$/;

/** A proxy that let nothing through said so before the request was written (`undici`, proxy-agent.js). */
const PROXY_REFUSED = /^Proxy response \((\d{3})\)/;

const TIMED_OUT = /^(UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT|ETIMEDOUT)$/;

/** The connection ended. It may have done so before or after Graph read the request, and nobody can tell which. */
const CUT =
  /^(ECONNRESET|ECONNABORTED|EPIPE|EPROTO|UND_ERR_SOCKET|UND_ERR_CLOSED|UND_ERR_DESTROYED|ERR_SSL_)/;

/**
 * Sorts an error of a call, or of reading what it returned, by what is known of the call's effect. Only what
 * surely happened before the request was written counts as not sent: the rest is looked up, never sent again.
 */
export function troubleOf(error: unknown, timedOut: boolean): Trouble {
  const { code, syscall, message } = rootOf(error);
  const detail = oneLine(message, MAX_DETAIL);
  if (timedOut) return { kind: 'no_answer', cause: 'timeout', detail: 'no whole answer in time' };
  if (NOT_RESOLVED.test(code)) return { kind: 'not_sent', cause: 'name_not_found', detail };
  if (HANDSHAKE.test(code)) {
    const advice = UNKNOWN_CA.test(code) ? ' (NODE_EXTRA_CA_CERTS names a CA of your own)' : '';
    return { kind: 'not_sent', cause: 'tls', detail: detail + advice };
  }
  if (NOT_CONNECTED.test(code) || syscall === 'connect') {
    return { kind: 'not_sent', cause: 'connection_refused', detail };
  }
  const refusedByProxy = PROXY_REFUSED.exec(message)?.[1];
  if (refusedByProxy !== undefined) {
    return {
      kind: 'not_sent',
      cause: 'connection_refused',
      detail: `the proxy answered HTTP ${refusedByProxy}`,
    };
  }
  if (TIMED_OUT.test(code)) return { kind: 'no_answer', cause: 'timeout', detail };
  if (CUT.test(code)) return { kind: 'no_answer', cause: 'reset', detail };
  return { kind: 'no_answer', cause: 'unreadable', detail };
}

interface SystemError {
  readonly code: string;
  readonly syscall: string;
  readonly message: string;
}

/** What failed is its cause, or one of many where a name has several addresses. */
function rootOf(error: unknown): SystemError {
  let root = error;
  for (let depth = 0; depth < 5 && root instanceof Error; depth++) {
    const below: unknown = root instanceof AggregateError ? root.errors[0] : root.cause;
    if (!(below instanceof Error)) break;
    root = below;
  }
  const { code, syscall, message } = (root ?? {}) as Partial<Record<keyof SystemError, unknown>>;
  return { code: asText(code), syscall: asText(syscall), message: asText(message) };
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
