import { randomUUID } from 'node:crypto';
import {
  Client,
  GraphClientError,
  ResponseType,
  type GraphRequest,
  type Middleware,
} from '@microsoft/microsoft-graph-client';
import type { Clock } from '../model/clock.js';
import { OathEnrollError } from '../model/errors.js';
import type { Secret } from '../model/secret.js';
import type { BearerSource } from './access-token.js';
import type { Trouble } from '../model/answer.js';
import type { HttpHeaders, HttpRequest, HttpResponse, Transport } from './transport.js';
import { troubleOf } from './trouble.js';

/** One HTTP call, its path relative to the API root and encoded already. */
export type HttpCall =
  | { readonly method: 'GET'; readonly path: string }
  | {
      readonly method: 'POST' | 'PATCH';
      readonly path: string;
      readonly body: Readonly<Record<string, unknown>>;
    };

/** A status line and headers, and as much of the body as came. */
export interface Exchange {
  readonly kind: 'exchange';
  readonly status: number;
  readonly headers: HttpHeaders;
  /** The body, or why it is not whole. */
  readonly body: string | Trouble;
  /** The token that the call bore: an answer may tell it back. */
  readonly bearer: Secret;
}

/** Sends one call once. Redirects are answers, and nothing is ever sent again from here. */
export type Send = (call: HttpCall) => Promise<Exchange | Trouble>;

export interface ClientSettings {
  readonly apiRoot: string;
  readonly bearer: BearerSource;
  readonly clock: Clock;
  /** For headers and body together; signing in has its own time. */
  readonly requestTimeoutMs: number;
  readonly transport: Transport;
}

/** More than any answer of these calls needs; the rest of a larger body is not read. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * The Graph client without its retry and redirect handlers: those would send a POST again, call before a
 * Retry-After ends, and hand the bearer token to whatever host a redirect names.
 */
export function createSend({ apiRoot, bearer, clock, requestTimeoutMs, transport }: ClientSettings): Send {
  const client = Client.initWithMiddleware({
    baseUrl: apiRoot,
    defaultVersion: '',
    middleware: onlyLink(apiRoot, transport),
  });
  return async (call) => {
    let token: Secret;
    try {
      token = await bearer.get();
    } catch (error) {
      if (!(error instanceof OathEnrollError)) throw error;
      return { kind: 'not_sent', cause: 'sign_in', detail: error.message };
    }
    const abort = new AbortController();
    const disarm = clock.at(clock.elapsed() + requestTimeoutMs, () => abort.abort());
    try {
      const request = client
        .api(call.path)
        .responseType(ResponseType.RAW)
        .headers({
          // The library's own handler sends no token over plain http, so a local Graph would never see one.
          authorization: `Bearer ${token.reveal()}`,
          // What Microsoft's support asks for, next to `request-id`.
          'client-request-id': randomUUID(),
        })
        .options({ signal: abort.signal });
      const response = (await sent(request, call)) as HttpResponse;
      const body = await readBody(response).catch((error: unknown) => unread(error, abort.signal.aborted));
      return { kind: 'exchange', status: response.status, headers: response.headers, body, bearer: token };
    } catch (error) {
      return troubleOf(causeOf(error), abort.signal.aborted);
    } finally {
      disarm();
    }
  };
}

function sent(request: GraphRequest, call: HttpCall): Promise<unknown> {
  switch (call.method) {
    case 'GET':
      return request.get();
    case 'POST':
      return request.post(call.body);
    case 'PATCH':
      return request.patch(call.body);
  }
}

async function readBody({ body }: HttpResponse): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) break;
  }
  return text + decoder.decode();
}

/** A status came, and then a body that is not whole. */
function unread(error: unknown, timedOut: boolean): Trouble {
  const { cause, detail } = troubleOf(error, timedOut);
  return { kind: 'no_answer', cause: cause === 'timeout' ? cause : 'unreadable', detail };
}

/**
 * The one link of the client's chain. The client takes a path that holds "https://" for a whole URL: no token leaves for any
 * but the API root. And it would drop the cause of a failure, as it rebuilds every error but its own kind.
 */
function onlyLink(apiRoot: string, transport: Transport): Middleware {
  return {
    execute: async (context) => {
      if (typeof context.request !== 'string' || !context.request.startsWith(`${apiRoot}/`)) {
        throw new TypeError('a call would have left the API root');
      }
      try {
        // A raw answer passes through the client as it is.
        const response: unknown = await transport(context.request, context.options as HttpRequest);
        context.response = response as Response;
      } catch (cause) {
        throw GraphClientError.setGraphClientError({ cause });
      }
    },
  };
}

function causeOf(error: unknown): unknown {
  return error instanceof GraphClientError ? (error.customError as { cause: unknown }).cause : error;
}
