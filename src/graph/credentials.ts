import type { DeviceCodeInfo, TokenCredential } from '@azure/identity';
import type { AuthMethod } from '../model/auth-method.js';
import { OathEnrollError } from '../model/errors.js';

/** The variables that `@azure/identity` documents are read from here, never from the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface CredentialSettings {
  readonly auth: AuthMethod;
  readonly env: Environment;
  /** The sign-in service, see `authorityOf`. */
  readonly authorityHost: string;
  /** Shows a person where to enter which device code. */
  readonly onDeviceCode: (message: string) => void;
}

/**
 * The credential for a method, with its settings from the environment. `default` reads the process's environment
 * by itself. Loads `@azure/identity` only now: it costs a third of a second.
 *
 * @throws {OathEnrollError} `sign_in`, naming the variable that is not set.
 */
export async function createCredential(settings: CredentialSettings): Promise<TokenCredential> {
  const { auth, env } = settings;
  const common = { authorityHost: settings.authorityHost };
  const tenantId = set(env, 'AZURE_TENANT_ID');
  const clientId = set(env, 'AZURE_CLIENT_ID');
  const need = (name: string): string => {
    const value = set(env, name);
    if (value !== undefined) return value;
    throw new OathEnrollError('sign_in', `--auth ${auth} needs the environment variable ${name}`);
  };
  const app = (): [tenantId: string, clientId: string] => [need('AZURE_TENANT_ID'), need('AZURE_CLIENT_ID')];

  const identity = await import('@azure/identity');
  switch (auth) {
    case 'default':
      return new identity.DefaultAzureCredential(common);
    case 'cli':
      return new identity.AzureCliCredential(present({ tenantId }));
    case 'device-code':
      return new identity.DeviceCodeCredential({
        ...common,
        ...present({ tenantId, clientId }),
        userPromptCallback: ({ message }: DeviceCodeInfo) => settings.onDeviceCode(message),
      });
    case 'browser':
      return new identity.InteractiveBrowserCredential({ ...common, ...present({ tenantId, clientId }) });
    case 'client-secret':
      return new identity.ClientSecretCredential(...app(), need('AZURE_CLIENT_SECRET'), common);
    case 'certificate': {
      const certificatePath = need('AZURE_CLIENT_CERTIFICATE_PATH');
      const certificatePassword = set(env, 'AZURE_CLIENT_CERTIFICATE_PASSWORD');
      const sendCertificateChain = /^(1|true)$/i.test(env['AZURE_CLIENT_SEND_CERTIFICATE_CHAIN'] ?? '');
      return new identity.ClientCertificateCredential(
        ...app(),
        { certificatePath, ...present({ certificatePassword }) },
        { ...common, sendCertificateChain },
      );
    }
    case 'managed-identity':
      return new identity.ManagedIdentityCredential(present({ clientId }));
    case 'workload-identity':
      return new identity.WorkloadIdentityCredential({
        ...common,
        tenantId: need('AZURE_TENANT_ID'),
        clientId: need('AZURE_CLIENT_ID'),
        tokenFilePath: need('AZURE_FEDERATED_TOKEN_FILE'),
      });
  }
}

/** A variable's value; an empty one counts as not set. */
function set(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}

/** The settings that have a value: `@azure/identity` takes a name with `undefined` for one that was given. */
function present<Name extends string>(
  settings: Record<Name, string | undefined>,
): Partial<Record<Name, string>> {
  const entries = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<Record<Name, string>>;
}
