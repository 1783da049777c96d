import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Fault } from './faults.js';
import type { Correlation } from '../graph-error.js';
import type { Reply } from '../reply.js';

const JSON_TYPE = 'application/json;odata.metadata=minimal;charset=utf-8';
const PIECES = 10;

/** Puts a reply on the wire, or does to the connection what the fault says. */
export function deliver(
  response: ServerResponse,
  reply: Reply,
  fault: Fault | undefined,
  ids: Correlation,
): void {
  const { socket } = response;
  // The client may have given up in the meantime.
  if (socket === null || socket.destroyed) return;
  if (reply.status === 0) {
    if (fault?.kind !== 'hang') socket.resetAndDestroy();
    return;
  }
  const body = typeof reply.body === 'object' ? JSON.stringify(reply.body) : (reply.body ?? '');
  const headers = headersOf(reply, body, ids);
  if (fault?.kind === 'truncated') truncate(socket, reply.status, headers, body);
  else if (fault?.kind === 'drip') drip(socket, message(reply.status, headers) + body, fault.ms / PIECES);
  else response.writeHead(reply.status, headers).end(body);
}

function headersOf(reply: Reply, body: string, ids: Correlation): Record<string, string> {
  const hasBody = reply.status !== 204 && reply.status !== 304;
  return {
    Date: new Date(ids.nowMs).toUTCString(),
    'request-id': ids.requestId,
    'client-request-id': ids.clientRequestId,
    ...(body === '' ? {} : { 'Content-Type': JSON_TYPE }),
    ...(hasBody ? { 'Content-Length': String(Buffer.byteLength(body)) } : {}),
    ...reply.headers,
  };
}

/** The start of an HTTP message as bytes go: for what no well-behaved server does. */
function message(status: number, headers: Record<string, string>): string {
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n`;
}

/** Ends in the middle of the body, or of the head where there is no body. */
function truncate(socket: Socket, status: number, headers: Record<string, string>, body: string): void {
  const head = message(status, headers);
  const sent = body === '' ? head.slice(0, head.length / 2) : head + body.slice(0, body.length / 2);
  socket.end(sent);
}

function drip(socket: Socket, text: string, everyMs: number): void {
  const bytes = Buffer.from(text);
  const size = Math.ceil(bytes.length / PIECES);
  const next = (from: number): void => {
    if (socket.destroyed) return;
    const to = from + size;
    if (to >= bytes.length) return void socket.end(bytes.subarray(from));
    socket.write(bytes.subarray(from, to));
    setTimeout(() => next(to), everyMs).unref();
  };
  setTimeout(() => next(0), everyMs).unref();
}
