import type { Credential } from '../model/credential.js';
import { OathEnrollError } from '../model/errors.js';
import { Secret } from '../model/secret.js';
import type { FetchedToken } from './access-token.js';
import { createCredential, type CredentialSettings } from './credentials.js';
import { oneLine } from './one-line.js';

/** Makes the credential of a method; replaced in tests, where nobody signs in. */
export type CredentialFactory = (settings: CredentialSettings) => Promise<Credential>;

/**
 * Fetches access tokens for `scope`, making the credential at the first call.
 *
 * @param who signs in, in words
 * @returns a function of the claims that Graph asked for, which rejects with an {@link OathEnrollError} `sign_in`.
 */
export function tokenFetcher(
  settings: CredentialSettings,
  scope: string,
  makeCredential: CredentialFactory = createCredential,
  who = `--auth ${settings.auth}`,
): (claims: string | undefined) => Promise<FetchedToken> {
  let credential: Credential | undefined;
  return async (claims) => {
    try {
      credential ??= await makeCredential(settings);
      // Tells Entra that this client answers claims challenges; its tokens are then revocable and live longer.
      const options = claims === undefined ? { enableCae: true } : { enableCae: true, claims };
      const fetched = await credential.getToken(scope, options);
      if (fetched === null) throw new OathEnrollError('sign_in', `${who} gave no token`);
      return {
        token: new Secret(fetched.token),
        expiresAtMs: fetched.expiresOnTimestamp,
        refreshAtMs: fetched.refreshAfterTimestamp,
      };
    } catch (error) {
      if (error instanceof OathEnrollError) throw error;
      const failed = `sign-in with ${who} failed`;
      throw new OathEnrollError('sign_in', `${failed}: ${advice(error, settings)}`);
    }
  };
}

/** What to do about the errors of Entra met most (page "Microsoft Entra authentication and authorization error codes"). */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ['50011', 'add http://localhost as a redirect URI of the app registration'],
  ['50020', 'this account is not in the tenant: check AZURE_TENANT_ID or sign in with another account'],
  ['50034', 'this account is not in the tenant: check AZURE_TENANT_ID or sign in with another account'],
  ['50076', 'a second factor is asked for: sign in again with --auth device-code or --auth browser'],
  ['50079', 'a second factor must be set up: sign in again with --auth browser'],
  ['50173', 'the earlier sign-in was revoked: sign in again'],
  ['53003', 'a Conditional Access policy blocks this sign-in: ask your administrator'],
  [
    '65001',
    'the permission UserAuthenticationMethod.ReadWrite.All has no consent: ask an administrator for it',
  ],
  ['70021', 'no federated credential of the app matches this workload: check its issuer and subject'],
  ['70043', 'the earlier sign-in has expired: sign in again'],
  ['90002', 'there is no such tenant: check AZURE_TENANT_ID'],
  ['700016', 'the app is not in this tenant: check AZURE_CLIENT_ID and AZURE_TENANT_ID'],
  ['700027', 'the certificate is not one of the app: check AZURE_CLIENT_CERTIFICATE_PATH'],
  ['700082', 'the earlier sign-in has expired: sign in again'],
  ['7000215', 'the client secret is wrong: AZURE_CLIENT_SECRET must hold its value, not its id'],
  ['7000218', 'allow public client flows in the app registration, or use --auth client-secret'],
  ['7000222', 'the client secret has expired: make a new one and set AZURE_CLIENT_SECRET'],
]);

const NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|network_error|endpoints_resolution_error/;

/** One line that says what to do. An account, app or tenant may be named in it, a secret never. */
function advice(error: unknown, { auth, env }: CredentialSettings): string {
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  const code = /\bAADSTS(\d+)/.exec(message)?.[1];
  if (code !== undefined) {
    const known = ADVICE.get(code) ?? `see https://login.microsoftonline.com/error?code=${code}`;
    return `${known} (AADSTS${code})`;
  }
  if (NETWORK.test(message))
    return 'the sign-in service cannot be reached: check the network, the proxy (HTTPS_PROXY) and, where a private CA signs, NODE_EXTRA_CA_CERTS';
  if (auth === 'cli') return 'run "az login" and try again';
  if (auth === 'default' && /Aggregate|Unavailable/.test(name)) {
    return 'nothing to sign in with was found: run "az login", set the AZURE_* variables of an app, or choose another --auth';
  }
  const secrets = ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PASSWORD'].map((held) => env[held] ?? '');
  return oneLine(message.split('\n', 1)[0] ?? '', 200, secrets) || 'no reason was given';
}
