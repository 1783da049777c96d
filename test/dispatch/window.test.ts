import { describe, expect, it } from 'vitest';
import { SendLog } from '../../src/dispatch/pace/send-log.js';
import { Window, type Tries } from '../../src/dispatch/pace/adaptive/window.js';

const SPAN_MS = 10_000;
/** Clocks are read to the millisecond. */
const TICK_MS = 2;
const TRIP_MS = 80;
const NO_TRY: Tries = { early: false, duePerMs: 0, dueMs: Infinity, beyond: false, again: 0 };
const LAST_SENT_MS = 300;

const free = (
  window: Window,
  nowMs: number,
  pending: number,
  lastSentMs: number,
  guardMs: number,
  tries: Tries,
): number => window.freeAt({ nowMs, pending, lastSentMs, tripMs: TRIP_MS, guardMs }, tries);

/** The calls of a block, that told of the window, were told to wait so long, the first of them first. */
const readFrom = (window: Window, ...waitsMs: readonly number[]): void => {
  window.readFrom({ leastWaitMs: Math.min(...waitsMs), refusals: waitsMs.length }, waitsMs[0]!, {
    atMs: 0,
    nth: 0,
  });
};

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
    expect(free(window, 400, 0, LAST_SENT_MS, 0, NO_TRY)).toBe(400);
    expect(free(window, 400, 1, LAST_SENT_MS, 0, NO_TRY)).toBe(SPAN_MS + TICK_MS);
  });

  it('is full until its oldest call leaves the span, and those on their way count', () => {
    const { window } = fullWindow();
    expect(window.endMs).toBe(SPAN_MS);
    expect([0, 1, 2].map((pending) => free(window, 400, pending, LAST_SENT_MS, 0, NO_TRY))).toEqual(
      [0, 100, 200].map((ms) => ms + SPAN_MS + TICK_MS),
    );
  });

  it('lets follow what has room, and then one call as another leaves it', () => {
    const { window } = fullWindow(5);
    expect([400, 9_999, 10_000, 10_100].map((untilMs) => window.forecast(400, untilMs))).toEqual([
      1, 1, 2, 3,
    ]);
  });

  it('lets all follow at once where it is known to begin anew', () => {
    const { log, window } = fullWindow(4, [0, 1000, 2000, 3000]);
    window.reopened(SPAN_MS);
    // The second of these is early: it is taken before another call left the span.
    for (const sentAtMs of [10_000, 10_010]) {
      log.push(sentAtMs);
      window.accepted(0);
    }
    expect(window.beginsAnew).toBe(true);
    const untilMs = [10_050, 19_999, 20_000, 29_999, 30_000];
    expect(untilMs.map((each) => window.forecast(10_050, each))).toEqual([2, 2, 6, 6, 10]);
  });

  it('is kept a little longer where the way to Graph varies', () => {
    expect(free(fullWindow().window, 400, 0, LAST_SENT_MS, 50, NO_TRY)).toBe(SPAN_MS + 50 + TICK_MS);
  });

  it('is tried beyond what it takes by one call, late, just after whole seconds before its end', () => {
    const { window } = fullWindow();
    const beyond = { ...NO_TRY, beyond: true };
    // Twenty round trips and a second before the end, or later. Retry-After is rounded up: at 8.03 s it says two seconds, at 7.97 s three.
    expect(free(window, 400, 0, LAST_SENT_MS, 0, beyond)).toBe(SPAN_MS + TICK_MS - 2000 + 30);
    expect(free(window, 400, 0, LAST_SENT_MS, 500, beyond)).toBe(SPAN_MS + 500 + TICK_MS - 3000 + 30);
    expect(free(window, 8500, 0, 8400, 0, beyond)).toBe(SPAN_MS + TICK_MS - 1000 + 30);
    // Its answer must come first.
    expect(free(window, 1500, 1, LAST_SENT_MS, 0, beyond)).toBe(Infinity);
    // Once there is room again nothing is tried.
    expect(free(window, 10_500, 0, LAST_SENT_MS, 0, beyond)).toBe(10_500);
  });

  it('is tried sooner where codes die before its end, or it takes so many calls that they need longer', () => {
    const pressing = { ...NO_TRY, beyond: true, dueMs: 5000 };
    // They die at 5.4 s.
    expect(free(fullWindow().window, 400, 0, LAST_SENT_MS, 0, pressing)).toBe(SPAN_MS + TICK_MS - 7000 + 30);
    const hundred = fullWindow(
      100,
      Array.from({ length: 100 }, (_, nth) => nth),
    ).window;
    const beyond = { ...NO_TRY, beyond: true };
    // Half a round trip each.
    expect(free(hundred, 400, 0, LAST_SENT_MS, 0, beyond)).toBe(SPAN_MS + TICK_MS - 4000 + 30);
  });

  it('and found larger is tried again at once, then call by call', () => {
    const { window } = fullWindow();
    const again = { ...NO_TRY, again: 1 };
    expect(free(window, 1600, 0, 1500, 0, again)).toBe(-Infinity);
    expect(free(window, 1600, 1, 1500, 0, again)).toBe(1500 + 150);
  });

  it('is tried by one more at once for each four that it took, as long as so many refusals are affordable', () => {
    const { log, window } = fullWindow(
      40,
      Array.from({ length: 40 }, (_, nth) => nth),
    );
    const freeAt = (pending: number, again: number) =>
      free(window, 2000, pending, 1900, 0, { ...NO_TRY, again });
    const take = (calls: number) => {
      for (let i = 0; i < calls; i++) {
        log.push(1900);
        expect(window.accepted(0)).toBe('grew');
      }
    };
    take(3);
    expect([0, 1].map((pending) => freeAt(pending, 5))).toEqual([2000, 1900 + 150]);
    take(1);
    expect([0, 1].map((pending) => freeAt(pending, 5))).toEqual([2000, 1900 + 150]);
    take(5);
    expect([2, 3].map((pending) => freeAt(pending, 5))).toEqual([2000, 1900 + 150]);
    expect([1, 2].map((pending) => freeAt(pending, 2))).toEqual([2000, 1900 + 150]);
    // After a block it is told anew.
    log.push(9000);
    window.reopened(9000);
    expect(freeAt(1, 5)).toBe(1900 + 150);
  });

  it('is tried by no more at once than a twentieth of what it takes, and one', () => {
    const { log, window } = fullWindow(
      40,
      Array.from({ length: 40 }, (_, nth) => nth),
    );
    for (let i = 0; i < 20; i++) {
      log.push(1900);
      window.accepted(0);
    }
    // Of sixty calls that is four.
    expect([3, 4].map((pending) => free(window, 2000, pending, 1900, 0, { ...NO_TRY, again: 9 }))).toEqual([
      2000,
      1900 + 150,
    ]);
  });

  it('grows by a call that was taken beyond it, and by no other', () => {
    const { log, window } = fullWindow();
    log.push(1500);
    expect([window.accepted(0), window.calls]).toEqual(['grew', 5]);
    log.push(10_200);
    expect([window.accepted(0), window.calls]).toEqual(['held', 5]);
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
    early.confirm(9000, SPAN_MS + 1000, asIs);
    expect(early.spanMs).toBe(SPAN_MS);
  });

  it('is longer than thought where a call is told to wait for its end, and a second more than rounding adds', () => {
    const spanAfter = (endMs: number): number => {
      const { window } = fullWindow();
      window.confirm(9000, endMs, (ms) => Math.floor(ms / 1000) * 1000);
      return window.spanMs;
    };
    // Retry-After is rounded up, so a window of ten seconds may seem to end after eleven; a tried call makes it 11.03 s.
    expect([SPAN_MS + 1015, SPAN_MS + 1030, SPAN_MS + 2000].map(spanAfter)).toEqual([10_000, 11_000, 12_000]);
    // Such a wait is not of this window.
    expect(spanAfter(SPAN_MS + 2100)).toBe(SPAN_MS);
  });

  it('was none where a call is refused before it is full, if it is no longer than a block of a bucket', () => {
    const { window } = fullWindow(6);
    expect(window.isMisread(5000, 1000, SPAN_MS)).toBe(true);
    expect(window.isMisread(5000, 1000, SPAN_MS - 1)).toBe(false);
    // Whoever makes calls wait for longer is another limit.
    expect(window.isMisread(5000, SPAN_MS, SPAN_MS)).toBe(true);
    expect(window.isMisread(5000, SPAN_MS + 1, SPAN_MS)).toBe(false);
    // One call more or less may be late.
    expect(fullWindow(5).window.isMisread(5000, 1000, SPAN_MS)).toBe(false);
    expect(fullWindow(5).window.isMisread(SPAN_MS, 1000, SPAN_MS)).toBe(true);
    window.confirmed = false;
    expect(window.isMisread(5000, 1000, SPAN_MS)).toBe(false);
  });

  it('is the penalty of a bucket where a block ends long after it, and lasts as long as the first one', () => {
    const { window } = fullWindow();
    readFrom(window, 7000);
    expect(window.isPenalty(7000, SPAN_MS + 2100)).toBe(true);
    // A window by the clock may end so late.
    expect(window.isPenalty(7000, SPAN_MS + 2000)).toBe(false);
    expect([5900, 8100].map((waitMs) => window.isPenalty(waitMs, SPAN_MS + 2100))).toEqual([false, false]);
    // The second refusal is the first to tell that it is none.
    window.confirmed = false;
    expect(window.isPenalty(7000, SPAN_MS + 2100)).toBe(false);
  });
});

