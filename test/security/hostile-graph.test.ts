import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Ask } from '../../src/model/answer.js';
import { activate, graphAt, row } from '../graph/make.js';
import { json, serve } from '../graph/server.js';

const TOKENS: Ask = { kind: 'user_tokens', row: row() };
const DEEP = 100_000;

describe('a Graph that means harm', () => {
  test.each([
    ['lists', '['.repeat(DEEP) + ']'.repeat(DEEP)],
    ['objects', '{"a":'.repeat(DEEP / 2) + '1' + '}'.repeat(DEEP / 2)],
  ])('nests %s without end', async (_, deep) => {
    const bodies = [deep, `{"error":${deep}}`, `{"value":${deep}}`, `{"value":[{"device":${deep}}]}`];
    for (const body of bodies) {
      for (const status of [200, 400]) {
        const server = await serve((_request, response) => void response.writeHead(status).end(body));
        const { port } = graphAt(server.origin);
        expect(['answered', 'no_answer']).toContain((await port.ask(activate())).kind);
        expect(['answered', 'no_answer']).toContain((await port.ask(TOKENS)).kind);
      }
    }
  });

  test('nests the items of a batch without end, which costs those items alone', async () => {
    const deep = '['.repeat(DEEP) + ']'.repeat(DEEP);
    const server = await serve((_request, response) => {
      response.end(`{"responses":[{"id":"0","status":200,"body":${deep}},{"id":"1","status":404}]}`);
    });
    const user = { kind: 'user', user: 'amy@contoso.example' } as const;
    const { answers } = (await graphAt(server.origin).reads.readTogether([user, user])) as {
      answers: readonly { answer: unknown }[];
    };
    expect(answers.map(({ answer }) => answer)).toMatchObject([
      { kind: 'no_answer', cause: 'unreadable' },
      { kind: 'answered', httpStatus: 404 },
    ]);
  });

  test('sends a body that unpacks to a thousand times its size: it is not asked for, and not unpacked', async () => {
    const packed = gzipSync(Buffer.alloc(128 * 2 ** 20, ' '));
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
    });
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    expect(await graphAt(server.origin).port.ask(TOKENS)).toMatchObject({ kind: 'no_answer' });
    const after = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    expect((after - before) / 2 ** 20).toBeLessThan(64);
  });

  test('names members after what every object has', async () => {
    const odd = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":7';
    for (const body of [
      `${odd},"error":${odd},"code":"x"}}`,
      `${odd},"value":[${odd},"serialNumber":"S"}]}`,
    ]) {
      for (const status of [200, 400]) {
        const server = await serve((_request, response) => void response.writeHead(status).end(body));
        await graphAt(server.origin).port.ask(TOKENS);
      }
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test.each(['text/html', 'application/octet-stream', 'nonsense', 'application/json; charset=utf-16'])(
    'says that its answer is %s: what it is decides',
    async (type) => {
      const server = await serve((_request, response) =>
        json(response, 200, { value: [] }, { 'content-type': type }),
      );
      expect(await graphAt(server.origin).port.ask(TOKENS)).toMatchObject({ devices: [] });
    },
  );

  test('sends more headers than anybody needs', async () => {
    const server = await serve((_request, response) => {
      for (let i = 0; i < 1000; i += 1) response.setHeader(`x-${i}`, 'y'.repeat(100));
      response.end('{}');
    });
    expect(await graphAt(server.origin).port.ask(activate())).toMatchObject({ kind: 'no_answer' });
  });

  test('leads a redirect elsewhere: nobody there is told anything', async () => {
    const elsewhere = await serve((_request, response) => void response.end());
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await serve((_request, response) => {
        response.writeHead(status, { location: `${elsewhere.origin}/beta/me` }).end();
      });
      for (const ask of [activate(), TOKENS])
        expect(await graphAt(server.origin).port.ask(ask)).toMatchObject({ httpStatus: status });
    }
    expect(elsewhere.received).toEqual([]);
  });
});
