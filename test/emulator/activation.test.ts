import { describe, expect, test } from 'vitest';
import {
  ACTIVATE,
  activation,
  AMY,
  ask,
  BOB,
  DEVICES,
  emulate,
  METHODS,
  NOON,
  SEED,
  shown,
  TOKEN,
} from './harness.js';

const PLAIN = { refusals: 'plain' } as const;

describe('assignAndActivateBySerialNumber', () => {
  test('with the code that the token shows: 204 without a body, and the user holds the active token', async () => {
    const { emulator } = await emulate();
    const answer = await ask(emulator, 'POST', ACTIVATE, { ...activation(NOON), displayName: 'Amy’s fob' });
    expect(answer).toMatchObject({ status: 204, text: '' });
    const { device } = (await ask(emulator, 'GET', METHODS)).json.value[0]!;
    expect(device).toMatchObject({ serialNumber: '00012345', status: 'activated', displayName: 'Amy’s fob' });
  });

  test('the signed-in user enrols at /me', async () => {
    const { emulator } = await emulate({ me: BOB.userPrincipalName });
    const path = '/me/authentication/hardwareOathMethods';
    expect(
      (await ask(emulator, 'POST', `${path}/assignAndActivateBySerialNumber`, activation(NOON))).status,
    ).toBe(204);
    expect((await ask(emulator, 'GET', path)).json.value).toHaveLength(1);
    expect((await ask(emulator, 'GET', '/me')).json.userPrincipalName).toBe(BOB.userPrincipalName);
    expect(emulator.requests()[0]).toMatchObject({ user: 'me', serial: '00012345', acted: true });
  });

  test.each([
    ['the current step', 0, 204],
    ['one step back, within the grace', -30, 204],
    ['two steps back', -60, 400],
    ['one step ahead', 30, 400],
  ])('a code of %s', async (_, shiftS, status) => {
    const { emulator } = await emulate();
    expect((await ask(emulator, 'POST', ACTIVATE, activation(NOON + shiftS * 1000))).status).toBe(status);
  });

  test('the grace is counted in steps of the token and can be set', async () => {
    const { emulator, clock } = await emulate({
      graceSteps: 0,
      tokens: [{ ...TOKEN, timeIntervalInSeconds: 60 }],
    });
    const body = { serialNumber: TOKEN.serialNumber, verificationCode: shown(NOON, SEED, 60) };
    clock.nowMs = NOON + 60_000;
    expect((await ask(emulator, 'POST', ACTIVATE, body)).status).toBe(400);
    emulator.configure({ graceSteps: 1 });
    expect((await ask(emulator, 'POST', ACTIVATE, body)).status).toBe(204);
  });

  test('a token that is assigned but not active can be activated by its user alone', async () => {
    const { emulator } = await emulate({ tokens: [{ ...TOKEN, assignTo: BOB.userPrincipalName }] });
    await ask(emulator, 'POST', ACTIVATE, activation(NOON));
    expect(emulator.requests()[0]).toMatchObject({ acted: false, refusal: 'held_by_another' });
    const path = ACTIVATE.replace('amy@contoso.com', encodeURIComponent(BOB.userPrincipalName));
    expect((await ask(emulator, 'POST', path, activation(NOON))).status).toBe(204);
  });

  test('numbers in place of strings, missing fields and no JSON at all: 400, and nothing is done', async () => {
    const { emulator } = await emulate();
    const { serialNumber, verificationCode } = activation(NOON);
    const bad = [
      { serialNumber, verificationCode: 123456 },
      { verificationCode },
      { serialNumber },
      [],
      '{',
      '',
    ];
    for (const body of bad) expect((await ask(emulator, 'POST', ACTIVATE, body)).status).toBe(400);
    expect(emulator.requests().filter((entry) => entry.acted)).toEqual([]);
  });
});

