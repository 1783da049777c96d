import { describe, expect, it } from 'vitest';
import { SendLog } from '../../src/dispatch/pace/adaptive/send-log.js';
import { Window } from '../../src/dispatch/pace/adaptive/window.js';

const SPAN_MS = 10_000;
/** Clocks are read to the millisecond. */
const TICK_MS = 2;
const NO_PROBE = { may: false, again: false, lastSentMs: 300 };

/** Four calls in ten seconds, of which the last four left at 0, 100, 200 and 300. */
function fullWindow(calls = 4, sentAtMs: readonly number[] = [0, 100, 200, 300]) {
  const log = new SendLog();
  for (const each of sentAtMs) log.push(each);
  const window = new Window(log, calls, SPAN_MS, true);
  return { log, window };
}

describe('a window that is known', () => {
  it('has room where fewer calls left', () => {
    const { window } = fullWindow(5);
    expect(window.freeAt(400, 0, NO_PROBE, 0)).toBe(-Infinity);
    expect(window.freeAt(400, 1, NO_PROBE, 0)).toBe(SPAN_MS + TICK_MS);
  });

  it('is full until its oldest call leaves the span, and those on their way count', () => {
    const { window } = fullWindow();
    expect(window.endMs).toBe(SPAN_MS);
    expect([0, 1, 2].map((pending) => window.freeAt(400, pending, NO_PROBE, 0))).toEqual(
      [0, 100, 200].map((ms) => ms + SPAN_MS + TICK_MS),
    );
  });

  it('is kept a little longer where the way to Graph varies', () => {
    expect(fullWindow().window.freeAt(400, 0, NO_PROBE, 50)).toBe(SPAN_MS + 50 + TICK_MS);
  });

  it('is tried beyond its end by one call just after whole seconds before it', () => {
    const { window } = fullWindow();
    const probe = { may: true, again: false, lastSentMs: 300 };
    // Retry-After is rounded up: at 1.03 s it would say nine seconds, at 0.97 s ten.
    expect(window.freeAt(400, 0, probe, 0)).toBe(SPAN_MS + TICK_MS - 9000 + 30);
    // Its answer must come first.
    expect(window.freeAt(1500, 1, probe, 0)).toBe(Infinity);
    // Once there is room again nothing is tried.
    expect(window.freeAt(10_500, 0, probe, 0)).toBe(SPAN_MS + TICK_MS);
  });

  it('and found larger is tried again at once, then call by call', () => {
    const { window } = fullWindow();
    const probe = { may: true, again: true, lastSentMs: 1500 };
    expect(window.freeAt(1600, 0, probe, 0)).toBe(-Infinity);
    expect(window.freeAt(1600, 1, probe, 0)).toBe(1500 + 150);
  });

  it('grows by a call that was taken beyond it, and by no other', () => {
    const { log, window } = fullWindow();
    log.push(1500);
    expect([window.accepted(), window.calls]).toEqual(['grew', 5]);
    log.push(10_200);
    expect([window.accepted(), window.calls]).toEqual(['held', 5]);
  });

  it('shrinks where fewer were taken in as long a time', () => {
    expect(fullWindow().window.shrinks(3, SPAN_MS + 1000)).toBe(true);
    const { window } = fullWindow();
    expect([window.shrinks(4, SPAN_MS), window.shrinks(3, SPAN_MS + 1001), window.calls]).toEqual([
      false,
      false,
      4,
    ]);
    expect([window.shrinks(3, SPAN_MS - 1000), window.calls]).toEqual([true, 3]);
  });

  it('explains a refusal while it is full, by half a second or so, and no wait that is longer than itself', () => {
    const { window } = fullWindow();
    expect([5000, 10_499, 10_500].map((sentAtMs) => window.explains(sentAtMs, 4000))).toEqual([
      true,
      true,
      false,
    ]);
    expect([11_000, 11_001].map((waitMs) => window.explains(5000, waitMs))).toEqual([true, false]);
  });

  it('is longer than thought where a call was refused as it should be open, by a little', () => {
    const asIs = (ms: number): number => ms;
    const { window } = fullWindow();
    window.confirm(10_400, 11_900, asIs);
    expect(window.spanMs).toBe(11_900);
    const late = fullWindow().window;
    late.confirm(10_400, 12_000, asIs);
    expect(late.spanMs).toBe(SPAN_MS);
    const early = fullWindow().window;
    early.confirm(9000, 11_900, asIs);
    expect(early.spanMs).toBe(SPAN_MS);
  });
});

