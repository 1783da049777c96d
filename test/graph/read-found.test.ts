import { describe, expect, test } from 'vitest';
import { readFound, readPath } from '../../src/graph/read-found.js';

const ROOT = 'https://graph.microsoft.com/beta';

describe('a user', () => {
  const found = (body: object) => {
    const read = readFound(
      { kind: 'user', user: 'amy@contoso.example' },
      JSON.stringify({ id: 'u1', ...body }),
      ROOT,
    );
    return read?.kind === 'user' ? read.user : undefined;
  };

  test.each([
    ['Guest', true],
    ['guest', true],
    ['Member', false],
    [null, false],
    [undefined, undefined],
  ])('of the type %j is a guest: %j', (userType, isGuest) => {
    expect(found({ userType })).toMatchObject({ id: 'u1', isGuest });
  });

  test.each([true, false, undefined])('whose account is enabled: %j', (accountEnabled) => {
    expect(found({ accountEnabled })).toMatchObject({ isEnabled: accountEnabled });
  });

  test('of whom that is not told may be either', () => {
    expect(found({ accountEnabled: null })).toStrictEqual({
      id: 'u1',
      isEnabled: undefined,
      isGuest: undefined,
    });
  });
});

describe('the policy', () => {
  const found = (body: object) => {
    const read = readFound({ kind: 'policy' }, JSON.stringify(body), ROOT);
    return read?.kind === 'policy' ? read.policy : undefined;
  };

  test.each([
    [undefined, true],
    [null, true],
    [[{ id: 'all_users' }], true],
    [[{ id: 'g1' }, { id: 'all_users' }], true],
    [[{ id: 'g1' }], false],
    [[], false],
  ])('with the targets %j is for all: %s', (includeTargets, isForAll) => {
    expect(found({ state: 'enabled', includeTargets })).toEqual({ isOn: true, isForAll });
  });

  test('may be off', () => {
    expect(found({ state: 'disabled' })).toEqual({ isOn: false, isForAll: true });
  });
});

describe('the whole inventory', () => {
  test('is read page by page', () => {
    expect(readPath({ kind: 'whole_inventory' })).toBe(
      'directory/authenticationMethodDevices/hardwareOathDevices',
    );
    expect(readPath({ kind: 'whole_inventory', page: 'next?x' })).toBe('next?x');
    expect(readPath({ kind: 'whole_inventory', page: undefined })).toBe(
      'directory/authenticationMethodDevices/hardwareOathDevices',
    );
    const page = JSON.stringify({ value: [{ serialNumber: 'A1' }], '@odata.nextLink': `${ROOT}/next?x` });
    expect(readFound({ kind: 'whole_inventory' }, page, ROOT)).toMatchObject({
      kind: 'tokens',
      tokens: [{ serialNumber: 'A1' }],
      nextPage: 'next?x',
    });
  });

  test('ends where no page follows', () => {
    expect(
      readFound({ kind: 'user_tokens', user: 'amy@contoso.example' }, '{"value":[]}', ROOT),
    ).toStrictEqual({
      kind: 'tokens',
      tokens: [],
      nextPage: undefined,
    });
  });
});