describe('refusals', () => {
  const wrong = { serialNumber: TOKEN.serialNumber, verificationCode: '000000' };
  const guest = { userPrincipalName: 'g_x.com#EXT#@contoso.com', userType: 'Guest' } as const;
  const full = { userPrincipalName: 'full@contoso.com', otherMethods: 5 };
  const world = { users: [AMY, BOB, guest, full] };
  const path = (upn: string) => ACTIVATE.replace('amy@contoso.com', encodeURIComponent(upn));

  async function refuseAll(refusals: 'vague' | 'plain') {
    const { emulator } = await emulate({ ...world, refusals });
    const answers = [
      await ask(emulator, 'POST', ACTIVATE, wrong),
      await ask(emulator, 'POST', ACTIVATE, { ...wrong, serialNumber: '12345' }),
      await ask(emulator, 'POST', path(guest.userPrincipalName), activation(NOON)),
      await ask(emulator, 'POST', path(full.userPrincipalName), activation(NOON)),
    ];
    expect((await ask(emulator, 'POST', ACTIVATE, activation(NOON))).status).toBe(204);
    answers.push(await ask(emulator, 'POST', ACTIVATE, activation(NOON)));
    answers.push(await ask(emulator, 'POST', path(BOB.userPrincipalName), activation(NOON)));
    const causes = emulator.requests().flatMap(({ refusal }) => refusal ?? []);
    return {
      answers: answers.map(({ status, json }) => `${status} ${json.error.code} ${json.error.message}`),
      causes,
    };
  }

  test('vague: six causes, one answer; the log alone tells them apart', async () => {
    const { answers, causes } = await refuseAll('vague');
    expect(new Set(answers).size).toBe(1);
    expect(causes).toEqual([
      'wrong_code',
      'unknown_serial',
      'guest',
      'too_many_methods',
      'already_active',
      'held_by_another',
    ]);
  });

  test('plain: each says what it is', async () => {
    expect(new Set((await refuseAll('plain')).answers).size).toBe(6);
  });

  test.each(['vague', 'plain'] as const)(
    'an unknown user is told as Graph tells it (%s)',
    async (refusals) => {
      const { emulator } = await emulate({ refusals });
      const answer = await ask(emulator, 'POST', path('nobody@contoso.com'), activation(NOON));
      expect(answer.status).toBe(404);
      expect(answer.json.error.code).toBe('Request_ResourceNotFound');
      expect(answer.json.error.message).toContain("Resource 'nobody@contoso.com' does not exist");
    },
  );

  test('five methods at most, and a token of one’s own is not a sixth', async () => {
    const tokens = [1, 2, 3, 4, 5, 6].map((n) => ({ ...TOKEN, serialNumber: `S${n}` }));
    const held = tokens.map((token, at) => (at < 5 ? { ...token, assignTo: AMY.userPrincipalName } : token));
    const { emulator } = await emulate({ tokens: held, ...PLAIN });
    expect((await ask(emulator, 'POST', ACTIVATE, activation(NOON, 'S6'))).json.error.code).toBe(
      'limitExceeded',
    );
    expect((await ask(emulator, 'POST', ACTIVATE, activation(NOON, 'S5'))).status).toBe(204);
  });

  test('wrong codes are harmless unless told; after the set number the token has failed until it is taken back', async () => {
    const { emulator } = await emulate(PLAIN);
    for (let n = 0; n < 30; n++) await ask(emulator, 'POST', ACTIVATE, wrong);
    expect(emulator.tenant.bySerial(TOKEN.serialNumber)?.view.status).toBe('available');

    const limited = (await emulate({ ...PLAIN, wrongCodesUntilFailed: 2 })).emulator;
    await ask(limited, 'POST', ACTIVATE, wrong);
    await ask(limited, 'POST', ACTIVATE, wrong);
    expect((await ask(limited, 'GET', METHODS)).json.value[0]!.device.status).toBe('failedActivation');
    expect((await ask(limited, 'POST', ACTIVATE, activation(NOON))).json.error.code).toBe('failedActivation');
    expect(limited.requests().map((entry) => entry.acted)).toEqual([false, true, false, false]);

    const { id } = limited.tenant.bySerial(TOKEN.serialNumber)!.view;
    expect((await ask(limited, 'DELETE', `${METHODS}/${id}`)).status).toBe(204);
    expect((await ask(limited, 'POST', ACTIVATE, activation(NOON))).status).toBe(204);
  });

  test('a code that was used already is taken again', async () => {
    const { emulator } = await emulate();
    await ask(emulator, 'POST', ACTIVATE, activation(NOON));
    const { id } = emulator.tenant.bySerial(TOKEN.serialNumber)!.view;
    await ask(emulator, 'POST', `${METHODS}/${id}/deactivate`);
    expect((await ask(emulator, 'POST', ACTIVATE, activation(NOON))).status).toBe(204);
  });
});

