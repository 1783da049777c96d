import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/model/clock.js';
import { activate, CODE, graphAt } from './make.js';
import { json, serve, type TestServer } from './server.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function refusing(status: number, body: unknown, headers = {}): Promise<TestServer> {
  return serve((_request, response) => {
    json(response, status, body, headers);
  });
}

describe('an activation', () => {
  test.each([
    [200, ''],
    [299, ''],
    [300, 'odd'],
    [400, 'odd'],
  ])('answered by %i has the error code %j of its body', async (status, errorCode) => {
    const server = await refusing(status, { error: { code: 'odd', message: 'x' } });
    expect(await graphAt(server.origin).port.ask(activate())).toMatchObject({
      httpStatus: status,
      errorCode,
    });
  });

  test('that is refused for want of permission has no claims to prove', async () => {
    const server = await refusing(403, {}, { 'www-authenticate': 'Bearer claims="eyJhIjoxfQ=="' });
    expect(await graphAt(server.origin).port.ask(activate())).toMatchObject({ claims: undefined });
    const challenge = await refusing(401, {}, { 'www-authenticate': 'Bearer claims="eyJhIjoxfQ=="' });
    expect(await graphAt(challenge.origin).port.ask(activate())).toMatchObject({ claims: '{"a":1}' });
  });

  test('that is refused is told in Graph’s words, be a letter torn in two on the way', async () => {
    const body = Buffer.from('{"error":{"code":"x","message":"Größe 🏔"}}');
    const server = await serve((_request, response) => {
      response.writeHead(400, { 'content-length': body.length });
      const pieces = [...body].map((byte) => Buffer.from([byte]));
      const next = (): void => {
        const piece = pieces.shift();
        if (piece === undefined) response.end();
        else response.write(piece, () => setImmediate(next));
      };
      next();
    });
    expect(await graphAt(server.origin).port.ask(activate())).toMatchObject({ message: 'Größe 🏔' });
  });

  test.each([
    ['', ''],
    [' \r\n ', ''],
    ['  <html>', 'a web page instead of an answer of Graph'],
    ['5 < 6', 'no error of Graph in the answer'],
    ['x<br>', 'no error of Graph in the answer'],
  ])('that is refused with %j says %j', async (body, message) => {
    const server = await serve((_request, response) => void response.writeHead(502).end(body));
    expect(await graphAt(server.origin).port.ask(activate())).toMatchObject({ message });
  });

  test('leaves no timer behind', async () => {
    const server = await serve((_request, response) => void response.writeHead(204).end());
    let timers = 0;
    const clock = {
      ...systemClock,
      at: () => {
        timers += 1;
        return () => (timers -= 1);
      },
    };
    const answer = graphAt(server.origin, { clock }).port.ask(activate());
    await new Promise(setImmediate);
    expect(timers).toBe(1);
    await answer;
    expect(timers).toBe(0);
  });

  test('is one POST of code and serial number, under an id of its own', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(204, { 'request-id': 'b31c83fd', date: 'Tue, 24 Nov 2026 14:00:00 GMT' }).end();
    });
    const { port } = graphAt(server.origin);
    const answer = await port.ask(activate());
    await port.ask(activate({ displayName: 'Amy Masters Token' }));

    expect(answer).toEqual({
      kind: 'answered',
      httpStatus: 204,
      errorCode: '',
      message: '',
      requestId: 'b31c83fd',
      retryAfter: undefined,
      dateMs: Date.UTC(2026, 10, 24, 14),
      throttlePercentage: undefined,
      claims: undefined,
      devices: undefined,
    });
    const [first, second] = server.received;
    expect(first).toMatchObject({
      method: 'POST',
      url: '/beta/users/amy@contoso.example/authentication/hardwareOathMethods/assignAndActivateBySerialNumber',
      headers: { 'content-type': 'application/json', authorization: 'Bearer loopback' },
    });
    expect(JSON.parse(first!.body)).toEqual({ verificationCode: CODE, serialNumber: 'TOTP123456' });
    expect(JSON.parse(second!.body)).toMatchObject({ displayName: 'Amy Masters Token' });
    const ids = server.received.map(({ headers }) => headers['client-request-id'] as string);
    expect(ids.every((id) => UUID.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(2);
  });

  test('uses a connection that is open already', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(204).end();
    });
    const { port } = graphAt(server.origin);
    for (let call = 0; call < 20; call++) await port.ask(activate());
    expect(server.received).toHaveLength(20);
    // A second one opens where the first is a moment late in coming free.
    expect(server.connections()).toBeLessThanOrEqual(3);
  });

  test('is refused with all that Graph says about throttling, and sent once', async () => {
    const server = await refusing(
      429,
      {
        error: {
          code: 'TooManyRequests',
          innerError: {
            code: '429',
            message: 'Please retry after',
            'request-id': 'of-the-body',
            status: '429',
          },
          message: 'Please retry again later.',
        },
      },
      { 'retry-after': '2.128', 'x-ms-throttle-limit-percentage': '1.2', date: 'yesterday' },
    );
    expect(await graphAt(server.origin).port.ask(activate())).toMatchObject({
      httpStatus: 429,
      errorCode: 'TooManyRequests',
      message: 'Please retry again later.',
      requestId: 'of-the-body',
      retryAfter: '2.128',
      throttlePercentage: 1.2,
      dateMs: undefined,
    });
    expect(server.received).toHaveLength(1);
  });

  test.each([408, 500, 502, 503, 504, 509])('is not repeated after a %i', async (status) => {
    const server = await refusing(status, {}, { 'retry-after': '0' });
    expect(await graphAt(server.origin).port.ask(activate())).toMatchObject({
      httpStatus: status,
      retryAfter: '0',
    });
    expect(server.received).toHaveLength(1);
  });

  test.each([301, 302, 303, 307, 308])(
    'is not redirected by a %i: code and token stay here',
    async (status) => {
      const elsewhere = await refusing(204, {});
      const server = await refusing(status, {}, { location: `${elsewhere.origin}/beta/users` });
      const { port } = graphAt(server.origin);
      expect(await port.ask(activate())).toMatchObject({ kind: 'answered', httpStatus: status });
      expect(server.received).toHaveLength(1);
      expect(elsewhere.received).toHaveLength(0);
    },
  );

  test('is refused with the claims of a challenge, decoded', async () => {
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}';
    const challenge = (encoded: string): string =>
      `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", ` +
      `error="insufficient_claims", claims="${encoded}"`;
    const headers = [
      challenge(Buffer.from(claims).toString('base64')),
      challenge(Buffer.from(claims).toString('base64url')),
      challenge(Buffer.from('not json').toString('base64')),
      'Bearer realm=""',
    ];
    const server = await serve((_request, response) => {
      json(response, 401, {}, { 'www-authenticate': headers[server.received.length - 1]! });
    });
    const { port } = graphAt(server.origin);
    const answers = await Promise.all(headers.map(async () => port.ask(activate())));
    expect(answers.map((answer) => answer.kind === 'answered' && answer.claims)).toEqual([
      claims,
      claims,
      undefined,
      undefined,
    ]);
  });
});

