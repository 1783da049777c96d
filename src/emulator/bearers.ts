import { createHash } from 'node:crypto';

export type BearerCheck = 'good' | 'missing' | 'expired';

/** Which bearer tokens are good. Any text is one; it ages from its first use. Keeps digests only. */
export class Bearers {
  readonly #firstUsedAt = new Map<string, number>();

  check(authorization: string | undefined, nowMs: number, lifeMs: number): BearerCheck {
    const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (bearer === undefined) return 'missing';
    const digest = createHash('sha256').update(bearer).digest('base64');
    const firstUsedAt = this.#firstUsedAt.get(digest);
    if (firstUsedAt === undefined) this.#firstUsedAt.set(digest, nowMs);
    return nowMs - (firstUsedAt ?? nowMs) < lifeMs ? 'good' : 'expired';
  }

  /** Every bearer seen so far is refused from now on. */
  revokeAll(): void {
    for (const digest of this.#firstUsedAt.keys()) this.#firstUsedAt.set(digest, -Infinity);
  }
}
