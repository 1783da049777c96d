import Bottleneck from 'bottleneck';
import type { Clock } from '../../model/clock.js';
import type { Rate } from '../../model/rate.js';
import { SendLog } from './send-log.js';

/** Calls that a rate allows within `ms`, beginning with nothing spent. */
export function callsWithin({ calls, seconds }: Rate, ms: number): number {
  return ms < 0 ? 0 : calls * (1 + Math.floor(ms / (seconds * 1000)));
}

/** Hands out leave to send. */
export interface Ceiling {
  /**
   * Resolves when one more call fits, and says how many of so many do. Whoever asked then sends these and says so of
   * each by `sent`. To be asked one at a time.
   */
  permit(calls: number): Promise<number>;
  sent(): void;
  /** Calls that it lets through within `ms` from now. */
  callsWithin(ms: number): number;
}

/**
 * A ceiling that holds every rate in every window, not only in aligned ones: a place is given back `seconds` after
 * the call that took it was sent.
 */
export function createCeiling(rates: readonly Rate[], clock: Clock): Ceiling {
  const log = new SendLog();
  const limits = rates.map(({ calls, seconds }) => ({
    calls,
    places: new Bottleneck({ reservoir: calls }),
    windowMs: seconds * 1000,
  }));
  return {
    async permit(calls) {
      const free = await Promise.all(limits.map(({ places }) => places.currentReservoir()));
      const weight = Math.max(1, Math.min(calls, ...free.map((places) => places ?? 0)));
      for (const { places } of limits) await places.schedule({ weight }, () => Promise.resolve());
      return weight;
    },
    callsWithin(ms) {
      const nowMs = clock.elapsed();
      return Math.min(...limits.map(({ calls, windowMs }) => log.following(calls, windowMs, nowMs, ms)));
    },
    sent() {
      log.push(clock.elapsed());
      for (const { places, windowMs } of limits) {
        clock.at(clock.elapsed() + windowMs, () => void places.incrementReservoir(1));
      }
    },
  };
}
