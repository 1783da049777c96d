import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { Faults, type Fault } from '../../src/emulator/trouble/faults.js';
import { ACTIVATE, activation, ask, DEVICES, emulate, METHODS, NOON } from './harness.js';

async function activateUnder(fault: Fault) {
  const { emulator } = await emulate({ faults: [{ when: { path: 'assignAndActivate' }, fault }] });
  const send = ask(emulator, 'POST', ACTIVATE, activation(NOON));
  return { emulator, send, status: () => emulator.tenant.bySerial('00012345')!.view.status };
}

describe('from the client’s side', () => {
  test.each<[string, Fault, boolean]>([
    ['cut before the tenant acts', { kind: 'cut-before' }, false],
    ['cut after it acted', { kind: 'cut-after' }, true],
    ['truncated: a cut in the answer', { kind: 'truncated' }, true],
  ])('%s: the call fails without an answer', async (_, fault, acted) => {
    const { emulator, send, status } = await activateUnder(fault);
    await expect(send).rejects.toThrow(TypeError);
    expect(status()).toBe(acted ? 'activated' : 'available');
    expect(emulator.requests()[0]).toMatchObject({ acted, fault: fault.kind });
  });

  test('truncated in the middle of a body: the status arrives, the body does not', async () => {
    const { emulator } = await emulate({ faults: [{ fault: { kind: 'truncated' } }] });
    const response = await fetch(emulator.url + DEVICES, { headers: { Authorization: 'Bearer x' } });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow(TypeError);
  });

  test.each([true, false])('hang, acts %s: no answer comes, until the client gives up', async (acts) => {
    const { emulator } = await emulate({ faults: [{ fault: { kind: 'hang', acts } }] });
    const client = new AbortController();
    const request = fetch(emulator.url + ACTIVATE, {
      method: 'POST',
      headers: { Authorization: 'Bearer x' },
      body: JSON.stringify(activation(NOON)),
      signal: client.signal,
    });
    const gaveUp = expect(request).rejects.toThrow(/aborted/);
    await vi.waitFor(() => expect(emulator.requests()).toMatchObject([{ acted: acts, status: 0 }]));
    // Later calls are answered meanwhile.
    expect((await ask(emulator, 'GET', '/_emulator/tokens')).status).toBe(200);
    client.abort();
    await gaveUp;
  });

  test.each<[Fault & { kind: 'status' }, boolean]>([
    [{ kind: 'status', status: 500 }, false],
    [{ kind: 'status', status: 502 }, false],
    [{ kind: 'status', status: 503, retryAfter: '2.128' }, false],
    [{ kind: 'status', status: 504, acts: true }, true],
    [{ kind: 'status', status: 509 }, false],
    [{ kind: 'status', status: 429, retryAfter: '1', acts: true }, true],
  ])('%j', async (fault, acted) => {
    const { emulator, send, status } = await activateUnder(fault);
    const answer = await send;
    expect(answer.status).toBe(fault.status);
    expect(answer.headers.get('retry-after')).toBe(fault.retryAfter ?? null);
    expect(status()).toBe(acted ? 'activated' : 'available');
    expect(emulator.requests()[0]).toMatchObject({ status: fault.status, acted });
  });

  test('a redirect, a proxy’s page, a body that is no JSON, an empty one, an empty code', async () => {
    const { emulator } = await emulate();
    const under = async (fault: Fault) => {
      emulator.faults.add({ fault, times: 1 });
      return ask(emulator, 'GET', '/me');
    };
    const moved = await under({ kind: 'status', status: 307, location: 'http://127.0.0.1:9/x' });
    expect([moved.status, moved.headers.get('location')]).toEqual([307, 'http://127.0.0.1:9/x']);
    const page = await under({ kind: 'status', status: 200, body: 'html' });
    expect([page.headers.get('content-type'), page.text.slice(0, 6)]).toEqual(['text/html', '<html>']);
    const text = (await under({ kind: 'status', status: 502, body: 'text' })).text;
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect((await under({ kind: 'status', status: 503, body: 'empty' })).text).toBe('');
    expect((await under({ kind: 'status', status: 429, code: '' })).json.error.code).toBe('');
  });

  test('drip: the answer is whole, and takes its time', async () => {
    const { emulator } = await emulate({ faults: [{ fault: { kind: 'drip', ms: 200 }, times: 1 }] });
    const begun = performance.now();
    expect((await ask(emulator, 'GET', DEVICES)).json.value).toHaveLength(1);
    const slowMs = performance.now() - begun;
    await ask(emulator, 'GET', DEVICES);
    expect(slowMs).toBeGreaterThanOrEqual(195);
    // Control: without the fault the same call is quicker.
    expect(performance.now() - begun - slowMs).toBeLessThan(slowMs);
  });

  test('latency: the tenant acts after the way there; the answer needs the way back', async () => {
    const { emulator } = await emulate({
      faults: [{ fault: { kind: 'latency', beforeMs: 60, afterMs: 60 } }],
    });
    const begun = performance.now();
    const sent = ask(emulator, 'POST', ACTIVATE, activation(NOON));
    expect(emulator.requests()).toEqual([]);
    expect((await sent).status).toBe(204);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(115);
  });

  test('a fault within a batch: the item says that no answer came', async () => {
    const { emulator } = await emulate({ faults: [{ when: { path: '/me' }, fault: { kind: 'cut-after' } }] });
    const { json } = await ask(emulator, 'POST', '/$batch', {
      requests: [{ id: '1', method: 'GET', url: '/me' }],
    });
    expect(json.responses[0]?.status).toBe(504);
  });
});

