import type { Device, DeviceView, User } from './device.js';

/** How far reads trail behind writes: both hold, and what neither covers any more is seen as it is. */
export interface ReadLagSpec {
  /** A change is not seen for this long. */
  readonly ms?: number;
  /** The first so many reads of a token after a change do not see it. */
  readonly reads?: number;
  /** A new token cannot be activated for this long, or by the first so many calls: 404. */
  readonly newTokenMs?: number;
  readonly newTokenCalls?: number;
}

interface Behind {
  readonly before: DeviceView | undefined;
  until: number;
  readsLeft: number;
}

/** A directory whose readers are behind its writers (Graph's are eventually consistent). Times are ms. */
export class ReadLag {
  readonly #changes = new Map<Device, Behind>();
  readonly #new = new Map<Device, Behind>();
  spec: ReadLagSpec = {};

  /** To be told of each change, with the view before it: undefined for a new token. */
  changed(device: Device, before: DeviceView | undefined, nowMs: number): void {
    const { ms = 0, reads = 0, newTokenMs = 0, newTokenCalls = 0 } = this.spec;
    if (ms > 0 || reads > 0) {
      // A second change while the first is unseen: readers stay with what they saw before both.
      const unseen = this.#changes.get(device);
      const old = unseen && isBehind(unseen, nowMs) ? unseen.before : before;
      this.#changes.set(device, { before: old, until: nowMs + ms, readsLeft: reads });
    }
    if (before === undefined && (newTokenMs > 0 || newTokenCalls > 0))
      this.#new.set(device, { before, until: nowMs + newTokenMs, readsLeft: newTokenCalls });
  }

  /** What a reader sees of the token now; undefined: nothing yet. Counts as one read of it. */
  read(device: Device, nowMs: number): DeviceView | undefined {
    const behind = this.#changes.get(device);
    if (behind === undefined) return device.view;
    if (lags(behind, nowMs)) return behind.before;
    this.#changes.delete(device);
    return device.view;
  }

  /** Tokens that were the user's before a change which not all readers have seen. */
  heldBefore(user: User): Device[] {
    return [...this.#changes].flatMap(([device, { before }]) =>
      before?.assignedTo === user ? [device] : [],
    );
  }

  /** Whether an activation finds the token. Counts as one call for it. */
  activationFinds(device: Device, nowMs: number): boolean {
    const behind = this.#new.get(device);
    if (behind === undefined) return true;
    if (lags(behind, nowMs)) return false;
    this.#new.delete(device);
    return true;
  }
}

function isBehind(behind: Behind, nowMs: number): boolean {
  return behind.readsLeft > 0 || nowMs < behind.until;
}

function lags(behind: Behind, nowMs: number): boolean {
  const yes = isBehind(behind, nowMs);
  behind.readsLeft -= 1;
  return yes;
}
