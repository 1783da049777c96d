import { z } from 'zod';
import type { Granted } from '../model/granted.js';
import { parseJson } from '../model/json.js';
import type { Secret } from '../model/secret.js';

/** Claims of an access token that say what it is good for (page "Access token claims reference"). */
const claims = z.object({
  /** Permissions that a person gave the app, parted by blanks. */
  scp: z.string().optional(),
  /** Permissions of the app itself. */
  roles: z.array(z.string()).optional(),
  /** Template ids of the person's directory roles. */
  wids: z.array(z.string()).optional(),
});

/** What an access token lets its bearer do. Nothing is verified: Graph does that. */
export function grantedBy(token: Secret): Granted {
  const payload = token.reveal().split('.')[1] ?? '';
  const { data } = claims.safeParse(parseJson(Buffer.from(payload, 'base64url').toString('utf8')));
  if (data === undefined) return { kind: 'unknown' };
  const { scp, roles = [], wids } = data;
  // A person's token may bear app roles too, but an app's never bears scopes.
  if (scp === undefined) return { kind: 'application', permissions: roles };
  return { kind: 'delegated', permissions: scp.split(' ').filter((name) => name !== ''), roles: wids };
}
