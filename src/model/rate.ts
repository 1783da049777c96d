/** Our own limit on calls: at most `calls` in any stretch of `seconds`. */
export interface Rate {
  readonly calls: number;
  readonly seconds: number;
}

/**
 * What Microsoft says of activations in the portal; whether Graph shares it is unknown, so it serves forecasts alone
 * (page "Manage OATH tokens in Microsoft Entra ID").
 */
export const PUBLISHED_RATE: Rate = { calls: 200, seconds: 300 };
