import { OathEnrollError } from '../model/errors.js';
import type { Environment } from './credentials.js';

/** Where the clouds of Microsoft sign people and apps in, their earlier names included (MSAL's own list). */
const AUTHORITIES: ReadonlySet<string> = new Set([
  'login.microsoftonline.com',
  'login.windows.net',
  'login.microsoft.com',
  'sts.windows.net',
  'login.microsoftonline.us',
  'login.usgovcloudapi.net',
  'login.chinacloudapi.cn',
  'login.partner.microsoftonline.cn',
]);

/**
 * The sign-in service to use: that of `AZURE_AUTHORITY_HOST`, else the one of the Graph host's cloud. A client secret goes
 * there, so it must be one of Microsoft's.
 *
 * @throws {OathEnrollError} `host`
 */
export function authorityOf(env: Environment, usual: string): string {
  const chosen = env['AZURE_AUTHORITY_HOST'] ?? '';
  if (chosen === '') return usual;
  const url = URL.canParse(chosen) ? new URL(chosen) : undefined;
  // No user name, port, path or anything behind it.
  if (url?.href === `https://${url?.hostname}/` && AUTHORITIES.has(url.hostname)) return url.origin;
  throw new OathEnrollError(
    'host',
    'AZURE_AUTHORITY_HOST names no sign-in service of Microsoft, such as https://login.microsoftonline.com: nothing is signed in to there',
  );
}

/**
 * Without checks of certificates anybody on the way could take the token.
 *
 * @throws {OathEnrollError} `host` where the environment turns them off
 */
export function refuseUncheckedTls(env: Environment): void {
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] !== '0') return;
  throw new OathEnrollError(
    'host',
    'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the checks of certificates, and a token would go to anybody: unset it, and name the certificate of a private CA in NODE_EXTRA_CA_CERTS',
  );
}
