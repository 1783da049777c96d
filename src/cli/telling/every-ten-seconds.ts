import type { Clock } from '../../model/clock.js';

const EVERY_MS = 10_000;

/** Calls every ten seconds from now on. Returns what ends that. */
export function everyTenSeconds(clock: Clock, call: () => void): () => void {
  let cancel = (): void => undefined;
  const wait = (): void => {
    cancel = clock.at(clock.elapsed() + EVERY_MS, () => {
      call();
      wait();
    });
  };
  wait();
  return () => cancel();
}
