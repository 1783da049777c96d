import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/model/clock.js';

const DAY_MS = 86_400_000;

describe('a wake-up by the machine’s clock', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const wakeAfter = (ms: number) => {
    const wake = vi.fn();
    const cancel = systemClock.at(systemClock.elapsed() + ms, wake);
    return { wake, cancel };
  };

  it.each([
    ['a fraction of a millisecond', 0.25],
    ['a second and a fraction', 1000.5],
    ['just within a timer’s range', 2 ** 31 - 1],
    ['just beyond a timer’s range', 2 ** 31],
    ['a hundred days', 100 * DAY_MS],
  ])('comes in time and not early: %s', (_, ms) => {
    const { wake } = wakeAfter(ms);
    vi.advanceTimersByTime(Math.ceil(ms) - 1);
    expect(wake).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(wake).toHaveBeenCalledOnce();
  });

  it('control: a plain timer beyond its range rings at once', () => {
    const wake = vi.fn();
    setTimeout(wake, 2 ** 31);
    vi.advanceTimersByTime(1);
    expect(wake).toHaveBeenCalledOnce();
  });

  it('never comes at infinity', () => {
    const { wake } = wakeAfter(Infinity);
    vi.advanceTimersByTime(1000 * DAY_MS);
    expect(wake).not.toHaveBeenCalled();
  });

  it('for an instant that has passed comes soon, but not within the call', () => {
    const { wake } = wakeAfter(-5);
    expect(wake).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(wake).toHaveBeenCalledOnce();
  });

  it('does not come once cancelled, also after the timer was armed anew', () => {
    const soon = wakeAfter(10);
    const far = wakeAfter(60 * DAY_MS);
    soon.cancel();
    vi.advanceTimersByTime(50 * DAY_MS);
    far.cancel();
    vi.advanceTimersByTime(50 * DAY_MS);
    expect(soon.wake).not.toHaveBeenCalled();
    expect(far.wake).not.toHaveBeenCalled();
  });
});
