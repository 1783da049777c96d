import { describe, expect, test } from 'vitest';
import type { Read } from '../../src/model/read.js';
import { graphAt } from './make.js';
import { json, serve, type Received } from './server.js';

interface Request {
  readonly id: string;
  readonly method: string;
  readonly url: string;
}

const requestsOf = ({ body }: Received): Request[] => (JSON.parse(body) as { requests: Request[] }).requests;

/** A Graph that answers each item of a batch by its URL, in reverse order. */
const serveItems = (answer: (url: string) => object) =>
  serve((request, response) => {
    const responses = requestsOf(request).map(({ id, url }) => ({ id, ...answer(url) }));
    json(response, 200, { responses: responses.reverse() }, { date: 'Tue, 24 Nov 2026 12:00:00 GMT' });
  });

const GLOBAL = 'https://graph.microsoft.com/beta';
const USER: Read = { kind: 'user', user: 'amy#1@contoso.example' };
const TOKENS: Read = { kind: 'user_tokens', user: '$odd@contoso.example' };
const APPS: Read = { kind: 'user_apps', user: 'amy@contoso.example' };
const INVENTORY: Read = { kind: 'inventory', serialNumber: "A'1" };
const POLICY: Read = { kind: 'policy' };

describe('reads that go together', () => {
  test('are one POST to $batch whose items are all GET', async () => {
    const server = await serveItems(() => ({ status: 404 }));
    await graphAt(server.origin).reads.readTogether([USER, TOKENS, APPS, INVENTORY, POLICY]);
    expect(server.received.map(({ method, url }) => [method, url])).toEqual([['POST', '/beta/$batch']]);
    const requests = requestsOf(server.received[0]!);
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'GET', 'GET']);
    expect(requests.map(({ url }) => url)).toEqual([
      '/users/amy%231@contoso.example?$select=id,accountEnabled,userType',
      "/users('%24odd@contoso.example')/authentication/hardwareOathMethods",
      '/users/amy@contoso.example/authentication/methods',
      `/directory/authenticationMethodDevices/hardwareOathDevices?$filter=serialNumber%20eq%20'A''1'`,
      '/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath',
    ]);
  });

  test('are answered each by itself, whatever the order', async () => {
    const server = await serveItems((url) => {
      if (url.includes('$select'))
        return { status: 200, body: { id: 'u1', accountEnabled: false, userType: 'Guest' } };
      if (url.includes('/methods')) {
        const kinds = ['softwareOath', 'microsoftAuthenticator', 'hardwareOath', 'password', 'fido2'];
        const value = kinds.map((kind) => ({
          '@odata.type': `#microsoft.graph.${kind}AuthenticationMethod`,
          id: kind,
        }));
        return { status: 200, body: { value } };
      }
      if (url.includes('policies'))
        return { status: 200, body: { state: 'disabled', includeTargets: [{ id: 'g1' }] } };
      if (url.includes('hardwareOathDevices'))
        return {
          status: 200,
          body: { value: [{ serialNumber: "A'1", status: 'available', timeIntervalInSeconds: 60 }] },
        };
      return {
        status: 429,
        headers: { 'Retry-After': '7', 'request-id': 'r9' },
        body: { error: { code: 'TooManyRequests', message: 'later' } },
      };
    });
    const got = await graphAt(server.origin).reads.readTogether([USER, TOKENS, APPS, INVENTORY, POLICY]);
    expect(got).toMatchObject({
      kind: 'each',
      answers: [
        { found: { kind: 'user', user: { id: 'u1', isEnabled: false, isGuest: true } } },
        {
          answer: {
            httpStatus: 429,
            errorCode: 'TooManyRequests',
            retryAfter: '7',
            requestId: 'r9',
            // The item has none: its Retry-After, if a date, is read against the batch's.
            dateMs: Date.parse('2026-11-24T12:00:00Z'),
          },
        },
        { found: { kind: 'apps', count: 2, nextPage: undefined } },
        { found: { kind: 'tokens', tokens: [{ serialNumber: "A'1", intervalS: 60 }] } },
        { found: { kind: 'policy', policy: { isOn: false, isForAll: false } } },
      ],
    });
  });

  test('whose answers are missing or odd are not read, and the others are', async () => {
    const odd = ['{"id":7}', '{}', '"text"', 'null', '[]'];
    const server = await serve((request, response) => {
      const [, ...others] = requestsOf(request);
      const responses = others.map(({ id }, nth) => ({
        id,
        status: 200,
        body: JSON.parse(odd[nth] ?? '0') as unknown,
      }));
      json(response, 200, {
        responses: [...responses.slice(0, -1), { id: '6', status: 200, body: { id: 'u1' } }],
      });
    });
    const got = await graphAt(server.origin).reads.readTogether([
      USER,
      USER,
      APPS,
      POLICY,
      USER,
      INVENTORY,
      USER,
    ]);
    const answers = got.kind === 'each' ? got.answers : [];
    expect(answers.slice(0, 6).map(({ answer }) => answer)).toMatchObject(
      Array.from({ length: 6 }, () => ({ kind: 'no_answer', cause: 'unreadable' })),
    );
    expect(answers[6]).toMatchObject({
      found: { user: { id: 'u1', isEnabled: undefined, isGuest: undefined } },
    });
  });

  test('a header that no header can be is passed over', async () => {
    const server = await serveItems(() => ({
      status: 429,
      headers: { 'bad name': 'x', 'retry-after': '3' },
    }));
    const got = await graphAt(server.origin).reads.readTogether([USER]);
    expect(got).toMatchObject({ answers: [{ answer: { httpStatus: 429, retryAfter: '3' } }] });
  });

  test('lists go on where Graph says, on this Graph alone', async () => {
    let link = '';
    const server = await serveItems(() => ({ status: 200, body: { value: [], '@odata.nextLink': link } }));
    const { reads } = graphAt(server.origin);
    link = `${server.origin}/beta/next?$skiptoken=a%2Bb`;
    expect(await reads.readTogether([APPS, INVENTORY])).toMatchObject({
      answers: [
        { found: { nextPage: 'next?$skiptoken=a%2Bb' } },
        { found: { nextPage: 'next?$skiptoken=a%2Bb' } },
      ],
    });
    await reads.readTogether([{ ...APPS, page: 'next?$skiptoken=a%2Bb' }]);
    expect(requestsOf(server.received[1]!)[0]!.url).toBe('/next?$skiptoken=a%2Bb');
    link = 'https://elsewhere.example/beta/next';
    expect(await reads.readTogether([APPS, TOKENS, INVENTORY])).toMatchObject({
      answers: [APPS, TOKENS, INVENTORY].map(() => ({ answer: { cause: 'unreadable' } })),
    });
  });

  test.each<[what: string, status: number, body: string, answer: object]>([
    ['refused as a whole', 429, '{"error":{"code":"TooManyRequests"}}', { httpStatus: 429, retryAfter: '5' }],
    ['answered by a page', 200, '<html></html>', { kind: 'no_answer', cause: 'unreadable' }],
    ['answered by no batch', 200, '{"value":[]}', { kind: 'no_answer', cause: 'unreadable' }],
  ])('can be %s', async (_what, status, body, answer) => {
    const server = await serve((_request, response) => {
      response.writeHead(status, { 'retry-after': '5' }).end(body);
    });
    const got = await graphAt(server.origin).reads.readTogether([USER, POLICY]);
    expect(got).toMatchObject({ kind: 'whole', answer });
  });

  test('are surely not made where nobody listens', async () => {
    const got = await graphAt('http://127.0.0.1:9').reads.readTogether([USER]);
    expect(got).toMatchObject({ kind: 'whole', answer: { kind: 'not_sent', cause: 'connection_refused' } });
  });

  test('are not answered by a body that breaks off', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"responses":[', () => response.destroy());
    });
    const got = await graphAt(server.origin).reads.readTogether([USER]);
    expect(got).toMatchObject({ kind: 'whole', answer: { kind: 'no_answer', cause: 'unreadable' } });
    expect(got).not.toMatchObject({ answer: { detail: 'the answer is no batch' } });
  });

  test('say why they are of no use', async () => {
    const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const server = await serve((_request, response) => {
      response.end(
        `{"responses":[{"id":"1","status":200,"body":{}},{"id":"2","status":200,"body":${nested}},{"id":"3","status":200}]}`,
      );
    });
    const got = await graphAt(server.origin).reads.readTogether([USER, USER, USER, USER]);
    expect(got.kind === 'each' ? got.answers.map(({ answer }) => answer) : got).toEqual(
      [
        'the batch holds no answer to this',
        'the answer is not what Graph documents',
        'an answer of the batch is nested without end',
        'the answer is not what Graph documents',
      ].map((detail) => ({ kind: 'no_answer', cause: 'unreadable', detail })),
    );
    const other = await serve((_request, response) => void response.end('{"value":[]}'));
    expect(await graphAt(other.origin).reads.readTogether([USER])).toMatchObject({
      answer: { detail: 'the answer is no batch' },
    });
  });

  test('that are refused without a body are told by their status', async () => {
    const server = await serve((request, response) => {
      const [{ id }] = requestsOf(request) as [Request];
      json(response, 200, { responses: [{ id, status: 404, headers: { 'Content-Type': 'text/plain' } }] });
    });
    const got = await graphAt(server.origin).reads.readTogether([USER]);
    expect(got).toMatchObject({ answers: [{ answer: { httpStatus: 404, errorCode: '', message: '' } }] });
  });

  test('wait for a sign-in, and have it renewed', async () => {
    let fetches = 0;
    const credential = {
      getToken: () => Promise.resolve({ token: `t${++fetches}`, expiresOnTimestamp: Infinity }),
    };
    for (const port of [graphAt(GLOBAL, { credential }).reads, graphAt(GLOBAL, { credential }).port]) {
      const before = fetches;
      const signingIn = port.signingIn();
      expect(signingIn).toBeInstanceOf(Promise);
      expect(await signingIn).toBeUndefined();
      expect(port.signingIn()).toBeUndefined();
      port.renewSignIn(Infinity, undefined);
      await port.signingIn();
      expect(fetches).toBe(before + 2);
    }
  });

  test('what is told back of the bearer is blanked', async () => {
    const server = await serveItems(() => ({
      status: 400,
      headers: { 'request-id': 'Bearer loopback' },
      body: { error: { code: 'loopback', message: 'you sent loopback' } },
    }));
    const got = await graphAt(server.origin).reads.readTogether([USER]);
    expect(JSON.stringify(got)).not.toContain('loopback');
  });
});
