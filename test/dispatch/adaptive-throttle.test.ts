import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdaptiveThrottle } from '../../src/dispatch/pace/adaptive/adaptive-throttle.js';
import { hintSchema, type Hint } from '../../src/dispatch/pace/adaptive/hint.js';
import type { Demand } from '../../src/dispatch/pace/throttle.js';
import { callsUnder, PLENTY } from './calls-under.js';

/** Far above what an answer that is still to come may take. */
const HOUR_MS = 3_600_000;

/** Codes, to which none will be added. */
const WITHIN_A_MINUTE = {
  timeless: 0,
  due: [{ inMs: 60_000, rows: 60 }],
  dueMs: 60_000,
  moreMayCome: false,
} as const;

/** A throttle in the hands of somebody who asks, sends and is answered. */
class Desk {
  readonly throttle: AdaptiveThrottle;

  constructor(random = 0, hint?: Hint) {
    this.throttle = new AdaptiveThrottle(() => random, hint);
  }

  opensAt(nowMs: number, demand = PLENTY): number {
    return this.throttle.nextSendAt(nowMs, demand);
  }

  isOpen(nowMs: number, demand = PLENTY): boolean {
    return this.opensAt(nowMs, demand) <= nowMs;
  }

  /** Sends a call and has it refused. */
  refuse(sentAtMs: number, nowMs: number, retryAfterMs?: number): void {
    this.throttle.answered(this.throttle.sent(sentAtMs), nowMs, { kind: 'refused', retryAfterMs });
  }

  accept(sentAtMs: number, nowMs: number): void {
    this.throttle.answered(this.throttle.sent(sentAtMs), nowMs, { kind: 'accepted' });
  }

  /** How many calls leave until then while none is answered. */
  unanswered(fromMs: number, demand: Demand, untilMs = 1000): number {
    let sent = 0;
    for (let atMs = fromMs; (atMs = this.opensAt(atMs, demand)) < untilMs; sent++) this.throttle.sent(atMs);
    return sent;
  }

  /** Calls that leave within a span against a server that takes `calls` in every `windowMs`, first-call aligned. */
  run(calls: number, windowMs: number, untilMs: number, tripMs = 80): { taken: number; refused: number } {
    const limit = { kind: 'window', calls, seconds: windowMs / 1000, alignedTo: 'first call' } as const;
    return callsUnder(limit, untilMs, this.throttle, { tripMs });
  }
}

it('two calls, and one more for each hundred that it takes, are in flight under a window that is known', () => {
  const inFlight = (calls: number): number => {
    const desk = new Desk();
    desk.run(calls, 60_000, 243_000);
    let sent = 0;
    for (; desk.isOpen(243_000); sent++) desk.throttle.sent(243_000);
    return sent;
  };
  expect([100, 200].map(inFlight)).toEqual([3, 4]);
});

/** A round trip of 80 ms: one after the other are twelve and a half a second. */
describe('under a window of sixty calls a minute that is known', () => {
  it.each([
    ['one after the other, if that is half as fast again as the codes ask for', 8, true, 1, {}],
    ['one after the other, whatever may be added', 8, true, 1, { moreMayCome: true }],
    ['control: not if they ask for more', 9, true, 2, {}],
    ['control: not where a row cannot expire', 8, true, 2, { timeless: 1 }],
    ['control: not while it may slide, as no call was taken early', 8, false, 2, {}],
  ] as const)('calls leave %s', (_, perS, takenEarly, inFlight, rows) => {
    const desk = new Desk();
    desk.run(60, 60_000, 243_000);
    for (let nth = 0; nth < 60; nth++) desk.accept(363_000 + 80 * nth, 363_080 + 80 * nth);
    const nextMs = takenEarly ? 10 : 80;
    for (let nth = 0; nth < 60; nth++) desk.accept(423_100 + nextMs * nth, 423_180 + nextMs * nth);
    const demand = { ...WITHIN_A_MINUTE, waiting: 1000, perMs: perS / 1000, ...rows };
    expect(desk.unanswered(500_000, demand, 501_000)).toBe(inFlight);
  });
});

