import { expect, it } from 'vitest';
import { accountOf, personOf } from '../../src/graph/account.js';
import { Secret } from '../../src/model/secret.js';

const token = (claims: object): Secret =>
  new Secret(`e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`);

it('tenant and app of an access token say whose limits apply', () => {
  expect(accountOf(token({ tid: 't1', appid: 'a1' }))).toBe('t1/a1');
  expect(accountOf(token({ tid: 't1', azp: 'a2' }))).toBe('t1/a2');
  expect(accountOf(token({}))).toBe('/');
});

it('a person is known by object id, and an app is none', () => {
  expect(personOf(token({ oid: 'o1', idtyp: 'user' }))).toBe('o1');
  expect(personOf(token({ oid: 'o1' }))).toBe('o1');
  expect(personOf(token({ oid: 'o1', idtyp: 'app' }))).toBeUndefined();
  expect(personOf(new Secret('loopback'))).toBe('me');
});

it('a token that is none tells nothing', () => {
  for (const text of ['loopback', 'a.b.c', '..', '']) expect(accountOf(new Secret(text))).toBe('/');
});