/** Ten calls in ten seconds: the last ten left one per 100 ms from 0 on, and the next window began at 10 s. */
describe('a window that begins anew', () => {
  const early = { ...NO_TRY, early: true };

  function begun(more: readonly number[] = []) {
    const log = new SendLog();
    const window = new Window(log, 10, SPAN_MS, true);
    for (let i = 0; i < 10; i++) log.push(i * 100);
    const take = (sentAtMs: number) => {
      log.push(sentAtMs);
      return window.accepted(0);
    };
    const verdicts = [SPAN_MS + 5, ...more].map(take);
    const freeAt = (nowMs: number, tries: Tries, pending = 0): number =>
      free(window, nowMs, pending, SPAN_MS, 0, tries);
    return { window, verdicts, take, freeAt };
  }
  /** The last of these went long before those of before had left. */
  const AT_ONCE = [100, 110, 120, 130, 140, 150, 160].map((ms) => SPAN_MS + ms);

  it('is free for one call after the other, as those before leave it, unless a refusal is affordable', () => {
    const { freeAt } = begun();
    expect(freeAt(SPAN_MS + 10, NO_TRY)).toBe(SPAN_MS + 100 + TICK_MS);
    expect(freeAt(SPAN_MS + 10, early)).toBe(SPAN_MS + 10);
    // Five, and no more, would be refused at once.
    expect(freeAt(SPAN_MS + 10, early, 4)).toBe(SPAN_MS + 10);
    expect(freeAt(SPAN_MS + 10, early, 5)).toBe(SPAN_MS + 600 + TICK_MS);
  });

  it('and is free for all its calls for good, once one was taken half a second before another left', () => {
    const { window, verdicts, freeAt } = begun(AT_ONCE);
    expect(verdicts).not.toContain('grew');
    expect(window.calls).toBe(10);
    expect(freeAt(SPAN_MS + 170, NO_TRY, 1)).toBe(SPAN_MS + 170);
    // With the two on their way it is full.
    expect(freeAt(SPAN_MS + 170, NO_TRY, 2)).toBe(2 * SPAN_MS + 5 + TICK_MS);
    // Of the one after it no more calls than it takes are on their way before an answer.
    expect(freeAt(2 * SPAN_MS + 10, NO_TRY, 9)).toBe(2 * SPAN_MS + 10);
    expect(freeAt(2 * SPAN_MS + 10, NO_TRY, 10)).toBe(Infinity);
  });

  it('grows by the first call beyond all that it takes', () => {
    const { verdicts } = begun([...AT_ONCE, SPAN_MS + 170, SPAN_MS + 180, SPAN_MS + 190]);
    expect(verdicts.indexOf('grew')).toBe(10);
  });

  it('does not grow by calls at its very end, which may be of the next one', () => {
    const { verdicts } = begun([...AT_ONCE, SPAN_MS + 170, SPAN_MS + 180, 2 * SPAN_MS - 490]);
    expect(verdicts).not.toContain('grew');
  });

  it('slides, where an early call is to wait until those before have left: that is not tried again', () => {
    const { window, freeAt } = begun();
    expect(window.endedEarly(SPAN_MS + 20, SPAN_MS + 1020, 1)).toBe(true);
    expect(freeAt(SPAN_MS + 1100, early)).toBe(SPAN_MS + 1100);
    expect(freeAt(SPAN_MS + 30, early)).toBe(SPAN_MS + 100 + TICK_MS);
    expect(window.calls).toBe(10);
  });

  it('that slides grows by a call that was taken long before another left', () => {
    const { window, take } = begun();
    window.endedEarly(SPAN_MS + 20, SPAN_MS + 1020, 1);
    expect(AT_ONCE.map(take).at(-1)).toBe('grew');
  });

  it('has not ended early where it took all its calls, nor where there was room in any such span', () => {
    const { window } = begun([...AT_ONCE, SPAN_MS + 170, SPAN_MS + 180]);
    expect(window.endedEarly(SPAN_MS + 2200, 2 * SPAN_MS + 200, 1)).toBe(false);
    expect(begun().window.endedEarly(SPAN_MS + 150, SPAN_MS + 1090, 2)).toBe(false);
  });

  it('takes fewer, where a call is to wait until it ends', () => {
    const { window } = begun([SPAN_MS + 2000, SPAN_MS + 2100]);
    expect(window.endedEarly(SPAN_MS + 2200, 2 * SPAN_MS + 200, 4)).toBe(false);
    expect(window.calls).toBe(10);
    const other = begun([SPAN_MS + 2000, SPAN_MS + 2100]).window;
    expect(other.endedEarly(SPAN_MS + 2200, 2 * SPAN_MS + 200, 3)).toBe(true);
    expect(other.calls).toBe(3);
  });

  it('is not what refused a call that is to wait for longer, nor one that left after its end', () => {
    const { window } = begun([SPAN_MS + 2000, SPAN_MS + 2100]);
    expect(window.endedEarly(2 * SPAN_MS + 5, 2 * SPAN_MS + 900, 1)).toBe(false);
    expect(window.endedEarly(SPAN_MS + 2200, 2 * SPAN_MS + 1010, 1)).toBe(false);
    expect(window.calls).toBe(10);
  });

  it('is not tried early again, whatever refused the call', () => {
    const { window, freeAt } = begun();
    expect(window.endedEarly(SPAN_MS + 20, 4 * SPAN_MS, 1)).toBe(false);
    expect(freeAt(SPAN_MS + 30, early)).toBe(SPAN_MS + 100 + TICK_MS);
  });
});

