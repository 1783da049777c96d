import type { EmulatorOptions } from '../../src/emulator/index.js';

/** Time that passes `speed` times as fast from an epoch on, which several processes share. */
export interface FastTime {
  /** Wall time at which fast and true time are the same, ms since the epoch. */
  readonly epochMs: number;
  readonly speed: number;
}

/** Wall time as it goes by fast time, ms since the epoch; for the emulator's `now` too. */
export const fastNow = (
  { epochMs, speed }: FastTime,
  trueNow: () => number,
): NonNullable<EmulatorOptions['now']> => {
  return () => epochMs + (trueNow() - epochMs) * speed;
};

/** Makes this whole process go by fast time: its wall clock, its elapsed time and its timers. */
export function liveFast(time: FastTime): void {
  const trueDate = Date;
  const now = fastNow(time, Date.now.bind(Date));
  trueDate.now = now;
  globalThis.Date = new Proxy(trueDate, {
    construct: (target, given: readonly unknown[], maker) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, maker) as Date,
  });
  const elapsed = performance.now.bind(performance);
  Object.defineProperty(performance, 'now', { value: () => elapsed() * time.speed });
  const arm = globalThis.setTimeout;
  const armFast = (wake: () => void, ms = 0, ...given: []): NodeJS.Timeout =>
    arm(wake, ms / time.speed, ...given);
  globalThis.setTimeout = Object.assign(armFast, { __promisify__: arm.__promisify__ });
}
