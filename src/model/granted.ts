/** What an access token lets its bearer do, as far as it tells. */
export type Granted =
  /** A local Graph asks for nothing. */
  | { readonly kind: 'all' }
  /** The token cannot be read: nothing is known. */
  | { readonly kind: 'unknown' }
  /** An app by itself. */
  | { readonly kind: 'application'; readonly permissions: readonly string[] }
  /** A person through an app; `roles` are template ids of directory roles, undefined where the token has none. */
  | {
      readonly kind: 'delegated';
      readonly permissions: readonly string[];
      readonly roles: readonly string[] | undefined;
    };
