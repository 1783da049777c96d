export const AUTH_METHODS = [
  'default',
  'cli',
  'device-code',
  'browser',
  'client-secret',
  'certificate',
  'managed-identity',
  'workload-identity',
] as const;

/** How to sign in; each is a credential of `@azure/identity`. */
export type AuthMethod = (typeof AUTH_METHODS)[number];
