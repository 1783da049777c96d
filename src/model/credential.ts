/** A bearer token for Microsoft Graph, as `@azure/identity` has it. */
export interface AccessToken {
  readonly token: string;
  /** Ms since the epoch. */
  readonly expiresOnTimestamp: number;
  /** When it should be renewed, ms since the epoch. */
  readonly refreshAfterTimestamp?: number | undefined;
}

/**
 * Hands out a token. Asked again shortly before the last one ends, and where Graph refused it.
 *
 * @param scope such as `https://graph.microsoft.com/.default`
 * @param options the claims that Graph asked the next token to prove (continuous access evaluation)
 */
export type GetToken = (
  scope: string,
  options?: { readonly claims?: string; readonly enableCae?: boolean },
) => Promise<AccessToken | null>;

/** Who signs in; every `TokenCredential` of `@azure/identity` is one. */
export interface Credential {
  getToken(
    scope: string,
    options?: { readonly claims?: string; readonly enableCae?: boolean },
  ): Promise<AccessToken | null>;
}
