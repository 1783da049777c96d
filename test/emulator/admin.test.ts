import { describe, expect, test } from 'vitest';
import { startEmulator } from '../../src/emulator/index.js';
import { RequestLog, type RequestLogEntry } from '../../src/emulator/request-log.js';
import {
  ACTIVATE,
  activation,
  AMY,
  ask,
  DEVICES,
  emulate,
  METHODS,
  NOON,
  SEED,
  shown,
  TOKEN,
} from './harness.js';

describe('the emulator’s own routes', () => {
  test('need no bearer, are not throttled, not hit by faults and not logged', async () => {
    const { emulator } = await emulate({
      throttle: { kind: 'window', calls: 1, windowMs: 1e6 },
      faults: [{ fault: { kind: 'cut-before' } }],
    });
    for (let n = 0; n < 3; n++)
      expect((await ask(emulator, 'GET', '/_emulator/tokens', undefined, { Authorization: '' })).status).toBe(
        200,
      );
    expect(emulator.requests()).toEqual([]);
  });

  test('the operator’s eyes: the code that the fob shows, and when it changes', async () => {
    const { emulator } = await emulate();
    const { json } = await ask(emulator, 'GET', `/_emulator/code/${TOKEN.serialNumber}`);
    expect(json).toEqual({
      serialNumber: TOKEN.serialNumber,
      code: shown(NOON),
      changesAt: '2026-11-24T12:00:30.000Z',
    });
    expect((await ask(emulator, 'GET', '/_emulator/code/nope')).status).toBe(404);
  });

  test('faults are added, listed with their hits, and dropped', async () => {
    const { emulator } = await emulate();
    const rule = { when: { path: '/me' }, fault: { kind: 'status', status: 500 } };
    const { ids } = (await ask(emulator, 'POST', '/_emulator/faults', [rule, rule])).json;
    expect((await ask(emulator, 'GET', '/me')).status).toBe(500);
    expect(emulator.faults.list().map(({ id, hits }) => [id, hits])).toEqual([
      [ids[0], 1],
      [ids[1], 0],
    ]);
    await ask(emulator, 'DELETE', `/_emulator/faults/${ids[0]!}`);
    expect((await ask(emulator, 'GET', '/_emulator/faults')).text).not.toContain(`"id":"${ids[0]!}"`);
    await ask(emulator, 'DELETE', '/_emulator/faults');
    expect((await ask(emulator, 'GET', '/me')).status).toBe(200);
    for (const bad of [{}, { fault: { kind: 'fire' } }, { fault: { kind: 'status' } }, '{'])
      expect((await ask(emulator, 'POST', '/_emulator/faults', bad)).status).toBe(400);
  });

  test('a fault that cannot be played is told to whoever meets it, and the server goes on', async () => {
    const { emulator } = await emulate();
    const fault = { kind: 'status', status: 503, headers: { 'bad name': 'x' } };
    await ask(emulator, 'POST', '/_emulator/faults', { times: 1, fault });
    const met = await ask(emulator, 'GET', '/me');
    expect([met.status, met.text.slice(0, 9)]).toEqual([500, 'emulator:']);
    expect((await ask(emulator, 'GET', '/me')).status).toBe(200);
  });

  test('settings are changed whole or not at all; null is a setting’s default', async () => {
    const { emulator } = await emulate();
    const set = async (body: unknown) => (await ask(emulator, 'POST', '/_emulator/settings', body)).status;
    expect(await set({ throttle: { kind: 'window', calls: 1, windowMs: 1e6 }, retryAfter: 'missing' })).toBe(
      200,
    );
    await ask(emulator, 'GET', '/me');
    expect((await ask(emulator, 'GET', '/me')).status).toBe(429);
    expect(await set({ throttle: { kind: 'magic' }, tokenLifeMs: 0 })).toBe(400);
    expect(await set({ speed: 5 })).toBe(400);
    expect(await set({ throttle: null, tokenLifeMs: null })).toBe(200);
    expect((await ask(emulator, 'GET', '/me')).status).toBe(200);
  });

  test('the log can be read and emptied', async () => {
    const { emulator } = await emulate();
    await ask(emulator, 'GET', '/me', undefined, { 'client-request-id': 'c1' });
    const logged = JSON.parse((await ask(emulator, 'GET', '/_emulator/requests')).text) as unknown;
    expect(logged).toEqual({
      requests: [
        {
          atMs: NOON,
          method: 'GET',
          path: '/me',
          user: 'me',
          status: 200,
          acted: false,
          early: false,
          clientRequestId: 'c1',
        },
      ],
    });
    expect((await ask(emulator, 'DELETE', '/_emulator/requests')).status).toBe(204);
    expect(emulator.requests()).toEqual([]);
  });
});