describe('which calls are hit', () => {
  const subject = { method: 'GET', path: '/me', serial: 'S1', user: 'me' };
  const fault = { kind: 'cut-before' } as const;

  test('method, path, serial and user must all match', () => {
    const when = { method: 'GET', path: 'me', serial: 'S1', user: 'me' };
    expect(new Faults([{ when, fault }]).pick(subject)).toBe(fault);
    for (const name of ['method', 'path', 'serial', 'user'])
      expect(new Faults([{ when: { ...when, [name]: 'other' }, fault }]).pick(subject)).toBeUndefined();
  });

  test('nth counts matching calls only, beside other rules too; times ends a rule', () => {
    const faults = new Faults([
      { when: { nth: [1, 3] }, fault },
      { when: { nth: 3, method: 'GET' }, fault: { kind: 'cut-after' } },
      { times: 1, fault: { kind: 'hang' } },
    ]);
    const kinds = [1, 2, 3, 4].map(() => faults.pick(subject)?.kind);
    expect(kinds).toEqual(['cut-before', 'hang', 'cut-before', undefined]);
    expect(faults.list().map(({ matched, hits }) => [matched, hits])).toEqual([
      [4, 2],
      [4, 0],
      [4, 1],
    ]);
  });

  test('the same seed gives the same faults, about as many as the probability says', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seed, probability) => {
          const draw = () => {
            const faults = new Faults([{ probability, fault }], seed);
            return Array.from({ length: 1000 }, () => faults.pick(subject) !== undefined);
          };
          expect(draw()).toEqual(draw());
          expect(Math.abs(draw().filter(Boolean).length / 1000 - probability)).toBeLessThan(0.1);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('readers behind writers', () => {
  const status = async (emulator: Parameters<typeof ask>[0], path: string) =>
    (await ask(emulator, 'GET', path)).json.value[0]?.device.status;

  test('by reads: the first two of each token do not see the change', async () => {
    const { emulator } = await emulate({ readLag: { reads: 2 } });
    await ask(emulator, 'POST', ACTIVATE, activation(NOON));
    const seen = [];
    for (let read = 0; read < 3; read++) seen.push(await status(emulator, DEVICES));
    expect(seen).toEqual(['available', 'available', 'activated']);
  });

  test('by time, for the user’s own list too, also when the token is taken away', async () => {
    const { emulator, clock } = await emulate({ readLag: { ms: 1000 } });
    await ask(emulator, 'POST', ACTIVATE, activation(NOON));
    expect(await status(emulator, METHODS)).toBeUndefined();
    clock.nowMs += 1000;
    expect(await status(emulator, METHODS)).toBe('activated');
    await ask(emulator, 'DELETE', `${METHODS}/${emulator.tenant.bySerial('00012345')!.view.id}`);
    expect(await status(emulator, METHODS)).toBe('activated');
    clock.nowMs += 1000;
    expect(await status(emulator, METHODS)).toBeUndefined();
  });

  test('a new token is not there for its first activations: 404', async () => {
    const { emulator } = await emulate({ readLag: { newTokenCalls: 1 } });
    await ask(emulator, 'POST', DEVICES, {
      serialNumber: 'N',
      secretKey: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      manufacturer: 'x',
      model: 'y',
      timeIntervalInSeconds: 30,
    });
    expect((await ask(emulator, 'POST', ACTIVATE, activation(NOON, 'N'))).status).toBe(404);
    expect((await ask(emulator, 'POST', ACTIVATE, activation(NOON, 'N'))).status).toBe(204);
    // Control: a token that was there from the start is found at once.
    expect((await ask(emulator, 'POST', ACTIVATE, activation(NOON))).status).toBe(204);
  });
});