describe('a window that one refusal told of', () => {
  /** Ten calls a second apart were taken before; then the window was closed and reopened by a call, late, at 20 s. */
  function guessed(hinted = false, reopenedMs = 20_000) {
    const log = new SendLog();
    for (let i = 0; i < 10; i++) log.push(i * 1000);
    const window = new Window(log, 10, 15_000, false, hinted);
    window.reopened(reopenedMs);
    log.push(reopenedMs);
    return { log, window };
  }
  const beyond = { ...NO_TRY, early: true, beyond: true };

  it('is filled as it was before', () => {
    const { window } = guessed();
    // The first of before left at 0, the first of now at 20 s: the second follows a second later.
    expect(free(window, 20_100, 0, 20_000, 0, beyond)).toBe(21_000);
    expect(free(window, 20_100, 1, 20_000, 0, beyond)).toBe(22_000);
  });

  describe('where the codes ask for more than that', () => {
    const pressing = { ...NO_TRY, early: true, duePerMs: 2 / 1000 };

    it('is filled as fast as they ask, after a block that is too long for a penalty', () => {
      const { window } = guessed();
      readFrom(window, 16_000);
      expect(free(window, 20_100, 0, 20_000, 0, pressing)).toBe(20_500);
      expect(free(window, 20_100, 0, 20_000, 0, { ...pressing, duePerMs: 0.5 / 1000 })).toBe(21_000);
    });

    it('is filled as fast as they ask for good, once a call was taken before another left', () => {
      const after = (sentAtMs: number, guardMs: number): number => {
        const { log, window } = guessed(false, 15_000);
        readFrom(window, 16_000);
        log.push(sentAtMs);
        window.accepted(guardMs);
        return free(window, 15_950, 5, 15_940, 0, { ...pressing, early: false });
      };
      // The next one of before is out at 16 s.
      expect(after(15_899, 0)).toBe(15_940 + 500);
      expect(after(15_901, 0)).toBe(22_000);
      // Where the way to Graph varies it may have been out.
      expect(after(15_899, 5)).toBe(22_000);
    });

    it('is filled as before for good, where calls are known to be free one by one', () => {
      const { log, window } = guessed(false, 15_000);
      readFrom(window, 16_000);
      window.slides();
      log.push(15_499);
      window.accepted(0);
      expect(free(window, 15_600, 0, 15_500, 0, pressing)).toBe(17_000);
    });

    it('is filled as before where a refusal is one too many, or five are on their way', () => {
      const { window } = guessed();
      readFrom(window, 16_000);
      expect(free(window, 20_100, 0, 20_000, 0, { ...pressing, early: false })).toBe(21_000);
      expect(free(window, 20_100, 4, 20_000, 0, pressing)).toBe(20_500);
      const full = guessed(false, 10_000).window;
      readFrom(full, 16_000);
      expect(free(full, 10_100, 4, 10_000, 0, pressing)).toBe(10_500);
      expect(free(full, 10_100, 5, 10_000, 0, pressing)).toBe(21_000);
    });

    it('is filled as fast as they ask by more than five, where some are free anyway', () => {
      const { window } = guessed(false, 10_000);
      readFrom(window, 16_000);
      const freeAt = (pending: number, guardMs: number) =>
        free(window, 17_500, pending, 17_500, guardMs, pressing);
      // Three of before left more than fifteen seconds ago, and one took the place of the first of them.
      expect(freeAt(6, 400)).toBe(18_000);
      expect(freeAt(7, 400)).toBe(23_000);
      // Where the way to Graph varies, one fewer.
      expect(freeAt(6, 600)).toBe(22_000);
    });

    it('is filled as before where the block may have been a penalty of ten seconds', () => {
      const nextAfter = (...waitsMs: readonly number[]): number => {
        const { window } = guessed();
        readFrom(window, ...waitsMs);
        return free(window, 20_100, 0, 20_000, 0, pressing);
      };
      expect(nextAfter(10_080)).toBe(21_000);
      // The first call that is refused may be told eleven, but none after it.
      expect([nextAfter(11_080), nextAfter(11_500), nextAfter(11_501)]).toEqual([21_000, 21_000, 20_500]);
      expect(nextAfter(11_080, 10_080)).toBe(21_000);
      expect([nextAfter(11_080, 10_500), nextAfter(11_080, 10_501)]).toEqual([21_000, 20_500]);
    });
  });

  it('is taken for one where it was full before and a refusal is one too many', () => {
    const { log, window } = guessed();
    for (let i = 1; i < 10; i++) log.push(20_000 + i * 1000);
    expect(free(window, 29_100, 0, 29_000, 0, NO_TRY)).toBe(35_000 + TICK_MS);
    expect(free(window, 35_500, 0, 29_000, 0, NO_TRY)).toBe(35_000 + TICK_MS);
  });

  it('is groped for where it was full before, one call after the other', () => {
    const { log, window } = guessed();
    for (let i = 1; i < 10; i++) log.push(20_000 + i * 1000);
    expect(free(window, 29_100, 1, 29_000, 0, beyond)).toBe(Infinity);
    // The first that may be too many goes just after a whole second before the end.
    const end = 20_000 + 15_000 + TICK_MS;
    expect(free(window, 29_100, 0, 29_000, 0, beyond)).toBe(end - 4000 + 30);
    log.push(31_032);
    expect(free(window, 31_100, 0, 31_032, 0, beyond)).toBe(31_032 + 1500);
  });

  describe('after a block that is too long for a penalty', () => {
    function filled() {
      const { log, window } = guessed();
      readFrom(window, 16_000);
      for (let i = 1; i < 10; i++) log.push(20_000 + i * 1000);
      return { log, window };
    }

    it('is groped for as late as what it is found to take can be used', () => {
      const { window } = filled();
      // The end, less twenty round trips and a second.
      const end = 20_000 + 15_000 + TICK_MS;
      expect(free(window, 29_100, 0, 29_000, 0, beyond)).toBe(end - 2000 + 30);
      expect(free(window, 29_100, 0, 29_000, 0, { ...beyond, dueMs: 4000 })).toBe(end - 4000 + 30);
    });

    it('has grown where it takes more, and is tried again at once', () => {
      const { log, window } = filled();
      log.push(33_032);
      expect([window.accepted(0), window.calls, window.confirmed]).toEqual(['grew', 11, false]);
      expect(free(window, 33_100, 0, 33_032, 0, { ...beyond, again: 1 })).toBe(33_100);
      expect(free(window, 33_100, 1, 33_032, 0, { ...beyond, again: 1 })).toBe(33_032 + 150);
    });
  });

  it('is none where more calls pass than it should hold', () => {
    const { log, window } = guessed();
    const verdicts = Array.from({ length: 13 }, (_, i) => {
      log.push(20_100 + i * 100);
      return window.accepted(0);
    });
    // With the one that reopened it that is the twelfth of ten.
    expect(verdicts.indexOf('refuted')).toBe(10);
  });

  it('is not refuted by calls of the next one', () => {
    const { log, window } = guessed();
    const verdicts = Array.from({ length: 40 }, (_, i) => {
      log.push(20_000 + (i + 1) * 1500);
      return window.accepted(0);
    });
    expect(verdicts).not.toContain('refuted');
  });

  it('of an earlier run is tried call by call where it was full then', () => {
    const { log, window } = guessed(true);
    for (let i = 1; i < 9; i++) log.push(20_000 + i * 1000);
    expect(free(window, 28_100, 1, 28_000, 0, beyond)).toBe(28_150);
    expect(free(window, 28_100, 0, 28_000, 0, beyond)).toBe(-Infinity);
  });

  it('of an earlier run that is larger than all that was taken is waited for its length', () => {
    const log = new SendLog();
    for (let i = 0; i < 10; i++) log.push(i * 1000);
    const window = new Window(log, 20, 15_000, false, true);
    window.reopened(20_000);
    for (let i = 0; i < 10; i++) log.push(20_000 + i * 100);
    expect(free(window, 21_000, 0, 20_900, 0, beyond)).toBe(15_000);
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
    const { window } = guessed();
    expect(window.endedEarly(21_000, 35_000, 1)).toBe(false);
  });
});