describe('the log', () => {
  test('holds no code, seed or bearer, nor does any answer', async () => {
    const { emulator } = await emulate({ tokenLifeMs: 1e6, refusals: 'plain' });
    const bearer = 'eyJSECRETSECRET';
    const secrets = [bearer, SEED, shown(NOON), '918273'];
    const headers = { Authorization: `Bearer ${bearer}` };
    const seen: string[] = [];
    const send = async (method: string, path: string, body?: unknown) => {
      const answer = await ask(emulator, method, path, body, headers);
      seen.push(answer.text + JSON.stringify([...answer.headers]));
    };
    await send('POST', ACTIVATE, { ...activation(NOON), verificationCode: '918273' });
    await send('POST', ACTIVATE, activation(NOON));
    await send('POST', DEVICES, { ...TOKEN, serialNumber: 'N', timeIntervalInSeconds: 30 });
    await send('POST', DEVICES, { ...TOKEN, timeIntervalInSeconds: 30 });
    await send('PATCH', DEVICES, { '@context': '#$delta', value: [{ ...TOKEN, '@contentId': '1' }] });
    await send('POST', '/$batch', {
      requests: [{ id: '1', method: 'POST', url: ACTIVATE, body: activation(NOON) }],
    });
    await send('GET', METHODS);
    await send('GET', DEVICES);
    await send('GET', '/_emulator/tokens');
    await send('GET', '/_emulator/settings');
    seen.push(JSON.stringify(emulator.requests()));
    expect(emulator.requests().length).toBe(9);
    for (const secret of secrets) expect(seen.filter((text) => text.includes(secret))).toEqual([]);
  });

  test('keeps the last calls where it has a limit', () => {
    const log = new RequestLog(3);
    const entry = (atMs: number) => ({ atMs }) as RequestLogEntry;
    for (let at = 1; at <= 11; at++) log.add(entry(at));
    expect(log.entries().map(({ atMs }) => atMs)).toEqual([9, 10, 11]);
  });
});

describe('starting', () => {
  test('users and tokens that make no sense together are named, without a seed', async () => {
    const lost = startEmulator({ tokens: [{ ...TOKEN, assignTo: 'nobody' }] });
    await expect(lost).rejects.toThrow(`token ${TOKEN.serialNumber}: its user nobody is not among the users`);
    await expect(startEmulator({ tokens: [TOKEN, TOKEN] })).rejects.toThrow(
      'another one has its serial number',
    );
    await expect(startEmulator({ users: [AMY, AMY] })).rejects.toThrow('amy@contoso.com');
    const bad = startEmulator({ tokens: [{ ...TOKEN, secretKey: '1-SECRET' }] });
    await expect(bad).rejects.not.toThrow('1-SECRET');
  });

  test('closing breaks hanging calls and frees the port; a taken port is refused', async () => {
    const { emulator } = await emulate({ faults: [{ fault: { kind: 'hang' } }] });
    const port = Number(new URL(emulator.url).port);
    await expect(startEmulator({ port })).rejects.toThrow('EADDRINUSE');
    const hanging = ask(emulator, 'GET', '/me');
    const broken = expect(hanging).rejects.toThrow(TypeError);
    while (emulator.requests().length === 0) await new Promise((resolve) => setImmediate(resolve));
    await emulator.close();
    await broken;
    const again = await startEmulator({ port });
    await again.close();
  });
});
