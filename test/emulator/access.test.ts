import { describe, expect, test } from 'vitest';
import { ACTIVATE, activation, AMY, ask, BOB, DEVICES, emulate, METHODS, NOON } from './harness.js';

describe('401', () => {
  test('without a bearer, and nothing is done', async () => {
    const { emulator } = await emulate();
    for (const Authorization of ['', 'Bearer', 'Basic eDp5']) {
      const answer = await ask(emulator, 'POST', ACTIVATE, activation(NOON), { Authorization });
      expect([answer.status, answer.json.error.code]).toEqual([401, 'InvalidAuthenticationToken']);
    }
    expect(emulator.requests().every((entry) => !entry.acted)).toBe(true);
  });

  test('a bearer is good for its life from its first use; a fresh one is good again', async () => {
    const { emulator, clock } = await emulate({ tokenLifeMs: 60_000 });
    const status = async (bearer: string) =>
      (await ask(emulator, 'GET', '/me', undefined, { Authorization: `Bearer ${bearer}` })).status;
    expect(await status('one')).toBe(200);
    clock.nowMs += 59_999;
    expect(await status('one')).toBe(200);
    clock.nowMs += 1;
    expect(await status('one')).toBe(401);
    expect(await status('two')).toBe(200);
  });

  test('revoked bearers meet a claims challenge, as continuous access evaluation sends it', async () => {
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
    const { emulator } = await emulate({ claims });
    expect((await ask(emulator, 'GET', '/me')).status).toBe(200);
    emulator.revokeBearers();
    const answer = await ask(emulator, 'GET', '/me');
    expect(answer.status).toBe(401);
    const challenge = answer.headers.get('WWW-Authenticate') ?? '';
    expect(challenge).toContain('error="insufficient_claims"');
    const encoded = /claims="([^"]+)"/.exec(challenge)?.[1] ?? '';
    expect(Buffer.from(encoded, 'base64').toString()).toBe(claims);
  });
});

describe('403', () => {
  test('for named users only', async () => {
    const { emulator } = await emulate({ forbidden: { users: [AMY.userPrincipalName] } });
    const answer = await ask(emulator, 'POST', ACTIVATE, activation(NOON));
    expect([answer.status, answer.json.error.code]).toEqual([403, 'accessDenied']);
    expect((await ask(emulator, 'GET', `/users/${AMY.userPrincipalName}`)).status).toBe(200);
    const bobs = METHODS.replace(AMY.userPrincipalName, encodeURIComponent(BOB.userPrincipalName));
    expect((await ask(emulator, 'GET', bobs)).status).toBe(200);
  });

  test('for all users, in Graph’s other wording', async () => {
    const code = 'Authorization_RequestDenied';
    const { emulator } = await emulate({ forbidden: { users: 'all', code } });
    const { status, json } = await ask(emulator, 'GET', METHODS);
    expect([status, json.error.code]).toEqual([403, code]);
    expect(json.error.message).toBe('Insufficient privileges to complete the operation.');
  });

  test('for reading the inventory, for writing it', async () => {
    const { emulator } = await emulate({ forbidden: { directoryReads: true } });
    expect((await ask(emulator, 'GET', DEVICES)).status).toBe(403);
    expect((await ask(emulator, 'POST', DEVICES, {})).status).toBe(400);
    emulator.configure({ forbidden: { directoryWrites: true } });
    expect((await ask(emulator, 'GET', DEVICES)).status).toBe(200);
    expect((await ask(emulator, 'POST', DEVICES, {})).status).toBe(403);
  });
});

test('errors and answers carry Graph’s ids and date; the caller’s own id is echoed', async () => {
  const { emulator } = await emulate();
  const answer = await ask(emulator, 'GET', '/users/nobody', undefined, { 'client-request-id': 'mine-1' });
  const requestId = answer.headers.get('request-id');
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.headers.get('client-request-id')).toBe('mine-1');
  expect(answer.headers.get('date')).toBe('Tue, 24 Nov 2026 12:00:13 GMT');
  expect(answer.json.error.innerError).toEqual({
    date: '2026-11-24T12:00:13',
    'request-id': requestId,
    'client-request-id': 'mine-1',
  });
});
