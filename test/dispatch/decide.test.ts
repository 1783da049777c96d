import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/model/answer.js';
import { answered, noAnswer, notSent, tooMany } from '../support/answers.js';
import { A, BAD, DEADLINE_MS, FREE, NONE, tell, U } from './story.js';

describe('an activation', () => {
  it.each([
    ['204', answered(204), 'enrolled'],
    ['403 without a code', answered(403), 'failed'],
    [
      '403 Authorization_RequestDenied',
      answered(403, { errorCode: 'Authorization_RequestDenied' }),
      'failed',
    ],
    ['403 accessDenied', answered(403, { errorCode: 'accessDenied' }), 'failed'],
  ])('answered %s is settled', (_, answer, status) => expect(tell([answer])).toMatchObject({ end: status }));

  it.each<[string, ...Answer[]]>([
    ['429 with Retry-After', tooMany('10')],
    ['429 without', tooMany()],
    ['429 UnknownError', answered(429, { errorCode: 'UnknownError' })],
    ['503 with Retry-After', answered(503, { retryAfter: '10' })],
    ['401', answered(401)],
    ['401 twice', answered(401), answered(401)],
    ['no connection', notSent('connection_refused')],
    ['no name', notSent('name_not_found')],
    ['no TLS', notSent('tls')],
  ])('answered %s is sent again, as urgent as before', (_, ...answers) => {
    expect(tell(answers)).toMatchObject({ end: `again: ${A}`, task: { urgencyMs: DEADLINE_MS } });
  });

  it('throttled a hundred times is sent again all the same', () => {
    expect(tell(Array.from({ length: 100 }, () => tooMany('1')))).toMatchObject({ end: `again: ${A}` });
  });

  it('that did not leave is no trouble of Graph’s, however often', () => {
    const lost = Array.from({ length: 20 }, () => notSent('connection_refused'));
    expect(tell([...lost, answered(500), NONE, FREE, NONE, FREE])).toMatchObject({ end: `again: ${A}` });
  });

  it.each([
    ...[400, 403, 404, 405, 409, 412, 422].map((status) => [status, Infinity] as const),
    ...[200, 201, 202, 302, 307, 500, 502, 503, 504, 507, 509].map(
      (status) => [status, DEADLINE_MS] as const,
    ),
  ])('answered %d is looked up: behind all codes after a plain no, else in its turn', (status, urgencyMs) => {
    const answer = answered(status, { errorCode: 'somethingElse' });
    expect(tell([answer])).toMatchObject({ end: `again: ${U}`, task: { urgencyMs } });
  });

  it.each(['timeout', 'reset', 'unreadable'] as const)('that got no answer (%s) is looked up', (cause) => {
    expect(tell([noAnswer(cause)])).toMatchObject({ end: `again: ${U}`, task: { urgencyMs: DEADLINE_MS } });
  });
});

describe('no valid sign-in', () => {
  it('ends the run when Graph refuses it also after renewal', () => {
    const story = tell([answered(401), answered(401), answered(401)]);
    expect(story).toMatchObject({ end: 'stop' });
    expect(story.reason).toContain('401');
  });

  it('is not blamed on the sign-in when the trouble before was another', () => {
    const server = [answered(500), NONE, FREE, NONE, FREE];
    expect(tell([...server, ...server, answered(401)])).toMatchObject({ end: `again: ${A}` });
  });

  it('is counted on where the connection failed in between', () => {
    const lost = notSent('connection_refused');
    expect(tell([answered(401), lost, answered(401), answered(204)])).toMatchObject({ end: 'enrolled' });
    expect(tell([answered(401), lost, answered(401), lost, answered(401)])).toMatchObject({ end: 'stop' });
  });

  it('ends the run at once when none can be had', () => {
    const reason = 'not signed in: no luck: sign_in';
    expect(tell([notSent('sign_in')])).toMatchObject({ end: 'stop', reason });
    expect(tell([BAD, notSent('sign_in')])).toMatchObject({ end: 'stop' });
  });
});
