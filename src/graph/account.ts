import { z } from 'zod';
import type { Secret } from '../model/secret.js';
import { parseJson } from '../model/json.js';
import { ME } from './user-path.js';

/** Claims of an access token that say whose limits apply (page "Access token claims reference"). */
const claims = z.object({
  tid: z.string().optional(),
  appid: z.string().optional(),
  azp: z.string().optional(),
  oid: z.string().optional(),
  idtyp: z.string().optional(),
});

/** Tenant and app of an access token, `tenant/app`; both empty for one that does not tell. Nothing is verified: Graph does that. */
export function accountOf(token: Secret): string {
  const { tid = '', appid, azp } = claimsOf(token);
  return `${tid}/${appid ?? azp ?? ''}`;
}

/** Object id of the person that an access token speaks for, `me` where it does not tell; undefined for an app's own. */
export function personOf(token: Secret): string | undefined {
  const { oid = ME, idtyp } = claimsOf(token);
  return idtyp === 'app' ? undefined : oid;
}

function claimsOf(token: Secret): z.output<typeof claims> {
  const payload = token.reveal().split('.')[1] ?? '';
  return claims.safeParse(parseJson(Buffer.from(payload, 'base64url').toString('utf8'))).data ?? {};
}
