import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryAfterGate } from '../../src/dispatch/throttle.js';

const gate = (random = 0): RetryAfterGate => new RetryAfterGate(() => random);

describe('an open gate', () => {
  it('lets everybody pass at once', () => {
    const open = gate();
    expect([1, 2, 3].map(() => (open.sent(500), open.nextSendAt(500)))).toEqual([500, 500, 500]);
  });

  it('is not shut by answers, or by the lack of one', () => {
    const open = gate();
    open.answered(open.sent(0), 80, { kind: 'accepted' });
    open.answered(open.sent(0), 30_000, { kind: 'lost' });
    expect(open.nextSendAt(30_000)).toBe(30_000);
  });
});

describe('a refusal', () => {
  it('shuts the gate for as long as it asks, counted from its receipt', () => {
    const shut = gate();
    shut.answered(shut.sent(1000), 1080, { kind: 'refused', retryAfterMs: 2128 });
    expect(shut.closedUntilMs).toBe(3208);
    expect(shut.nextSendAt(1080)).toBe(3208);
    expect(shut.nextSendAt(4000)).toBe(4000);
  });

  it('may shut it for ever, and zero is a wait as well', () => {
    const shut = gate();
    shut.answered(shut.sent(0), 80, { kind: 'refused', retryAfterMs: 0 });
    expect(shut.nextSendAt(80)).toBe(80);
    shut.answered(shut.sent(80), 160, { kind: 'refused', retryAfterMs: Infinity });
    expect(shut.nextSendAt(1e12)).toBe(Infinity);
  });

  it('opens no earlier than the latest of all, in whatever order they come', () => {
    const waits = fc.array(fc.record({ tookMs: fc.nat(500), retryAfterMs: fc.nat(60_000) }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(waits, (refusals) => {
        const shut = gate();
        const calls = refusals.map((each) => ({ ...each, id: shut.sent(0) }));
        calls.sort((a, b) => a.tookMs - b.tookMs);
        let latestMs = 0;
        for (const { id, tookMs, retryAfterMs } of calls) {
          shut.answered(id, tookMs, { kind: 'refused', retryAfterMs });
          latestMs = Math.max(latestMs, tookMs + retryAfterMs);
          expect(shut.nextSendAt(tookMs)).toBe(latestMs);
        }
      }),
    );
  });
});

describe('after a block', () => {
  const blocked = (): RetryAfterGate => {
    const shut = gate();
    shut.answered(shut.sent(0), 100, { kind: 'refused', retryAfterMs: 1000 });
    return shut;
  };

  it('one call goes first, and the others await its answer', () => {
    const shut = blocked();
    const trial = shut.sent(1100);
    expect(shut.nextSendAt(1100)).toBe(Infinity);
    shut.answered(trial, 1200, { kind: 'accepted' });
    expect(shut.nextSendAt(1200)).toBe(1200);
    shut.sent(1200);
    expect(shut.nextSendAt(1200)).toBe(1200);
  });

  it('a trial that is refused shuts it again, and another trial follows', () => {
    const shut = blocked();
    shut.answered(shut.sent(1100), 1200, { kind: 'refused', retryAfterMs: 5000 });
    expect(shut.nextSendAt(1200)).toBe(6200);
    shut.sent(6200);
    expect(shut.nextSendAt(6200)).toBe(Infinity);
  });

  it('a trial that taught nothing is followed by another', () => {
    const shut = blocked();
    shut.answered(shut.sent(1100), 31_100, { kind: 'lost' });
    expect(shut.nextSendAt(31_100)).toBe(31_100);
    shut.sent(31_100);
    expect(shut.nextSendAt(31_100)).toBe(Infinity);
  });

  it('a late answer to a call from before does not stand in for the trial', () => {
    const shut = gate();
    const early = shut.sent(0);
    shut.answered(shut.sent(0), 100, { kind: 'refused', retryAfterMs: 1000 });
    shut.sent(1100);
    shut.answered(early, 1150, { kind: 'accepted' });
    expect(shut.nextSendAt(1150)).toBe(Infinity);
  });
});

describe('a refusal that names no time', () => {
  /** How long the gate stays shut by each of `times` refusals, one after the other. */
  const waits = (shut: RetryAfterGate, times: number): number[] => {
    let nowMs = 0;
    return Array.from({ length: times }, () => {
      shut.answered(shut.sent(nowMs), nowMs, { kind: 'refused' });
      const waitMs = shut.closedUntilMs - nowMs;
      nowMs = shut.closedUntilMs;
      return waitMs;
    });
  };

  it('waits 1, 2, 4 … 30 s', () => {
    expect(waits(gate(), 7)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('waits longer by up to half, at random, and never less', () => {
    expect(waits(gate(0.999), 2)).toEqual([1499.5, 2999]);
  });

  it('begins anew once a call passed', () => {
    const shut = gate();
    waits(shut, 4);
    const nowMs = shut.closedUntilMs;
    shut.answered(shut.sent(nowMs), nowMs, { kind: 'accepted' });
    shut.answered(shut.sent(nowMs), nowMs, { kind: 'refused' });
    expect(shut.closedUntilMs - nowMs).toBe(1000);
  });

  it('is one block, however many calls were on the wire', () => {
    const shut = gate();
    const calls = Array.from({ length: 16 }, () => shut.sent(0));
    for (const call of calls) shut.answered(call, 80, { kind: 'refused' });
    expect(shut.closedUntilMs).toBe(1080);
  });
});

it('the round trip is learned from answers, not from silence', () => {
  const learning = gate();
  learning.answered(learning.sent(0), 100, { kind: 'accepted' });
  expect(learning.roundTripMs).toBe(100);
  learning.answered(learning.sent(0), 30_000, { kind: 'lost' });
  expect(learning.roundTripMs).toBe(100);
  for (let i = 0; i < 50; i += 1) learning.answered(learning.sent(0), 400, { kind: 'accepted' });
  expect(learning.roundTripMs).toBeCloseTo(400, 0);
});
