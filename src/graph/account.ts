import { z } from 'zod';
import type { Secret } from '../model/secret.js';
import { parseJson } from '../model/json.js';

/** Claims of an access token that say whose limits apply (page "Access token claims reference"). */
const claims = z.object({
  tid: z.string().optional(),
  appid: z.string().optional(),
  azp: z.string().optional(),
});

/** Tenant and app of an access token, `tenant/app`; both empty for one that does not tell. Nothing is verified: Graph does that. */
export function accountOf(token: Secret): string {
  const payload = token.reveal().split('.')[1] ?? '';
  const parsed = claims.safeParse(parseJson(Buffer.from(payload, 'base64url').toString('utf8')));
  const { tid = '', appid, azp } = parsed.data ?? {};
  return `${tid}/${appid ?? azp ?? ''}`;
}
