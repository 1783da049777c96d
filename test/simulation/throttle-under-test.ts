import { AdaptiveThrottle } from '../../src/dispatch/pace/adaptive/adaptive-throttle.js';
import type { Throttle } from '../../src/dispatch/pace/throttle.js';

/** The throttle that is simulated and measured: as a first run has it, which nothing told of the limit. */
export function makeThrottle(random: () => number): Throttle {
  return new AdaptiveThrottle(random);
}
