import { AdaptiveThrottle } from '../../src/dispatch/pace/adaptive/adaptive-throttle.js';
import type { Throttle } from '../../src/dispatch/pace/throttle.js';

/** The throttle that the dispatcher's tests run with. What they assert holds for any that keeps the contract. */
export function makeThrottle(): Throttle {
  return new AdaptiveThrottle(() => 0.5);
}