describe('the status of an activation stands', () => {
  test.each([
    ['a web page', 502, '<!DOCTYPE html><h1>Bad gateway</h1>', /web page/],
    ['an empty body', 400, '', /^$/],
    ['a body that is no JSON', 403, 'Forbidden', /no error of Graph/],
    ['an error that is none', 400, '{"error":"invalid"}', /no error of Graph/],
    ['odd fields', 400, '{"error":{"code":7,"message":null,"innererror":{"message":"within"}}}', /^within$/],
  ])('with %s', async (_what, status, body, message) => {
    const server = await serve((_request, response) => {
      response.writeHead(status).end(body);
    });
    const answer = await graphAt(server.origin).port.ask(activate());
    expect(answer).toMatchObject({ kind: 'answered', httpStatus: status, errorCode: '' });
    expect(answer.kind === 'answered' && answer.message).toMatch(message);
  });

  test('with a body of which half is missing, with one that never ends, and with one that drips too slowly', async () => {
    const half = await serve((_request, response) => {
      response.writeHead(400, { 'content-length': '1000' });
      response.write('{"error":', () => response.destroy());
    });
    const endless = await serve((_request, response) => {
      response.writeHead(400);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    const slow = await serve((_request, response) => {
      response.writeHead(400);
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    });
    for (const { origin } of [half, endless, slow]) {
      const { port } = graphAt(origin, { requestTimeoutMs: origin === slow.origin ? 200 : 10_000 });
      expect(await port.ask(activate())).toMatchObject({ kind: 'answered', httpStatus: 400, errorCode: '' });
    }
  });

  test('where bytes follow a 204', async () => {
    const raw = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('HTTP/1.1 204 No Content\r\nContent-Length: 900\r\n\r\n{"half'));
    });
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void raw.close());
    const { port } = graphAt(`http://127.0.0.1:${(raw.address() as AddressInfo).port}`);
    expect(await port.ask(activate())).toMatchObject({ kind: 'answered', httpStatus: 204 });
  });
});

test('an answer repeats neither code nor token, nor what a terminal would obey', async () => {
  const server = await serve(({ headers, body }, response) => {
    const echo = `\u001b[31m${headers.authorization} eyJ0eXAi.eyJhdWQi.c2ln\r\n${body}\u202e${'x'.repeat(5_000)}`;
    json(response, 400, { error: { code: `code ${CODE}`, message: echo } }, { 'request-id': `id ${CODE}` });
  });
  const answer = await graphAt(server.origin).port.ask(activate());
  expect(answer).toMatchObject({ kind: 'answered', errorCode: 'code [secret]', requestId: 'id [secret]' });
  const { message } = answer as { message: string };
  expect(message).not.toMatch(/588651|Bearer loopback|eyJ|\p{Cc}|\p{Cf}/u);
  expect(message).toMatch(/^\[31mBearer \[secret\] \[secret\] .*"verificationCode":"\[secret\]".*…$/);
  expect(message.length).toBeLessThanOrEqual(300);
});

describe('a Retry-After', () => {
  const retryAfter = async (header: string) => {
    const server = await refusing(429, {}, { 'retry-after': header });
    return graphAt(server.origin).port.ask(activate());
  };

  test.each(['2.128', '100000', '9'.repeat(400), 'Mon, 02 Nov 2026 09:00:42 GMT'])(
    'that can be obeyed is passed on whole: %s',
    async (header) => expect(await retryAfter(header)).toMatchObject({ retryAfter: header }),
  );

  test('with more digits behind the point is the code all the same', async () => {
    const server = await refusing(429, {}, { 'retry-after': `${CODE}.50` });
    expect(await graphAt(server.origin).port.ask(activate())).toMatchObject({
      retryAfter: String(Number(CODE) + 1),
    });
  });

  test.each(['7 seconds', '7s'])('of %j is no number', async (header) => {
    const server = await refusing(429, {}, { 'retry-after': header });
    expect(await graphAt(server.origin).port.ask(activate())).toMatchObject({ retryAfter: header });
  });

  test('that is the code is obeyed, a second longer', async () => {
    expect(await retryAfter(CODE)).toMatchObject({ retryAfter: String(Number(CODE) + 1) });
  });

  test('of words with a secret in them is no use, and shows none', async () => {
    expect(await retryAfter(`after ${CODE}`)).toMatchObject({ retryAfter: 'after [secret]' });
  });
});