describe('a window that one refusal told of', () => {
  /** Ten calls a second apart were taken before; then the window was closed and reopened by a call at 20 s. */
  function guessed(hinted = false) {
    const log = new SendLog();
    for (let i = 0; i < 10; i++) log.push(i * 1000);
    const window = new Window(log, 10, 15_000, false, hinted);
    window.reopened(20_000);
    log.push(20_000);
    return { log, window };
  }
  const probe = (lastSentMs: number) => ({ may: true, again: false, lastSentMs });

  it('is filled as it was before', () => {
    const { window } = guessed();
    // The first of before left at 0, the first of now at 20 s: the second follows a second later.
    expect(window.freeAt(20_100, 0, probe(20_000), 0)).toBe(21_000);
    expect(window.freeAt(20_100, 1, probe(20_000), 0)).toBe(22_000);
  });

  it('is groped for where it was full before, one call after the other', () => {
    const { log, window } = guessed();
    for (let i = 1; i < 10; i++) log.push(20_000 + i * 1000);
    expect(window.freeAt(29_100, 1, probe(29_000), 0)).toBe(Infinity);
    // The first that may be too many goes just after a whole second before the end.
    const end = 20_000 + 15_000 + TICK_MS;
    expect(window.freeAt(29_100, 0, probe(29_000), 0)).toBe(end - 4000 + 30);
    log.push(31_032);
    expect(window.freeAt(31_100, 0, probe(31_032), 0)).toBe(31_032 + 1500);
  });

  it('is none where more calls pass than it should hold', () => {
    const { log, window } = guessed();
    const verdicts = Array.from({ length: 13 }, (_, i) => {
      log.push(20_100 + i * 100);
      return window.accepted();
    });
    // With the one that reopened it that is the twelfth of ten.
    expect(verdicts.indexOf('refuted')).toBe(10);
  });

  it('is not refuted by calls of the next one', () => {
    const { log, window } = guessed();
    const verdicts = Array.from({ length: 40 }, (_, i) => {
      log.push(20_000 + (i + 1) * 1500);
      return window.accepted();
    });
    expect(verdicts).not.toContain('refuted');
  });

  it('of an earlier run is tried call by call where it was full then', () => {
    const { log, window } = guessed(true);
    for (let i = 1; i < 9; i++) log.push(20_000 + i * 1000);
    expect(window.freeAt(28_100, 1, probe(28_000), 0)).toBe(28_150);
    expect(window.freeAt(28_100, 0, probe(28_000), 0)).toBe(-Infinity);
  });

  it('of an earlier run that is larger than all that was taken is waited for its length', () => {
    const log = new SendLog();
    for (let i = 0; i < 10; i++) log.push(i * 1000);
    const window = new Window(log, 20, 15_000, false, true);
    window.reopened(20_000);
    for (let i = 0; i < 10; i++) log.push(20_000 + i * 100);
    expect(window.freeAt(21_000, 0, probe(20_900), 0)).toBe(15_000);
  });

  it('explains a refusal only while it is full, to the instant', () => {
    const { window } = guessed();
    const { endMs } = window;
    expect([window.explains(endMs - 1, 1000), window.explains(endMs, 1000)]).toEqual([true, false]);
  });

  it('is as long as the second refusal says', () => {
    const { window } = guessed();
    const end = window.endMs;
    window.confirm(end - 2000, end + 3000, (ms) => ms);
    expect([window.confirmed, window.spanMs]).toEqual([true, 18_000]);
  });

  it('does not shrink: it is not known yet', () => {
    expect(guessed().window.shrinks(5, 15_000)).toBe(false);
  });
});
