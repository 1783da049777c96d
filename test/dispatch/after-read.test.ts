import { describe, expect, it } from 'vitest';
import { afterRead } from '../../src/dispatch/decisions/after-read.js';
import { answered, noAnswer, notSent, tooMany } from '../support/answers.js';

const TRIES = { troubles: 1, signInRefusals: 1 };

describe('what follows from the answer to a read', () => {
  it.each([200, 400, 403, 404])('HTTP %i is the answer', (status) => {
    expect(afterRead(TRIES, answered(status))).toEqual({ kind: 'settle' });
  });

  it.each([tooMany('5'), tooMany(), answered(503, { retryAfter: '5' }), notSent('connection_refused')])(
    'what was not considered is asked again as soon as the gate opens, and counts for nothing: %o',
    (answer) => {
      expect(afterRead(TRIES, answer)).toEqual({ kind: 'again', tries: TRIES, isPaused: false });
    },
  );

  it.each([answered(500), answered(504), answered(500, { retryAfter: '5' }), noAnswer('timeout')])(
    'what failed is asked again after a pause, three times in all: %o',
    (failure) => {
      expect(afterRead(TRIES, failure)).toEqual({
        kind: 'again',
        tries: { troubles: 2, signInRefusals: 1 },
        isPaused: true,
      });
      expect(afterRead({ ...TRIES, troubles: 2 }, failure)).toEqual({ kind: 'settle' });
    },
  );

  it('a sign-in that is refused is asked again with a new token, three times in all', () => {
    expect(afterRead(TRIES, answered(401))).toEqual({
      kind: 'again',
      tries: { troubles: 1, signInRefusals: 2 },
      isPaused: false,
    });
    expect(afterRead({ ...TRIES, signInRefusals: 2 }, answered(401))).toMatchObject({ kind: 'stop' });
  });

  it('without a sign-in nothing can be read', () => {
    expect(afterRead(TRIES, notSent('sign_in'))).toEqual({
      kind: 'stop',
      reason: 'not signed in: no luck: sign_in',
    });
  });
});
