import { describe, expect, test } from 'vitest';
import { AMY, ask, DEVICES, emulate, SEED, TOKEN, type Json } from './harness.js';

const NEW = {
  serialNumber: 'NEW1',
  secretKey: SEED,
  manufacturer: 'Contoso',
  model: 'M',
  timeIntervalInSeconds: 60,
};
const many = Array.from({ length: 7 }, (_, n) => ({ ...TOKEN, serialNumber: `S${n}` }));

function serialsOf(items: readonly Json[]): string[] {
  return items.map((item) => item.device.serialNumber);
}

describe('reading', () => {
  test('a serial number is found, an apostrophe in it doubled; a near one is not', async () => {
    const { emulator } = await emulate({ tokens: [...many, { ...TOKEN, serialNumber: "S'1" }] });
    const find = async (filter: string) =>
      (await ask(emulator, 'GET', `${DEVICES}?$filter=${encodeURIComponent(filter)}`)).json.value;
    expect(serialsOf(await find("serialNumber eq 'S''1'"))).toEqual(["S'1"]);
    expect(serialsOf(await find("serialNumber eq 'S3'"))).toEqual(['S3']);
    expect(await find("serialNumber eq 'S'")).toEqual([]);
    expect(await find("serialNumber eq 'S3' and status eq 'activated'")).toEqual([]);
    expect(await find("timeIntervalInSeconds eq 30 and status eq 'available'")).toHaveLength(8);
    expect(emulator.requests()[0]?.serial).toBe("S'1");
  });

  test('pages follow each other by nextLink, the last one has none, and nothing is lost or doubled', async () => {
    const { emulator } = await emulate({ tokens: many });
    const serials: string[] = [];
    let path = `${DEVICES}?$top=3&$filter=${encodeURIComponent("manufacturer eq 'Fabrikam'")}`;
    for (let page = 0; page < 3; page++) {
      const { json } = await ask(emulator, 'GET', path);
      serials.push(...serialsOf(json.value));
      expect('@odata.nextLink' in json).toBe(page < 2);
      if (page < 2) path = json['@odata.nextLink'].replace(emulator.url, '');
    }
    expect(serials).toEqual(many.map((token) => token.serialNumber));
  });

  test.each(['0', '1000', 'x', '-1'])('$top=%s is refused', async (top) => {
    const { emulator } = await emulate();
    expect((await ask(emulator, 'GET', `${DEVICES}?$top=${top}`)).status).toBe(400);
  });
});

describe('creating', () => {
  test('201, flat, without the seed', async () => {
    const { emulator } = await emulate();
    const { status, json } = await ask(emulator, 'POST', DEVICES, NEW);
    expect(status).toBe(201);
    expect(json).toMatchObject({
      serialNumber: 'NEW1',
      secretKey: null,
      status: 'available',
      hashFunction: 'hmacsha1',
    });
  });

  test('assigned at once to a user by id', async () => {
    const { emulator } = await emulate();
    const { id } = emulator.tenant.user(AMY.userPrincipalName)!;
    const { json } = await ask(emulator, 'POST', DEVICES, { ...NEW, assignTo: { id } });
    expect(json).toMatchObject({ status: 'assigned', assignedTo: { id, displayName: 'Amy Masters' } });
    expect(
      (await ask(emulator, 'POST', DEVICES, { ...NEW, serialNumber: 'N2', assignTo: { id: 'x' } })).status,
    ).toBe(404);
    expect(emulator.tenant.bySerial('N2')).toBeUndefined();
  });

  test.each([
    ['a seed that is not base32', { secretKey: 'not-base32!' }],
    ['a seed that is too long', { secretKey: 'A'.repeat(129) }],
    ['an interval of 45 s', { timeIntervalInSeconds: 45 }],
    ['a hash of another name', { hashFunction: 'sha1' }],
    ['no model', { model: undefined }],
    ['a serial number that exists', { serialNumber: TOKEN.serialNumber }],
  ])('%s is refused', async (_, change) => {
    const { emulator } = await emulate();
    expect((await ask(emulator, 'POST', DEVICES, { ...NEW, ...change })).status).toBeGreaterThanOrEqual(400);
    expect(emulator.requests()[0]?.acted).toBe(false);
  });

  test('in bulk: each by itself, told by its contentId', async () => {
    const { emulator } = await emulate();
    const value = [
      { ...NEW, '@contentId': '1' },
      { ...NEW, '@contentId': '2', serialNumber: TOKEN.serialNumber },
      { ...NEW, '@contentId': '3', serialNumber: 'NEW3' },
    ];
    const answer = await ask(emulator, 'PATCH', DEVICES, { '@context': '#$delta', value });
    expect(answer.status).toBe(201);
    expect(answer.json.value).toMatchObject([
      { '@contentId': '1', serialNumber: 'NEW1', secretKey: null },
      { '@contentId': '2', '@Core.DataModificationException': { responseCode: 400 } },
      { '@contentId': '3', serialNumber: 'NEW3' },
    ]);
    expect(emulator.tenant.bySerial('NEW3')?.view.timeIntervalInSeconds).toBe(60);
    emulator.configure({ bulkStatus: 200, bulkLimit: 1 });
    expect((await ask(emulator, 'PATCH', DEVICES, { '@context': '#$delta', value })).status).toBe(400);
    expect((await ask(emulator, 'PATCH', DEVICES, { value: [] })).status).toBe(400);
    expect((await ask(emulator, 'PATCH', DEVICES, { '@context': '#$delta', value: [] })).status).toBe(200);
  });
});

describe('changing and removing', () => {
  test('only while nobody has the token', async () => {
    const { emulator } = await emulate({
      tokens: [TOKEN, { ...TOKEN, serialNumber: 'HELD', assignTo: AMY.userPrincipalName }],
    });
    const path = (serial: string) => `${DEVICES}/${emulator.tenant.bySerial(serial)!.view.id}`;
    const free = path(TOKEN.serialNumber);
    expect((await ask(emulator, 'PATCH', free, { hashFunction: 'hmacsha256' })).json.hashFunction).toBe(
      'hmacsha256',
    );
    expect((await ask(emulator, 'PATCH', path('HELD'), { model: 'X' })).status).toBe(400);
    expect((await ask(emulator, 'DELETE', path('HELD'))).status).toBe(400);
    expect((await ask(emulator, 'DELETE', free)).status).toBe(204);
    expect((await ask(emulator, 'DELETE', free)).status).toBe(404);
    expect(emulator.requests().map(({ refusal }) => refusal)).toEqual([
      undefined,
      'token_assigned',
      'token_assigned',
      undefined,
      'unknown_device',
    ]);
  });
});
