import type { CreateTogether, GraphPort } from '../model/answer.js';
import type { Clock } from '../model/clock.js';
import { accountOf, personOf } from './account.js';
import { authorityOf, refuseUncheckedTls } from './authority.js';
import type { Credential } from '../model/credential.js';
import type { Granted } from '../model/granted.js';
import type { ReadPort } from '../model/read.js';
import { AccessTokenSource, loopbackBearer } from './access-token.js';
import { allowedHost, type AllowedHost } from './allowed-host.js';
import { createReads } from './batch.js';
import { createSend } from './client.js';
import type { Environment } from './credentials.js';
import type { AuthMethod } from '../model/auth-method.js';
import { bulkCreation, createHardwareOath } from './hardware-oath.js';
import { grantedBy } from './granted-by.js';
import { tokenFetcher, type CredentialFactory } from './sign-in.js';
import { loadTransport, transportBy } from './transport.js';
import { ME, userPath } from './user-path.js';

export interface GraphSettings {
  readonly graphUrl: string;
  readonly auth: AuthMethod;
  readonly env: Environment;
  /** For headers and body of one call together. */
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  readonly onDeviceCode: (message: string) => void;
  readonly onWarning: (message: string) => void;
  readonly makeCredential?: CredentialFactory;
  /** Whoever signs in in place of `auth`. */
  readonly credential?: Credential;
  /** Whether all calls are about whoever is signed in, by the permission that needs: `/me`. */
  readonly self?: boolean;
}

export interface Graph {
  readonly port: GraphPort;
  /** The bulk call on the inventory. */
  readonly createTogether: CreateTogether;
  /** Reads many things in one call, and changes nothing. */
  readonly reads: ReadPort;
  readonly host: AllowedHost;
  /**
   * Has a token at hand when it resolves, at once where there is one already. Called before a row is chosen, so
   * that no code dies while somebody signs in.
   *
   * @throws {OathEnrollError} `sign_in`
   */
  readonly signIn: () => Promise<void>;
  /** Whose limits apply: API root, tenant and app, as far as the access token tells. After {@link signIn}. */
  readonly account: () => Promise<string>;
  /** Who is signed in, by object id; `me` where the access token does not tell, undefined for an app. */
  readonly person: () => Promise<string | undefined>;
  /** What the access token lets us do, as far as it tells. After {@link signIn}. */
  readonly granted: () => Promise<Granted>;
}

/**
 * Graph at a URL, ready to be asked. Nothing is sent and no credential made before the first call or sign-in.
 *
 * @throws {OathEnrollError} `host` for a URL that no token may be sent to, and for an environment that would let it go
 *   elsewhere; `usage` for a proxy that is none.
 */
export function createGraph(settings: GraphSettings): Graph {
  const { clock, requestTimeoutMs, credential } = settings;
  const host = allowedHost(settings.graphUrl);
  if (host.warning !== undefined) settings.onWarning(host.warning);
  const { apiRoot, isLoopback, scope } = host;
  if (!isLoopback) refuseUncheckedTls(settings.env);
  const authorityHost = isLoopback ? host.authorityHost : authorityOf(settings.env, host.authorityHost);
  const bearer = isLoopback
    ? loopbackBearer
    : new AccessTokenSource(
        credential === undefined
          ? tokenFetcher({ ...settings, authorityHost }, scope, settings.makeCredential)
          : tokenFetcher(
              { ...settings, authorityHost },
              scope,
              () => Promise.resolve(credential),
              'the given credential',
            ),
        clock,
      );
  const transport = transportBy(settings.env, isLoopback);
  const send = createSend({ apiRoot, bearer, clock, requestTimeoutMs, transport });
  return {
    port: createHardwareOath(apiRoot, send, bearer, settings.self === true ? () => ME : userPath),
    createTogether: bulkCreation(send),
    reads: createReads(apiRoot, send, bearer),
    granted: async () => (isLoopback ? { kind: 'all' } : grantedBy(await bearer.get())),
    host,
    account: async () => `${apiRoot} ${accountOf(await bearer.get())}`,
    person: async () => personOf(await bearer.get()),
    async signIn() {
      await Promise.all([bearer.get(), loadTransport()]);
    },
  };
}
