import { expect, test } from 'vitest';
import { grantedBy } from '../../src/graph/granted-by.js';
import { Secret } from '../../src/model/secret.js';

const jwt = (payload: unknown): Secret =>
  new Secret(`h.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.s`);

test.each<[what: string, token: Secret, granted: object]>([
  [
    'an app’s',
    jwt({ tid: 't', roles: ['A.Read', 'B.Write'] }),
    { kind: 'application', permissions: ['A.Read', 'B.Write'] },
  ],
  ['an app’s without any permission', jwt({ tid: 't' }), { kind: 'application', permissions: [] }],
  [
    'a person’s',
    jwt({ scp: 'A.Read  B.Write', wids: ['r1'], roles: ['app role'] }),
    { kind: 'delegated', permissions: ['A.Read', 'B.Write'], roles: ['r1'] },
  ],
  [
    'a person’s without roles',
    jwt({ scp: 'A.Read' }),
    { kind: 'delegated', permissions: ['A.Read'], roles: undefined },
  ],
  ['opaque', new Secret('EwBIA8l6BAAU'), { kind: 'unknown' }],
  ['of an odd shape', jwt({ scp: 7 }), { kind: 'unknown' }],
  ['no JSON inside', new Secret('h.!!!.s'), { kind: 'unknown' }],
])('what a token lets its bearer do: %s', (_what, token, granted) => {
  expect(grantedBy(token)).toEqual(granted);
});
