import { describe, expect, test } from 'vitest';
import { AccessTokenSource, type FetchedToken } from '../../src/graph/access-token.js';
import { createHardwareOath } from '../../src/graph/hardware-oath.js';
import { OathEnrollError } from '../../src/model/errors.js';
import { Secret } from '../../src/model/secret.js';
import { activate, ManualClock, sendOn } from './make.js';
import { json, serve } from './server.js';

const HOUR_MS = 3_600_000;

/** A sign-in service whose answers wait until the test gives them: `t1`, `t2` and so on. */
function signInService(clock: ManualClock, lifeMs = HOUR_MS, refreshAfterMs?: number) {
  const pending: { resolve: (token: FetchedToken) => void; reject: (error: Error) => void }[] = [];
  const claimsAsked: (string | undefined)[] = [];
  const source = new AccessTokenSource((claims) => {
    claimsAsked.push(claims);
    return new Promise((resolve, reject) => pending.push({ resolve, reject }));
  }, clock);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    source,
    claimsAsked,
    text: async () => (await source.get()).reveal(),
    give: () => {
      const refreshAtMs = refreshAfterMs === undefined ? undefined : clock.now() + refreshAfterMs;
      const token = new Secret(`t${claimsAsked.length}`);
      pending.shift()!.resolve({ token, expiresAtMs: clock.now() + lifeMs, refreshAtMs });
      return settled();
    },
    refuse: () => {
      pending.shift()!.reject(new OathEnrollError('sign_in', 'not today'));
      return settled();
    },
  };
}

describe('the access token', () => {
  test('is fetched once for all that wait for it, and kept', async () => {
    const service = signInService(new ManualClock());
    const waiting = Promise.all([service.text(), service.text(), service.text()]);
    await service.give();
    expect(await waiting).toEqual(['t1', 't1', 't1']);
    expect(await service.text()).toBe('t1');
    expect(service.claimsAsked).toHaveLength(1);
  });

  test.each([
    ['five minutes before it ends', HOUR_MS, undefined, HOUR_MS - 5 * 60_000],
    ['when the service would like it', HOUR_MS, 20 * 60_000, 20 * 60_000],
  ])('is renewed %s, and nobody waits for that', async (_when, lifeMs, refreshAfterMs, renewedAfterMs) => {
    const clock = new ManualClock();
    const service = signInService(clock, lifeMs, refreshAfterMs);
    const first = service.text();
    await service.give();
    expect(await first).toBe('t1');
    clock.pass(renewedAfterMs - 1);
    expect(await service.text()).toBe('t1');
    expect(service.claimsAsked).toHaveLength(1);
    clock.pass(1);
    expect(await Promise.all([service.text(), service.text()])).toEqual(['t1', 't1']);
    expect(service.claimsAsked).toHaveLength(2);
    await service.give();
    expect(await service.text()).toBe('t2');
  });

  test('serves until it ends while it cannot be renewed, with one try in half a minute', async () => {
    const clock = new ManualClock();
    const service = signInService(clock);
    const first = service.text();
    await service.give();
    await first;
    clock.pass(HOUR_MS - 60_000);
    expect(await service.text()).toBe('t1');
    await service.refuse();
    expect(await service.text()).toBe('t1');
    expect(service.claimsAsked).toHaveLength(2);
    clock.pass(30_000);
    expect(await service.text()).toBe('t1');
    await service.refuse();
    expect(service.claimsAsked).toHaveLength(3);
    clock.pass(30_000);
    const ended = expect(service.text()).rejects.toThrow('not today');
    await service.refuse();
    await ended;
    const again = service.text();
    await service.give();
    expect(await again).toBe('t5');
  });

  test('that lives shorter than the renewal is ahead is not fetched for every call', async () => {
    const clock = new ManualClock();
    const service = signInService(clock, 120_000);
    const first = service.text();
    await service.give();
    await first;
    for (let call = 0; call < 10; call++) await service.text();
    expect(service.claimsAsked).toHaveLength(1);
  });

  test('is renewed once, with the claims, however many report its refusal', async () => {
    const clock = new ManualClock();
    const service = signInService(clock);
    const first = service.text();
    await service.give();
    await first;
    clock.pass(10);
    const sentAt = clock.elapsed();
    clock.pass(50);
    service.source.renew(sentAt, '{"a":1}');
    service.source.renew(sentAt - 5, '{"a":1}');
    const second = service.text();
    await service.give();
    expect(await second).toBe('t2');
    service.source.renew(sentAt, '{"a":1}');
    expect(await service.text()).toBe('t2');
    expect(service.claimsAsked).toEqual([undefined, '{"a":1}']);

    clock.pass(10);
    service.source.renew(clock.elapsed(), undefined);
    const third = service.text();
    await service.give();
    expect(await third).toBe('t3');
    expect(service.claimsAsked).toEqual([undefined, '{"a":1}', undefined]);
  });

  test('keeps its claims in mind while no new one can be fetched', async () => {
    const clock = new ManualClock();
    const service = signInService(clock);
    const first = service.text();
    await service.give();
    await first;
    service.source.renew(clock.elapsed(), '{"a":1}');
    await service.refuse();
    const second = service.text();
    await service.give();
    expect(await second).toBe('t3');
    expect(service.claimsAsked).toEqual([undefined, '{"a":1}', '{"a":1}']);
  });
});

describe('on the wire', () => {
  function portOn(origin: string, fetch: (claims?: string) => Promise<FetchedToken>) {
    const clock = new ManualClock();
    const bearer = new AccessTokenSource(fetch, clock);
    const apiRoot = `${origin}/beta`;
    const send = sendOn(apiRoot, bearer, clock);
    return { clock, port: createHardwareOath(apiRoot, send, bearer) };
  }

  test('many workers whose token is refused go on with one new token', async () => {
    const server = await serve(({ headers }, response) => {
      json(response, headers.authorization === 'Bearer t2' ? 204 : 401, undefined);
    });
    let fetches = 0;
    const { port, clock } = portOn(server.origin, async () => ({
      token: new Secret(`t${++fetches}`),
      expiresAtMs: clock.now() + HOUR_MS,
    }));
    const worker = async (): Promise<unknown> => {
      const sentAt = clock.elapsed();
      const answer = await port.ask(activate());
      clock.pass(1);
      if (answer.kind === 'answered' && answer.httpStatus === 401) port.renewSignIn(sentAt, undefined);
      return port.ask(activate());
    };
    const answers = await Promise.all(Array.from({ length: 8 }, worker));
    expect(answers).toMatchObject(Array.from({ length: 8 }, () => ({ httpStatus: 204 })));
    expect(fetches).toBe(2);
  });

  test('a defect of a sign-in is one, and no row’s trouble', async () => {
    const { port } = portOn('http://127.0.0.1:9', () => Promise.reject(new TypeError('not a function')));
    await expect(port.ask(activate())).rejects.toThrow(TypeError);
  });

  test('nothing is sent where nobody can sign in', async () => {
    const server = await serve((_request, response) => {
      response.end();
    });
    const { port } = portOn(server.origin, () => Promise.reject(new OathEnrollError('sign_in', 'not today')));
    expect(await port.ask(activate())).toEqual({ kind: 'not_sent', cause: 'sign_in', detail: 'not today' });
    expect(server.received).toHaveLength(0);
  });
});
