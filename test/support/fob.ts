import { randomInt } from 'node:crypto';
import { totpCode, type TokenSpec, type UserSpec } from '../../src/emulator/index.js';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function randomSeed(length = 32): string {
  return Array.from({ length }, () => BASE32[randomInt(BASE32.length)]).join('');
}

/** A token in the hand of the user who is to have it. */
export interface Fob extends TokenSpec {
  readonly user: string;
}

/** Tokens with seeds of their own, each for a user of its own. */
export function makeFobs(count: number, spec: Partial<TokenSpec> = {}): Fob[] {
  return Array.from({ length: count }, (_, i) => makeFob(String(i + 1).padStart(4, '0'), spec));
}

export function makeFob(name: string, spec: Partial<TokenSpec> = {}): Fob {
  return {
    serialNumber: `FOB-${name}`,
    secretKey: randomSeed(),
    user: `user.${name.toLowerCase()}@contoso.com`,
    ...spec,
  };
}

export const usersOf = (fobs: readonly Fob[]): UserSpec[] =>
  fobs.map(({ user }) => ({ userPrincipalName: user, displayName: `Holder of ${user}` }));

/** What the token shows at an instant, wall time in ms. */
export function codeOf(fob: TokenSpec, atMs = Date.now()): string {
  const { timeIntervalInSeconds: intervalS = 30, hashFunction = 'hmacsha1' } = fob;
  return totpCode(fob.secretKey, atMs, { intervalS, hashFunction });
}

/** A code that the token shows neither now nor near now. */
export function wrongCodeOf(fob: TokenSpec): string {
  const near = [-3, -2, -1, 0, 1, 2, 3].map((steps) => codeOf(fob, Date.now() + steps * 30_000));
  for (;;) {
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    if (!near.includes(code)) return code;
  }
}