describe('with no limit known', () => {
  it('sixteen calls of many rows leave at once', () => {
    const desk = new Desk();
    for (let sent = 0; sent < 16; sent++) {
      expect(desk.isOpen(500)).toBe(true);
      desk.throttle.sent(500);
    }
  });

  it('answers, or the lack of one, do not shut the gate', () => {
    const desk = new Desk();
    desk.accept(0, 80);
    desk.throttle.answered(desk.throttle.sent(80), 30_000, { kind: 'lost' });
    expect(desk.isOpen(30_000)).toBe(true);
  });

  it('codes leave a few times faster than they have to, a handful of rows at once', () => {
    const desk = new Desk();
    const demand: Demand = {
      ...WITHIN_A_MINUTE,
      waiting: 600,
      perMs: 600 / 60_000,
    };
    expect(desk.isOpen(500, demand)).toBe(true);
    desk.accept(500, 580);
    expect(desk.opensAt(580, demand)).toBe(580);
    expect(desk.opensAt(510, demand)).toBeCloseTo(533.3, 1);
    const unhurried: Demand = { ...demand, perMs: 1e-9 };
    expect(desk.opensAt(580, unhurried)).toBe(2500);
    expect(desk.opensAt(580, { ...unhurried, waiting: 9 })).toBe(700);
    expect(desk.isOpen(580, { ...demand, moreMayCome: true })).toBe(true);
  });

  it.each([
    ['sixty codes', { waiting: 60 }, 1],
    ['one more, two thirds of a call within a round trip', { waiting: 61, perMs: 6 / 1000 }, 1],
    ['a little faster than that', { waiting: 61, perMs: 7 / 1000 }, 2],
    ['slow ones to which others may be added', { waiting: 61, moreMayCome: true }, 2],
    ['sixty codes to which others may be added', { waiting: 60, moreMayCome: true }, 2],
    ['sixty rows, one of which cannot expire', { waiting: 60, timeless: 1 }, 2],
    ['sixty codes that have to go at fifteen a second', { waiting: 60, perMs: 15 / 1000 }, 1],
    ['sixty codes that have to go at twenty-five a second', { waiting: 60, perMs: 25 / 1000 }, 2],
    ['half of what has to go within a round trip', { waiting: 10_000, perMs: 200 / 1000 }, 10],
  ] as const)('all that are in flight may be refused: %s', (_, rows, inFlight) => {
    const demand = { ...WITHIN_A_MINUTE, perMs: 1 / 1000, ...rows };
    expect(new Desk().unanswered(0, demand)).toBe(inFlight);
  });

  it.each([
    ['as forty calls have passed', 40, 32 / 1000, 3],
    ['control: not before', 39, 32 / 1000, 2],
    ['control: not where two keep up', 40, 31 / 1000, 2],
  ] as const)('three in flight keep up with the deadlines: %s', (_, taken, perMs, inFlight) => {
    const desk = new Desk();
    for (let i = 0; i < taken; i++) desk.accept(0, 80);
    const demand = { ...WITHIN_A_MINUTE, waiting: 1000, perMs };
    expect(desk.unanswered(500, demand)).toBe(inFlight);
  });

  it('rows that were sent count among the few', () => {
    const demand = { ...WITHIN_A_MINUTE, waiting: 51, perMs: 10 / 1000 };
    const mayAnotherLeave = (taken: number): boolean => {
      const desk = new Desk();
      for (let i = 0; i < taken; i++) desk.accept(0, 80);
      desk.throttle.sent(500);
      return desk.opensAt(500, demand) < 1000;
    };
    expect([9, 10].map(mayAnotherLeave)).toEqual([false, true]);
  });

  it('any number of calls is forecast', () => {
    expect(new Desk().throttle.forecast(0, 1000)).toBe(Infinity);
  });

  it('a call that is never answered does not hold up the others for ever', () => {
    const desk = new Desk();
    const demand: Demand = { ...WITHIN_A_MINUTE, waiting: 3, perMs: 1e-5, moreMayCome: true };
    desk.throttle.sent(0);
    desk.throttle.sent(0);
    expect(desk.isOpen(0, demand)).toBe(false);
    expect(desk.opensAt(0, demand)).toBeLessThan(5000);
    expect(desk.isOpen(5000, demand)).toBe(true);
  });
});

