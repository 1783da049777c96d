import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SendLog } from '../../src/dispatch/pace/send-log.js';
import { makeLimit } from '../simulation/limit-spec.js';

/** So many of the last calls are remembered. */
const REMEMBERED = 8192;

function logOf(...sentAtMs: readonly number[]): SendLog {
  const log = new SendLog();
  for (const each of sentAtMs) log.push(each);
  return log;
}

describe('the log of calls that were taken', () => {
  it('knows when each was sent, what was before the first, and what is yet to come', () => {
    const log = logOf(100, 250);
    expect([-1, 0, 1, 2].map((nth) => log.at(nth))).toEqual([-Infinity, 100, 250, Infinity]);
    expect(log.count).toBe(2);
  });

  it('counts those sent after an instant as a list would', () => {
    const gaps = fc.array(fc.nat(3), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: -2, max: 200 }), (waits, atMs) => {
        let nowMs = 0;
        const times = waits.map((wait) => (nowMs += wait));
        expect(logOf(...times).since(atMs)).toBe(times.filter((each) => each > atMs).length);
      }),
    );
  });

  it('knows whether more than so many were ever sent within a span', () => {
    const gaps = fc.array(fc.nat(3), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 20 }), fc.nat(40), (waits, calls, spanMs) => {
        let nowMs = 0;
        const times = waits.map((wait) => (nowMs += wait));
        const within = times.map(
          (from) => times.filter((each) => each >= from && each < from + spanMs).length,
        );
        expect(logOf(...times).exceeds(calls, spanMs)).toBe(Math.max(0, ...within) > calls);
      }),
    );
  });

  it('knows whether a window that begins with a call would ever have refused one', () => {
    const gaps = fc.array(fc.nat(3000), { maxLength: 60 });
    fc.assert(
      fc.property(
        gaps,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 30 }),
        (waits, calls, seconds) => {
          let nowMs = 0;
          const times = waits.map((wait) => (nowMs += wait));
          const window = makeLimit({ kind: 'window', calls, seconds, alignedTo: 'first call' }, () => 0);
          const refused = times.some((atMs) => window.arrive(atMs) !== undefined);
          expect(logOf(...times).overfills(calls, seconds * 1000)).toBe(refused);
        },
      ),
    );
    // Two windows may meet in one span.
    const met = logOf(0, 900, 950, 1000, 1050);
    expect([met.overfills(3, 1000), met.exceeds(3, 1000)]).toEqual([false, true]);
  });

  it('tells how many calls can follow, if there are never more than so many in any span, as sending them does', () => {
    const gaps = fc.array(fc.nat(9), { maxLength: 30 });
    const size = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(
        gaps,
        size,
        size,
        fc.nat(30),
        fc.integer({ min: -5, max: 90 }),
        (waits, calls, spanMs, restMs, ms) => {
          let nowMs = 0;
          const before = waits.map((wait) => (nowMs += wait));
          const fromMs = nowMs + restMs;
          const sent = [...before];
          for (let atMs = fromMs; atMs <= fromMs + ms; atMs++)
            while (sent.filter((each) => each > atMs - spanMs).length < calls) sent.push(atMs);
          expect(logOf(...before).following(calls, spanMs, fromMs, ms)).toBe(sent.length - before.length);
        },
      ),
    );
  });

  it('forgets all but the last 8,192, which it still tells apart', () => {
    const log = new SendLog();
    for (let i = 0; i < REMEMBERED + 100; i++) log.push(i);
    expect([99, 100, REMEMBERED + 99].map((nth) => log.at(nth))).toEqual([-Infinity, 100, REMEMBERED + 99]);
    expect(log.count).toBe(REMEMBERED + 100);
    expect(log.since(-1)).toBe(REMEMBERED);
    expect(log.since(REMEMBERED + 89)).toBe(10);
  });
});
