import { createServer as createTlsServer } from 'node:https';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loopbackBearer } from '../../src/graph/access-token.js';
import { troubleOf } from '../../src/graph/trouble.js';
import { activate, graphAt, sendOn } from './make.js';
import { serve } from './server.js';

async function portOf(server: Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A port at which nobody listens any more. */
async function deadPort(): Promise<number> {
  const server = createServer();
  const port = await portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a call that surely did not reach Graph', () => {
  test('for nobody listens', async () => {
    const port = await deadPort();
    for (const host of ['127.0.0.1', 'localhost']) {
      expect(await graphAt(`http://${host}:${port}`).port.ask(activate())).toEqual({
        kind: 'not_sent',
        cause: 'connection_refused',
        detail: expect.stringMatching(/^connect ECONNREFUSED/) as string,
      });
    }
  });

  test('for the name is unknown', async () => {
    const send = sendOn('http://nowhere.invalid/beta', loopbackBearer);
    expect(await send({ method: 'GET', path: 'x' })).toMatchObject({
      kind: 'not_sent',
      cause: 'name_not_found',
    });
  });

  test('for the other side speaks no TLS', async () => {
    const server = await serve((_request, response) => {
      response.end();
    });
    const { port } = graphAt(server.origin.replace('http:', 'https:'));
    expect(await port.ask(activate())).toMatchObject({ kind: 'not_sent', cause: 'tls' });
  });

  test('for no cipher is shared', async () => {
    const port = await portOf(createTlsServer({ ciphers: 'aNULL', maxVersion: 'TLSv1.2' }));
    const answer = await graphAt(`https://127.0.0.1:${port}`).port.ask(activate());
    expect(answer).toMatchObject({ kind: 'not_sent', cause: 'tls' });
  });
});

describe('a call that may have reached Graph', () => {
  test('is not sent again by itself when its connection is cut, new or kept alive', async () => {
    const server = await serve((_request, response) => {
      if (server.received.length === 2) response.writeHead(204).end();
      else response.destroy();
    });
    const { port } = graphAt(server.origin);
    const cut = { kind: 'no_answer', cause: 'reset' };
    expect(await port.ask(activate())).toMatchObject(cut);
    expect(await port.ask(activate())).toMatchObject({ httpStatus: 204 });
    expect(await port.ask(activate())).toMatchObject(cut);
    expect(server.received).toHaveLength(3);
  });

  test('runs into its time limit', async () => {
    const server = await serve(() => undefined);
    const { port } = graphAt(server.origin, { requestTimeoutMs: 100 });
    expect(await port.ask(activate())).toMatchObject({ kind: 'no_answer', cause: 'timeout' });
    expect(server.received).toHaveLength(1);
  });

  test('is answered with something that is not HTTP', async () => {
    const port = await portOf(
      createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
      }),
    );
    const answer = await graphAt(`http://127.0.0.1:${port}`).port.ask(activate());
    expect(answer).toMatchObject({ kind: 'no_answer', cause: 'unreadable' });
  });
});

describe('causes that no server of a test can bring about', () => {
  const failed = (code: string, syscall?: string): Error =>
    new TypeError('fetch failed', { cause: Object.assign(new Error(`because ${code}`), { code, syscall }) });

  test.each([
    ['UND_ERR_CONNECT_TIMEOUT', undefined, 'not_sent', 'connection_refused'],
    ['ETIMEDOUT', 'connect', 'not_sent', 'connection_refused'],
    ['EHOSTUNREACH', 'connect', 'not_sent', 'connection_refused'],
    ['EAI_AGAIN', 'getaddrinfo', 'not_sent', 'name_not_found'],
    ['CERT_HAS_EXPIRED', undefined, 'not_sent', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', undefined, 'not_sent', 'tls'],
    ['SELF_SIGNED_CERT_IN_CHAIN', undefined, 'not_sent', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', undefined, 'not_sent', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', undefined, 'not_sent', 'tls'],
    // A TLS alert in the middle of a connection says nothing about the request on it.
    ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', undefined, 'no_answer', 'reset'],
    ['ECONNRESET', 'read', 'no_answer', 'reset'],
    ['EPIPE', 'write', 'no_answer', 'reset'],
    ['ETIMEDOUT', 'read', 'no_answer', 'timeout'],
    ['UND_ERR_HEADERS_TIMEOUT', undefined, 'no_answer', 'timeout'],
    ['SOMETHING_NEW', undefined, 'no_answer', 'unreadable'],
  ])('%s (%s) is %s, %s', (code, syscall, kind, cause) => {
    expect(troubleOf(failed(code, syscall), false)).toEqual({
      kind,
      cause,
      detail: expect.stringMatching(`^because ${code}`) as string,
    });
  });

  test.each([undefined, null, 'text', 7, new AggregateError([])])('%j thrown is no answer', (thrown) => {
    expect(troubleOf(thrown, false)).toMatchObject({ kind: 'no_answer', cause: 'unreadable' });
  });

  test('errors that are each other’s cause come to an end', () => {
    const error = new Error('turtle');
    error.cause = error;
    expect(troubleOf(error, false)).toEqual({ kind: 'no_answer', cause: 'unreadable', detail: 'turtle' });
  });

  test('one that ran out of time says so', () => {
    expect(troubleOf(new Error('aborted'), true)).toEqual({
      kind: 'no_answer',
      cause: 'timeout',
      detail: 'no whole answer in time',
    });
  });

  test('a detail holds no token, though the error repeats a header that was refused', () => {
    const error = new TypeError('Headers.append: "Bearer eyJ0eXAi.eyJh.c2ln\n" is an invalid header value.');
    expect(troubleOf(error, false).detail).toBe('Headers.append: "[secret] " is an invalid header value.');
  });
});