describe('how long a call takes', () => {
  it('is told by refusals, too, and the first answer alone is no average', () => {
    const desk = new Desk();
    expect(desk.throttle.roundTripMs).toBe(100);
    desk.refuse(0, 400, 0);
    expect(desk.throttle.roundTripMs).toBe(400);
    // An eighth of the difference, as RFC 6298 has it.
    desk.accept(1000, 2200);
    expect(desk.throttle.roundTripMs).toBe(500);
  });

  it('is not told by a call without an answer, nor by one that was given up', () => {
    const desk = new Desk();
    desk.accept(0, 400);
    desk.throttle.answered(desk.throttle.sent(1000), 31_000, { kind: 'lost' });
    expect(desk.throttle.roundTripMs).toBe(400);
    const overdue = desk.throttle.sent(40_000);
    expect(desk.isOpen(60_000)).toBe(true);
    desk.throttle.answered(overdue, 60_000, { kind: 'accepted' });
    expect(desk.throttle.roundTripMs).toBe(400);
  });

  it('says how long others wait for an answer: a second and four times that, and then for each anew', () => {
    const desk = new Desk();
    const demand: Demand = { ...WITHIN_A_MINUTE, waiting: 30, perMs: 1e-5, moreMayCome: true };
    desk.accept(0, 400);
    const fill = (nowMs: number): void => {
      for (let sent = 0; sent < 2; sent++) {
        expect(desk.isOpen(nowMs, demand)).toBe(true);
        desk.throttle.sent(nowMs);
      }
      expect(desk.opensAt(nowMs, demand)).toBe(nowMs + 1000 + 4 * 400);
    };
    fill(1000);
    fill(3600);
  });
});

it('a call without an answer is none that a limit took', () => {
  const hintOf = (lost: number): Hint | undefined => {
    const desk = new Desk();
    for (let at = 0; at < 20; at++) desk.accept(at * 100, at * 100 + 80);
    for (let at = 0; at < lost; at++) {
      desk.throttle.answered(desk.throttle.sent(2000), 2080, { kind: 'lost' });
    }
    desk.refuse(2100, 2180, 8000);
    desk.accept(10_300, 10_380);
    return desk.throttle.hint();
  };
  expect(hintOf(0)).toMatchObject({ windows: [{ calls: 20 }] });
  expect(hintOf(5)).toEqual(hintOf(0));
});

