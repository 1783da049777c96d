import { describe, expect, test } from 'vitest';
import type { RetryAfterForm } from '../../src/emulator/index.js';
import { ACTIVATE, activation, ask, emulate, NOON } from './harness.js';

const ONE_A_MINUTE = { kind: 'window', calls: 1, windowMs: 60_500 } as const;

describe('429', () => {
  test('the documented body and headers, and nothing is done', async () => {
    const { emulator } = await emulate({ throttle: ONE_A_MINUTE });
    await ask(emulator, 'GET', '/me');
    const { status, json, headers } = await ask(emulator, 'POST', ACTIVATE, activation(NOON));
    expect(status).toBe(429);
    expect(json.error).toEqual({
      code: 'TooManyRequests',
      innerError: {
        code: '429',
        date: '2026-11-24T12:00:13',
        message: 'Please retry after',
        'request-id': headers.get('request-id'),
        status: '429',
      },
      message: 'Please retry again later.',
    });
    expect(headers.get('x-ms-throttle-information')).toBe('WriteLimitExceeded');
    expect(headers.get('x-ms-throttle-scope')).toMatch(/^Tenant_Application\//);
    expect(emulator.requests()[1]).toMatchObject({ status: 429, acted: false });
  });

  test.each<[RetryAfterForm, string | null]>([
    ['integer', '61'],
    ['fractional', '60.500'],
    ['http-date', 'Tue, 24 Nov 2026 12:01:14 GMT'],
    ['missing', null],
    ['nonsense', 'soon'],
    ['past', 'Tue, 24 Nov 2026 11:59:13 GMT'],
  ])('Retry-After, %s', async (retryAfter, text) => {
    const { emulator } = await emulate({ throttle: ONE_A_MINUTE, retryAfter });
    await ask(emulator, 'GET', '/me');
    expect((await ask(emulator, 'GET', '/me')).headers.get('retry-after')).toBe(text);
  });

  test('writes alone can be counted', async () => {
    const { emulator } = await emulate({ throttle: ONE_A_MINUTE, throttleCounts: 'writes' });
    await ask(emulator, 'POST', ACTIVATE, {});
    expect((await ask(emulator, 'GET', '/me')).status).toBe(200);
    expect((await ask(emulator, 'POST', ACTIVATE, {})).status).toBe(429);
  });

  test('how full a limit is, is told from 80% on', async () => {
    const { emulator } = await emulate({ throttle: { kind: 'window', calls: 5, windowMs: 1000 } });
    const told: (string | null)[] = [];
    for (let call = 0; call < 6; call++)
      told.push((await ask(emulator, 'GET', '/me')).headers.get('x-ms-throttle-limit-percentage'));
    expect(told).toEqual([null, null, null, '0.80', '1.00', '1']);
  });
});

describe('early calls', () => {
  test('are those before the end of the longest wait that was asked for, and tell the age of the block', async () => {
    const { emulator, clock } = await emulate({ throttle: ONE_A_MINUTE });
    for (const atMs of [0, 100, 130, 61_129, 61_130]) {
      clock.nowMs = NOON + atMs;
      await ask(emulator, 'GET', '/me');
    }
    // Asked last at 130 ms to wait 61 s: the block lasts until 61,130 ms, though the window ends before.
    expect(emulator.requests().map(({ status, early, blockAgeMs }) => [status, early, blockAgeMs])).toEqual([
      [200, false, undefined],
      [429, false, undefined],
      [429, true, 30],
      [200, true, 61_029],
      [429, false, undefined],
    ]);
  });

  test('no readable wait, no block', async () => {
    const { emulator } = await emulate({ throttle: ONE_A_MINUTE, retryAfter: 'nonsense' });
    for (let call = 0; call < 3; call++) await ask(emulator, 'GET', '/me');
    expect(emulator.requests().map(({ status, early }) => [status, early])).toEqual([
      [200, false],
      [429, false],
      [429, false],
    ]);
  });

  test('a wait that a fault asked for counts too', async () => {
    const fault = { kind: 'status', status: 503, retryAfter: '5' } as const;
    const { emulator } = await emulate({ faults: [{ fault, times: 1 }] });
    await ask(emulator, 'GET', '/me');
    await ask(emulator, 'GET', '/me');
    expect(emulator.requests().map(({ status, early }) => [status, early])).toEqual([
      [503, false],
      [200, true],
    ]);
  });
});

describe('$batch', () => {
  const items = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ id: String(n), method: 'GET', url: '/me' }));

  test('each item is throttled by itself, the answers come in another order, the outer status is 200', async () => {
    const { emulator } = await emulate({ throttle: { kind: 'window', calls: 2, windowMs: 10_000 } });
    const { status, json } = await ask(emulator, 'POST', '/$batch', { requests: items(3) });
    expect(status).toBe(200);
    expect(json.responses.map(({ id, status }) => [id, status])).toEqual([
      ['2', 429],
      ['1', 200],
      ['0', 200],
    ]);
    expect(json.responses[0]?.headers['Retry-After']).toBe('10');
    expect(emulator.requests().map(({ path, status }) => [path, status])).toEqual([
      ['/me', 200],
      ['/me', 200],
      ['/me', 429],
      ['/$batch', 200],
    ]);
  });

  test('an activation within it acts', async () => {
    const { emulator } = await emulate();
    const requests = [{ id: 'a', method: 'POST', url: ACTIVATE, body: activation(NOON) }];
    expect((await ask(emulator, 'POST', '/$batch', { requests })).json.responses).toMatchObject([
      { id: 'a', status: 204 },
    ]);
    expect(emulator.tenant.bySerial('00012345')?.view.status).toBe('activated');
  });

  test('20 items and not 21; no id twice; no batch in a batch', async () => {
    const { emulator } = await emulate();
    const send = async (requests: unknown) => ask(emulator, 'POST', '/$batch', { requests });
    expect((await send(items(20))).json.responses).toHaveLength(20);
    expect((await send(items(21))).status).toBe(400);
    expect((await send([...items(1), ...items(1)])).status).toBe(400);
    expect((await send('x')).status).toBe(400);
    const nested = await send([{ id: '1', method: 'POST', url: '/$batch', body: { requests: items(1) } }]);
    expect(nested.json.responses[0]?.status).toBe(404);
  });
});
