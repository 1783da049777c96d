import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.js';
import type { Row } from '../../src/model/row.js';
import { graphAt, row } from './make.js';
import { json, serve } from './server.js';

const SEED = 'JBSWY3DPEHPK3PXP';
const PATH = '/beta/directory/authenticationMethodDevices/hardwareOathDevices';

const token = (line: number, over: Partial<Row> = {}): Row =>
  row({
    line,
    serialNumber: `TOTP${line}`,
    user: '',
    proof: { kind: 'seed', seed: new Secret(SEED), hashFunction: 'hmacsha256' },
    maker: { manufacturer: 'Contoso', model: 'HardwareKey' },
    intervalS: 60,
    ...over,
  });

const DEVICE = {
  serialNumber: 'TOTP1',
  manufacturer: 'Contoso',
  model: 'HardwareKey',
  secretKey: SEED,
  timeIntervalInSeconds: 60,
  hashFunction: 'hmacsha256',
};

describe('a token for the inventory', () => {
  test('is one POST with all that is known of it', async () => {
    const server = await serve((_, response) => json(response, 201, { id: 'a', ...DEVICE, secretKey: null }));
    const { port } = graphAt(server.origin);
    const answer = await port.ask({ kind: 'create', row: token(1, { displayName: 'Desk 4' }) });
    expect(answer).toMatchObject({ kind: 'answered', httpStatus: 201 });
    expect(server.received).toMatchObject([{ method: 'POST', url: PATH }]);
    expect(JSON.parse(server.received[0]!.body)).toEqual({ ...DEVICE, displayName: 'Desk 4' });
  });

  test('has its seed told back by nobody', async () => {
    const server = await serve((_, response) =>
      json(response, 400, { error: { code: SEED, message: `${SEED} is no key` } }),
    );
    const { port, createTogether } = graphAt(server.origin);
    const answers = [
      await port.ask({ kind: 'create', row: token(1) }),
      ...(await createTogether([token(1), token(2)])),
    ];
    expect(answers).toHaveLength(3);
    expect(JSON.stringify(answers)).not.toContain(SEED);
  });
});

describe('tokens together', () => {
  const rows = [token(1), token(2), token(3)];
  const told = (value: unknown, status = 201) =>
    serve((_, response) => json(response, status, { '@context': '#$delta', value }));
  const statuses = async (origin: string): Promise<(number | string)[]> =>
    (await graphAt(origin).createTogether(rows)).map((answer) =>
      answer.kind === 'answered' ? answer.httpStatus : answer.cause,
    );

  test('are one PATCH, each under an id of its own', async () => {
    const server = await told([]);
    await graphAt(server.origin).createTogether(rows);
    expect(server.received).toMatchObject([{ method: 'PATCH', url: PATH }]);
    expect(JSON.parse(server.received[0]!.body)).toEqual({
      '@context': '#$delta',
      value: rows.map(({ serialNumber }, at) => ({
        '@contentId': String(at + 1),
        ...DEVICE,
        serialNumber,
      })),
    });
  });

  test.each([200, 201])('are told one by one, in any order, by an answer of %i', async (status) => {
    const refused = { '@contentId': '2', '@Core.DataModificationException': { responseCode: 409 } };
    const server = await told(
      [refused, { '@contentId': '3', id: 'c' }, { '@contentId': 1, id: 'a', serialNumber: 'TOTP1' }],
      status,
    );
    expect(await statuses(server.origin)).toEqual([201, 409, 201]);
  });

  test('are known by their serial numbers where the ids do not come back', async () => {
    const server = await told([{ serialNumber: 'TOTP3' }, { serialNumber: 'TOTP1' }]);
    expect(await statuses(server.origin)).toEqual([201, 'unreadable', 201]);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['something else', { done: true }],
    ['fewer than were asked for', []],
    ['ids of others', [{ '@contentId': '9', id: 'a' }]],
    ['an item that says nothing', [{ '@contentId': '1' }]],
  ])('stay in doubt where the answer is %s', async (_, value) => {
    const server = await told(value);
    expect(await statuses(server.origin)).toEqual(['unreadable', 'unreadable', 'unreadable']);
  });

  test('are not those of another id, and refused without a reason is refused', async () => {
    const server = await told([
      { '@contentId': '9', serialNumber: 'TOTP1', id: 'a' },
      { '@contentId': '2', '@Core.DataModificationException': 'no' },
    ]);
    expect(await statuses(server.origin)).toEqual(['unreadable', 400, 'unreadable']);
  });

  test.each<[number, string]>([
    [400, 'the bulk call was refused (HTTP 400)'],
    [300, 'the bulk call was refused (HTTP 300)'],
    [201, 'the answer to the bulk call is not what Graph documents'],
  ])('stay in doubt after %i, whatever stands in its body, and it is said why', async (status, detail) => {
    const taken = rows.map((_, at) => ({ '@contentId': String(at + 1), id: 'a' }));
    const server = await told(status === 201 ? [] : taken, status);
    expect(await graphAt(server.origin).createTogether(rows)).toEqual(
      rows.map(() => ({ kind: 'no_answer', cause: 'unreadable', detail })),
    );
  });

  test('are taken by any answer of success', async () => {
    const server = await told([{ serialNumber: 'TOTP1' }], 299);
    expect(await statuses(server.origin)).toEqual([201, 'unreadable', 'unreadable']);
  });

  test('stay in doubt where the answer breaks off', async () => {
    const server = await serve((_, response) => {
      response.writeHead(201, { 'content-length': '100' });
      response.write('{"value":[', () => response.destroy());
    });
    expect(await statuses(server.origin)).toEqual(['unreadable', 'unreadable', 'unreadable']);
  });

  test('were surely not created where nobody listens', async () => {
    const { port, createTogether } = graphAt('http://127.0.0.1:9');
    const answers = [await port.ask({ kind: 'create', row: token(1) }), ...(await createTogether(rows))];
    expect(answers).toHaveLength(4);
    for (const answer of answers)
      expect(answer).toMatchObject({ kind: 'not_sent', cause: 'connection_refused' });
  });

  test('have no seed told back, be it one that looks like a word', async () => {
    const short = [1, 2].map((line) =>
      token(line, { proof: { kind: 'seed', seed: new Secret(`SEEDNR${line}X`), hashFunction: 'hmacsha1' } }),
    );
    const server = await serve((_, response) =>
      json(response, 403, { error: { code: 'no', message: 'neither SEEDNR1X nor SEEDNR2X' } }),
    );
    const answers = await graphAt(server.origin).createTogether(short);
    expect(answers).toMatchObject([1, 2].map(() => ({ message: 'neither [secret] nor [secret]' })));
  });

  test.each<[number, number | string]>([
    [429, 429],
    [500, 500],
    [401, 401],
    [403, 403],
    [503, 503],
    [400, 'unreadable'],
    [404, 'unreadable'],
    [405, 'unreadable'],
    [413, 'unreadable'],
  ])('share the answer of a call that failed as a whole: %i', async (status, each) => {
    const server = await serve((_, response) => json(response, status, {}, { 'retry-after': '7' }));
    expect(await statuses(server.origin)).toEqual([each, each, each]);
  });
});
