import { describe, expect, test } from 'vitest';
import type { Ask } from '../../src/model/answer.js';
import { graphAt, row } from './make.js';
import { json, serve } from './server.js';

const TOKENS: Ask = { kind: 'user_tokens', row: row() };
const INVENTORY: Ask = { kind: 'inventory', row: row() };

const nested = {
  id: 'aad49556',
  createdDateTime: '2026-11-24T14:00:00Z',
  device: {
    id: 'aad49556',
    displayName: 'Amy Masters Token',
    serialNumber: 'TOTP123456',
    manufacturer: 'Contoso',
    model: 'One',
    secretKey: null,
    timeIntervalInSeconds: 30,
    status: 'activated',
    hashFunction: 'hmacsha1',
    assignedTo: { id: '0cadbf92', displayName: 'Amy Masters' },
  },
};

const amys = {
  serialNumber: 'TOTP123456',
  status: 'activated',
  assignedToId: '0cadbf92',
  assignedToName: 'Amy Masters',
  intervalS: 30,
};

describe('a look-up', () => {
  test('reads a user’s tokens', async () => {
    const server = await serve((_request, response) => {
      json(response, 200, { value: [nested] }, { 'request-id': 'r1' });
    });
    expect(await graphAt(server.origin).port.ask(TOKENS)).toMatchObject({
      kind: 'answered',
      httpStatus: 200,
      requestId: 'r1',
      devices: [amys],
    });
    expect(server.received).toMatchObject([
      { method: 'GET', url: '/beta/users/amy@contoso.example/authentication/hardwareOathMethods', body: '' },
    ]);
  });

  test('reads the inventory, flat or nested, whatever Graph leaves open', async () => {
    const free = { serialNumber: 'TOTP123456', status: 'available', assignedTo: null, secretKey: null };
    const odd = {
      serialNumber: 'X',
      status: 'inTheFuture',
      assignedTo: { id: null },
      timeIntervalInSeconds: null,
    };
    const server = await serve((_request, response) => {
      json(response, 200, { value: [nested.device, nested, free, odd] });
    });
    expect(await graphAt(server.origin).port.ask(INVENTORY)).toMatchObject({
      devices: [
        amys,
        amys,
        { serialNumber: 'TOTP123456', status: 'available', assignedToId: undefined, intervalS: undefined },
        { serialNumber: 'X', status: 'unknown', assignedToId: undefined, intervalS: undefined },
      ],
    });
  });

  test('of a user without tokens is an empty list', async () => {
    const server = await serve((_request, response) => {
      json(response, 200, { value: [] });
    });
    expect(await graphAt(server.origin).port.ask(TOKENS)).toMatchObject({ httpStatus: 200, devices: [] });
  });

  test('that is refused has no list', async () => {
    const server = await serve((_request, response) => {
      json(response, 404, {
        error: { code: 'Request_ResourceNotFound', message: "Resource 'x' does not exist" },
      });
    });
    expect(await graphAt(server.origin).port.ask(TOKENS)).toMatchObject({
      httpStatus: 404,
      errorCode: 'Request_ResourceNotFound',
      devices: undefined,
    });
  });

  test.each([
    ['no JSON', 'surprise'],
    ['a web page', '<html></html>'],
    ['an empty body', ''],
    ['an error', '{"error":{}}'],
    ['an item that names no token', JSON.stringify({ value: [nested, { id: 'x', device: null }] })],
    ['more than is read', `{"value":[],"filler":"${'x'.repeat(2 * 1024 * 1024)}"}`],
  ])('that gets a 200 with %s has no usable answer', async (_what, body) => {
    const server = await serve((_request, response) => {
      response.end(body);
    });
    expect(await graphAt(server.origin).port.ask(TOKENS)).toEqual({
      kind: 'no_answer',
      cause: 'unreadable',
      detail: 'the answer is not the list of tokens that Graph documents',
    });
  });

  test('that is cut off within its body has no usable answer', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"value":[]', () => response.destroy());
    });
    expect(await graphAt(server.origin).port.ask(TOKENS)).toMatchObject({
      kind: 'no_answer',
      cause: 'unreadable',
    });
  });

  test('ends in time although its body drips on', async () => {
    const server = await serve((_request, response) => {
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    });
    const { port } = graphAt(server.origin, { requestTimeoutMs: 200 });
    expect(await port.ask(TOKENS)).toMatchObject({ kind: 'no_answer', cause: 'timeout' });
  });
});

describe('pages', () => {
  test('are asked for one by one, each as a call of its own', async () => {
    const server = await serve(({ url }, response) => {
      const next = `${server.origin}/beta/next?$skiptoken=a%2Bb'c&$filter=x eq 'y'`;
      json(
        response,
        200,
        url.includes('skiptoken') ? { value: [nested] } : { value: [], '@odata.nextLink': next },
      );
    });
    const { port } = graphAt(server.origin);
    const first = await port.ask(TOKENS);
    expect(first).toMatchObject({ httpStatus: 200, devices: [] });
    expect(server.received).toHaveLength(1);
    const page = first.kind === 'answered' ? first.nextPage : undefined;
    expect(page).toBeDefined();
    const second = await port.ask({ ...TOKENS, page });
    expect(second).toMatchObject({ httpStatus: 200, devices: [amys] });
    expect(second).not.toHaveProperty('nextPage');
    const { searchParams } = new URL(server.received[1]!.url, server.origin);
    expect(Object.fromEntries(searchParams)).toEqual({ $skiptoken: "a+b'c", $filter: "x eq 'y'" });
  });

  test('elsewhere are not asked for: the token would go there', async () => {
    const elsewhere = await serve((_request, response) => {
      json(response, 200, { value: [] });
    });
    let link = '';
    const server = await serve((_request, response) => {
      json(response, 200, { value: [], '@odata.nextLink': link });
    });
    const links = [
      `${elsewhere.origin}/beta/next`,
      `${server.origin}/v1.0/next`,
      `${server.origin}/beta/../next`,
      `${server.origin}/beta/https://${new URL(elsewhere.origin).host}/beta/next`,
      `${server.origin}/beta/next?to=https://${new URL(elsewhere.origin).host}/beta/next`,
      '/beta/next',
    ];
    const { port } = graphAt(server.origin);
    for (link of links) {
      const first = await port.ask(INVENTORY);
      if (first.kind === 'no_answer')
        expect(first.detail).toBe('the next page of the list is not on this Graph');
      // What the client would take for a whole URL of its own is caught when it is asked for.
      const page = first.kind === 'answered' ? first.nextPage : undefined;
      const last = page === undefined ? first : await port.ask({ ...INVENTORY, page });
      expect(last).toMatchObject({ kind: 'no_answer', cause: 'unreadable' });
    }
    expect(server.received).toHaveLength(links.length);
    expect(elsewhere.received).toHaveLength(0);
  });
});