describe('a refusal', () => {
  it('shuts the gate for as long as it asks, counted from its receipt', () => {
    const desk = new Desk();
    desk.refuse(1000, 1080, 2128);
    expect(desk.throttle.closedUntilMs).toBe(3208);
    expect(desk.opensAt(1080)).toBe(3208);
    expect(desk.isOpen(4000)).toBe(true);
  });

  it('may shut it for ever, and zero is a wait as well', () => {
    const desk = new Desk();
    desk.refuse(0, 80, 0);
    expect(desk.isOpen(80)).toBe(true);
    desk.refuse(80, 160, Infinity);
    expect(desk.opensAt(1e12)).toBe(Infinity);
  });

  it('opens no earlier than the latest of all, in whatever order they come', () => {
    const waits = fc.array(fc.record({ tookMs: fc.nat(500), retryAfterMs: fc.nat(60_000) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(waits, (refusals) => {
        const desk = new Desk();
        const calls = refusals.map((each) => ({ ...each, id: desk.throttle.sent(0) }));
        calls.sort((a, b) => a.tookMs - b.tookMs);
        let latestMs = 0;
        for (const { id, tookMs, retryAfterMs } of calls) {
          desk.throttle.answered(id, tookMs, { kind: 'refused', retryAfterMs });
          latestMs = Math.max(latestMs, tookMs + retryAfterMs);
          expect(desk.opensAt(tookMs)).toBeGreaterThanOrEqual(latestMs);
        }
      }),
    );
  });
});

describe('after a block', () => {
  const blocked = (): Desk => {
    const desk = new Desk();
    desk.refuse(0, 100, 1000);
    return desk;
  };

  it('one call goes first, and the others await its answer', () => {
    const desk = blocked();
    const trial = desk.throttle.sent(1100);
    expect(desk.isOpen(1100)).toBe(false);
    desk.throttle.answered(trial, 1200, { kind: 'accepted' });
    expect(desk.opensAt(1200)).toBeLessThan(HOUR_MS);
  });

  it('a trial that is refused shuts it again, and another trial follows', () => {
    const desk = blocked();
    desk.refuse(1100, 1200, 5000);
    expect(desk.opensAt(1200)).toBe(6200);
    desk.throttle.sent(6200);
    expect(desk.isOpen(6200)).toBe(false);
  });

  it('a trial that taught nothing is followed by another', () => {
    const desk = blocked();
    desk.throttle.answered(desk.throttle.sent(1100), 31_100, { kind: 'lost' });
    expect(desk.isOpen(31_100)).toBe(true);
    desk.throttle.sent(31_100);
    expect(desk.isOpen(31_100)).toBe(false);
  });

  it('a late answer to a call from before does not stand in for the trial', () => {
    const desk = new Desk();
    const early = desk.throttle.sent(0);
    desk.refuse(0, 100, 1000);
    desk.throttle.sent(1100);
    desk.throttle.answered(early, 1150, { kind: 'accepted' });
    expect(desk.isOpen(1150)).toBe(false);
  });
});

describe('a refusal that names no time', () => {
  /** How long the gate stays shut by each of `times` refusals, one after the other. */
  const waits = (desk: Desk, times: number, retryAfterMs?: number): number[] => {
    let nowMs = 1;
    return Array.from({ length: times }, () => {
      desk.refuse(nowMs, nowMs, retryAfterMs);
      const waitMs = desk.throttle.closedUntilMs - nowMs;
      nowMs = desk.throttle.closedUntilMs;
      return Math.round(waitMs);
    });
  };

  it('waits 1, 2, 4 … 30 s', () => {
    expect(waits(new Desk(), 7)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('waits less by up to a quarter, at random, so that many programs do not come back as one', () => {
    expect(waits(new Desk(0.999), 2).map((ms) => Math.round(ms / 10))).toEqual([75, 150]);
  });

  it('is what a Retry-After that stays at one second, or at zero, comes to', () => {
    expect(waits(new Desk(), 6, 1000)).toEqual([1000, 1000, 4000, 8000, 16_000, 30_000]);
    expect(waits(new Desk(), 5, 0)).toEqual([0, 0, 4000, 8000, 16_000]);
  });

  it('begins anew once a call passed', () => {
    const desk = new Desk();
    waits(desk, 4);
    const nowMs = desk.throttle.closedUntilMs;
    desk.accept(nowMs, nowMs);
    desk.refuse(nowMs + 1, nowMs + 1);
    expect(desk.throttle.closedUntilMs - nowMs).toBeLessThan(2000);
  });
});

describe('a limit that was met', () => {
  it('of so many calls in a window is read from the refusals, and hardly met again', () => {
    const { taken, refused } = new Desk().run(40, 10_000, 600_000);
    expect(taken).toBeGreaterThan(0.97 * 40 * 60);
    expect(refused).toBeLessThan(0.02 * taken);
  });

  it('is handed on as a hint that a file can hold, and forecast', () => {
    const desk = new Desk();
    desk.run(40, 10_000, 300_000);
    const hint = desk.throttle.hint();
    expect(hint?.windows).toEqual([{ calls: 40, spanMs: 10_000 }]);
    expect(hintSchema.parse(JSON.parse(JSON.stringify(hint)))).toEqual(hint);
    const inMinute = desk.throttle.forecast(300_000, 360_000);
    expect(inMinute).toBeGreaterThanOrEqual(200);
    expect(inMinute).toBeLessThanOrEqual(280);
  });

  it('is no window of a few calls where many times more passed in as long a time before', () => {
    const desk = new Desk();
    for (let fromMs = 0; fromMs < 20_000; fromMs += 2000) {
      for (let ms = 0; ms < 480; ms += 20) desk.accept(fromMs + ms, fromMs + ms);
      desk.refuse(fromMs + 500, fromMs + 500, 1000);
    }
    desk.refuse(60_000, 60_000, 10_000);
    desk.accept(70_100, 70_100);
    // The short window slowed the calls, so the long one is that of all 240: as many passed in as long a time before as since any later beginning.
    expect(desk.throttle.hint()?.windows).toEqual([
      { calls: 24, spanMs: 1000 },
      { calls: 240, spanMs: 70_000 },
    ]);
  });

  it('as a hint spares the next run its first refusals', () => {
    const hinted = new Desk(0, { windows: [{ calls: 40, spanMs: 10_000 }] }).run(40, 10_000, 60_000);
    const plain = new Desk().run(40, 10_000, 60_000);
    expect(hinted.taken).toBeGreaterThanOrEqual(plain.taken - 40);
    expect(hinted.refused).toBeLessThanOrEqual(plain.refused);
  });

  it('as a hint of a bucket whose refusals are dear is kept just below', () => {
    const desk = new Desk(0, { windows: [], bucket: { perMs: 0.02, burst: 10, blockMs: 10_000 } });
    let nowMs = 0;
    let calls = 0;
    for (; nowMs < 60_000; nowMs = Math.max(nowMs, desk.opensAt(nowMs))) {
      desk.accept(nowMs, nowMs);
      calls += 1;
    }
    expect(calls).toBeLessThan(10 + 0.02 * 60_000);
    expect(calls).toBeGreaterThan(0.97 * 0.02 * 60_000);
  });

  /** Whether a call may leave after 200 ms, of a bucket that was hinted to hold nine, once the last of so many awaits its answer. */
  const isOpenBeside = (calls: number, isAnswered = false): boolean => {
    const desk = new Desk(0, { windows: [], bucket: { perMs: 0.02, burst: 10, blockMs: 1000 } });
    for (let sent = 1; sent < calls; sent++) desk.accept(0, 80);
    const last = desk.throttle.sent(0);
    if (isAnswered) desk.throttle.answered(last, 200, { kind: 'accepted' });
    return desk.isOpen(200);
  };

  it('none follows a call that takes more of a bucket than it surely holds, until that is answered', () => {
    expect(isOpenBeside(10)).toBe(false);
    expect(isOpenBeside(10, true)).toBe(true);
  });

  it('control: others follow one that it surely holds', () => {
    expect(isOpenBeside(9)).toBe(true);
  });

  it('as a hint of more than there is holds nothing up for ever', () => {
    const desk = new Desk(0, { windows: [{ calls: 72, spanMs: 9000 }] });
    for (let nowMs = 0; nowMs < 4000; nowMs += 100) desk.accept(nowMs, nowMs + 80);
    desk.refuse(4000, 4080, 1000);
    let nowMs = 4080;
    for (let sent = 0; sent < 100; sent++) {
      nowMs = Math.max(nowMs, desk.opensAt(nowMs));
      expect(nowMs).toBeLessThan(HOUR_MS);
      desk.accept(nowMs, nowMs + 80);
      nowMs += 80;
    }
  });

  it('as a hint that is wrong is given up: what passes counts for more', () => {
    const { taken } = new Desk(0, { windows: [{ calls: 10, spanMs: 10_000 }] }).run(400, 10_000, 60_000);
    expect(taken).toBeGreaterThan(10 * 7);
  });
});

it('the round trip is learned from answers, not from silence', () => {
  const desk = new Desk();
  desk.accept(0, 100);
  expect(desk.throttle.roundTripMs).toBe(100);
  desk.throttle.answered(desk.throttle.sent(100), 30_000, { kind: 'lost' });
  expect(desk.throttle.roundTripMs).toBe(100);
  for (let i = 0; i < 80; i += 1) desk.accept(30_000, 30_400);
  expect(desk.throttle.roundTripMs).toBeCloseTo(400, 0);
});
