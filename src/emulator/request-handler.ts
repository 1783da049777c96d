import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { adminReply, type Admin } from './routes/admin-routes.js';
import { isObject, parseTarget, type Call } from './routes/call.js';
import { deliver } from './trouble/deliver.js';
import type { Fault } from './trouble/faults.js';
import { errorReply, type Correlation } from './graph-error.js';
import type { Graph } from './graph.js';
import type { Reply } from './reply.js';

/** Bodies beyond this are refused, characters. */
const LONGEST_BODY = 4 * 1024 * 1024;

/** An answer ready to be delivered. */
interface Played {
  readonly reply: Reply;
  readonly fault?: Fault | undefined;
  readonly ids: Correlation;
}

/** Takes requests off the wire and puts the answers of the API and of the emulator's own routes on it. */
export function requestHandler(graph: Graph, admin: Admin, now: () => number) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    if (body === undefined) return;
    try {
      const { reply, fault, ids } = await exchange(request, body, graph, admin, now);
      deliver(response, reply, fault, ids);
    } catch (error) {
      // A setting or fault that makes no sense shows here, to whoever set it; the server goes on.
      const text = `emulator: ${String(error)}`;
      response.writeHead(500, { 'Content-Length': Buffer.byteLength(text) }).end(text);
    }
  };
}

async function exchange(
  request: IncomingMessage,
  body: string,
  graph: Graph,
  admin: Admin,
  now: () => number,
): Promise<Played> {
  const ids = correlationOf(request, now());
  const { method = '', url = '', headers } = request;
  const failed = (status: number, message: string) => ({
    ids,
    reply: errorReply(status, 'BadRequest', message, ids),
  });
  if (body.length > LONGEST_BODY) return failed(413, 'The request is too large.');
  const target = parseTarget(url);
  if (target === undefined) return failed(400, 'Malformed path.');

  const json = parseJson(body);
  const { query } = target;
  const [version = '', ...segments] = target.segments;
  if (version === '_emulator') return { ids, reply: adminReply(method, segments, json, ids.nowMs, admin) };
  // Only the beta version has the action.
  if (version !== 'beta')
    return failed(404, `Resource not found for the segment '${segments[0] ?? version}'.`);
  const { authorization } = headers;
  const call = { method, segments, query, authorization, json: isObject(json) ? json : undefined, ids };
  return play(graph, call, admin.world.settings.latencyMs, now);
}

/** Plays one call through: the way there, the judgement, the way back. */
async function play(graph: Graph, call: Call, latencyMs: number, now: () => number): Promise<Played> {
  const fault = graph.faultFor(call);
  const { beforeMs = 0, afterMs = 0 } = fault?.kind === 'latency' ? fault : {};
  if (latencyMs + beforeMs + afterMs === 0) return { reply: graph.answer(call, fault), fault, ids: call.ids };
  await delay(latencyMs / 2 + beforeMs);
  const ids = { ...call.ids, nowMs: now() };
  const reply = graph.answer({ ...call, ids }, fault);
  await delay(latencyMs / 2 + afterMs);
  return { reply, fault, ids };
}

/** A pending delay does not keep the process alive: the server does, until it is closed. */
function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

function correlationOf(request: IncomingMessage, nowMs: number): Correlation {
  const requestId = randomUUID();
  const given = request.headers['client-request-id'];
  return { requestId, clientRequestId: typeof given === 'string' ? given : requestId, nowMs };
}

/** Undefined where the client went away before its body was whole. Stops growing past the longest body. */
function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => (text = text.length > LONGEST_BODY ? text : text + piece));
    request.on('end', () => resolve(text));
    request.on('error', () => resolve(undefined));
  });
}

function parseJson(body: string): unknown {
  if (body === '') return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
