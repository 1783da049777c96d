import { parseJson } from '../model/json.js';

const CLAIMS = /(?:^|[\s,])claims\s*=\s*"?([\w+/-]+=*)"?/i;

/**
 * `claims` of a `WWW-Authenticate: Bearer …, error="insufficient_claims", claims="…"` header, base64 decoded: what
 * the next access token must prove (page "Claims challenges, claims requests and client capabilities").
 * `undefined` where there is none, or none that is JSON.
 */
export function challengedClaims(wwwAuthenticate: string): string | undefined {
  const encoded = CLAIMS.exec(wwwAuthenticate)?.[1];
  if (encoded === undefined) return undefined;
  const claims = Buffer.from(encoded, 'base64').toString('utf8');
  return parseJson(claims) === undefined ? undefined : claims;
}