describe('a user’s methods', () => {
  test('deactivate keeps the token with its user, activate brings it back, delete returns it to the inventory', async () => {
    const { emulator } = await emulate();
    await ask(emulator, 'POST', ACTIVATE, activation(NOON));
    const { id } = emulator.tenant.bySerial(TOKEN.serialNumber)!.view;
    const status = async () => (await ask(emulator, 'GET', `${DEVICES}/${id}`)).json.status;

    expect((await ask(emulator, 'POST', `${METHODS}/${id}/deactivate`)).status).toBe(204);
    expect(await status()).toBe('assigned');
    const code = { verificationCode: shown(NOON) };
    expect((await ask(emulator, 'POST', `${METHODS}/${id}/activate`, code)).status).toBe(204);
    expect(await status()).toBe('activated');
    expect((await ask(emulator, 'GET', `${METHODS}/${id}`)).json.device.status).toBe('activated');
    expect((await ask(emulator, 'DELETE', `${METHODS}/${id}`)).status).toBe(204);
    expect(await status()).toBe('available');
    expect((await ask(emulator, 'DELETE', `${METHODS}/${id}`)).status).toBe(404);
  });

  test('filter, top and select', async () => {
    const tokens = ['A1', 'A2', 'A3'].map((serialNumber) => ({
      ...TOKEN,
      serialNumber,
      assignTo: AMY.userPrincipalName,
    }));
    const { emulator } = await emulate({ tokens });
    const list = async (query: string) => (await ask(emulator, 'GET', `${METHODS}?${query}`)).json.value;
    expect(await list("$filter=device/serialNumber eq 'A2'")).toMatchObject([
      { device: { serialNumber: 'A2' } },
    ]);
    expect(await list('$top=2')).toHaveLength(2);
    expect(Object.keys((await list('$select=id'))[0]!)).toEqual(['id']);
    expect((await ask(emulator, 'GET', `${METHODS}?$filter=serialNumber gt 5`)).status).toBe(400);
  });
});

describe('paths', () => {
  const odd = { userPrincipalName: 'a%40b/c+d_x.com#EXT#@contoso.com', displayName: 'Odd' };
  const url = (path: string) => `${path}?$select=userPrincipalName`;

  test.each([
    ['escaped', `/users/${encodeURIComponent(odd.userPrincipalName)}`, odd.userPrincipalName],
    ['in parentheses, apostrophe doubled', "/users('bob.o''hara%40contoso.com')", BOB.userPrincipalName],
    ['in parentheses, all escaped', "/users('bob.o%27%27hara@contoso.com')", BOB.userPrincipalName],
    ['in another case', '/users/AMY@contoso.com', AMY.userPrincipalName],
  ])('a UPN %s', async (_, path, upn) => {
    const { emulator } = await emulate({ users: [AMY, BOB, odd] });
    expect((await ask(emulator, 'GET', url(path))).json.userPrincipalName).toBe(upn);
    expect(emulator.requests()[0]?.user?.toLowerCase()).toBe(upn.toLowerCase());
  });

  test('are decoded once: an escaped escape is not a user’s name', async () => {
    const { emulator } = await emulate();
    expect((await ask(emulator, 'GET', '/users/amy%2540contoso.com')).status).toBe(404);
    expect((await ask(emulator, 'GET', '/users/amy%40contoso.com')).status).toBe(200);
    expect((await ask(emulator, 'GET', '/users/amy%E0%A4%A')).status).toBe(400);
  });

  test('account state and type are told only when selected', async () => {
    const { emulator } = await emulate();
    expect(Object.keys((await ask(emulator, 'GET', '/users/amy@contoso.com')).json)).not.toContain(
      'userType',
    );
    const query = '?$select=id,userType,accountEnabled';
    const { json } = await ask(emulator, 'GET', `/users/amy@contoso.com${query}`);
    expect(json).toMatchObject({ userType: 'Member', accountEnabled: true });
  });

  test('other versions, other paths and other methods do not exist', async () => {
    const { emulator } = await emulate();
    const v1 = await ask({ ...emulator, url: emulator.url.replace('/beta', '/v1.0') }, 'POST', ACTIVATE, {});
    expect([v1.status, v1.json.error.code]).toEqual([404, 'BadRequest']);
    expect((await ask(emulator, 'GET', '/groups')).status).toBe(404);
    expect((await ask(emulator, 'GET', ACTIVATE)).status).toBe(405);
    expect((await ask(emulator, 'PUT', DEVICES, {})).status).toBe(405);
  });
});
