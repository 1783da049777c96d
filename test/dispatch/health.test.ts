import { describe, expect, it } from 'vitest';
import { Health } from '../../src/dispatch/decisions/health.js';
import { answered, noAnswer, notSent } from '../support/answers.js';

/** Some runs are resumed, some go on for hours: no clock begins at zero for us. */
const START_MS = 7_200_000;
const TAKEN = answered(204);
const SICK = answered(500);
const REFUSED = notSent('connection_refused');

describe('Graph is out of reach', () => {
  it('for five seconds, and had never answered: the run ends', () => {
    const health = new Health();
    expect(health.answered(REFUSED, START_MS)).toBeUndefined();
    expect(health.answered(REFUSED, START_MS + 4_999)).toBeUndefined();
    expect(health.answered(REFUSED, START_MS + 5_000)).toBe(
      'Graph is out of reach: no luck: connection_refused',
    );
  });

  it('and a call that was cut off is no answer of Graph’s: still five seconds', () => {
    const health = new Health();
    health.answered(noAnswer('reset'), START_MS);
    health.answered(REFUSED, START_MS + 100);
    expect(health.answered(REFUSED, START_MS + 5_100)).toContain('out of reach');
  });

  it('for a minute, and had answered before: the run ends', () => {
    const health = new Health();
    health.answered(TAKEN, START_MS);
    health.answered(REFUSED, START_MS + 1_000);
    expect(health.answered(REFUSED, START_MS + 60_999)).toBeUndefined();
    expect(health.answered(REFUSED, START_MS + 61_000)).toContain('out of reach');
  });

  it('now and then: any answer in between begins the minute anew', () => {
    const health = new Health();
    for (let atMs = START_MS; atMs < START_MS + 600_000; atMs += 50_000) {
      expect(health.answered(REFUSED, atMs)).toBeUndefined();
      expect(health.answered(TAKEN, atMs + 1_000)).toBeUndefined();
    }
  });
});

describe('Graph fails at every call', () => {
  it('for five minutes: the run ends', () => {
    const health = new Health();
    expect(health.answered(SICK, START_MS)).toBeUndefined();
    expect(health.answered(noAnswer('timeout'), START_MS + 299_999)).toBeUndefined();
    expect(health.answered(SICK, START_MS + 300_000)).toBe('Graph fails at every call (HTTP 500)');
  });

  it.each([TAKEN, answered(404), answered(429, { retryAfter: '5' })])(
    'but one: it begins anew, however long ago that was (HTTP $httpStatus)',
    (answer) => {
      const health = new Health();
      health.answered(SICK, START_MS);
      expect(health.answered(answer, START_MS + 299_000)).toBeUndefined();
      expect(health.answered(answer, START_MS + 900_000)).toBeUndefined();
      expect(health.answered(SICK, START_MS + 900_100)).toBeUndefined();
      expect(health.answered(SICK, START_MS + 1_200_000)).toBeUndefined();
      expect(health.answered(SICK, START_MS + 1_200_100)).toContain('fails at every call');
    },
  );
});
