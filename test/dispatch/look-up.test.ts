import { describe, expect, it } from 'vitest';
import { decide } from '../../src/dispatch/decisions/decide.js';
import { newTask, type Task } from '../../src/dispatch/task.js';
import type { Answer } from '../../src/model/answer.js';
import { answered, device, found, noAnswer, notSent, tooMany } from '../support/answers.js';
import { seedRow, START_MS } from '../support/rows.js';
import {
  A,
  AMY_ID,
  BAD,
  DEADLINE_MS,
  FREE,
  I,
  MINE,
  MINE_INACTIVE,
  NONE,
  NOT_FOUND,
  ROW,
  SPOILED,
  tell,
  THEIRS,
  U,
} from './story.js';

describe('what Graph refuses for an unknown reason is looked up', () => {
  it.each<[string, Answer[], string, string, string]>([
    ['no such user', [BAD, NOT_FOUND], [A, U].join(' '), 'failed', 'unknown user'],
    ['no such serial number', [BAD, NONE, NONE], [A, U, I].join(' '), 'failed', 'unknown serial number'],
    [
      'another serial number in the answer',
      [BAD, found(device('S11', { status: 'activated' })), found(device('S11'))],
      [A, U, I].join(' '),
      'failed',
      'unknown serial number',
    ],
    ['a token of somebody else', [BAD, NONE, THEIRS], [A, U, I].join(' '), 'failed', 'Bob Ray'],
    ['active for this user', [BAD, MINE], [A, U].join(' '), 'already_enrolled', 'already'],
    ['marked as failed', [BAD, SPOILED], [A, U].join(' '), 'failed', 'failedActivation'],
    ['this user’s, but not active', [BAD, MINE_INACTIVE], [A, U].join(' '), 'code_rejected', 'not active'],
    ['free', [BAD, NONE, FREE], [A, U, I].join(' '), 'code_rejected', 'HTTP 400 badRequest'],
    [
      'the user’s list forbidden, the token free',
      [BAD, answered(403), FREE],
      [A, U, I].join(' '),
      'code_rejected',
      'free',
    ],
    [
      'the user’s list forbidden, the token somebody’s',
      [BAD, answered(403), THEIRS],
      [A, U, I].join(' '),
      'unresolved',
      'S1',
    ],
    [
      'the inventory forbidden',
      [BAD, NONE, answered(403)],
      [A, U, I].join(' '),
      'unresolved',
      'Policy.Read.All',
    ],
    [
      'the inventory not found: no word about the user',
      [BAD, NONE, NOT_FOUND, FREE],
      [A, U, I, I].join(' '),
      'code_rejected',
      'free',
    ],
    ['both forbidden', [BAD, answered(403), answered(403)], [A, U, I].join(' '), 'unresolved', 'S1'],
    [
      'an unknown 403 code',
      [answered(403, { errorCode: 'x' }), NONE, NONE],
      [A, U, I].join(' '),
      'failed',
      'unknown',
    ],
    ['404, unknown user', [NOT_FOUND, NOT_FOUND], [A, U].join(' '), 'failed', 'unknown user'],
    ['404, unknown serial number', [NOT_FOUND, NONE, NONE], [A, U, I].join(' '), 'failed', 'unknown serial'],
  ])('%s', (_, answers, asked, end, reason) => {
    const story = tell(answers);
    expect(story).toMatchObject({ asked, end });
    expect(story.reason).toContain(reason);
  });

  it('the user named by object id is recognised in the inventory alone', () => {
    const row = { ...ROW, user: AMY_ID.toUpperCase() };
    expect(tell([BAD, answered(403), MINE], row)).toMatchObject({ end: 'already_enrolled' });
    expect(tell([BAD, answered(403), MINE_INACTIVE], row)).toMatchObject({ end: 'code_rejected' });
    expect(tell([BAD, answered(403), SPOILED], row)).toMatchObject({ end: 'failed' });
  });

  it('a list of several pages is read to its end', () => {
    const page = { ...found(device('S7')), nextPage: 'page-2' };
    const story = tell([BAD, page, MINE]);
    expect(story).toMatchObject({ asked: [A, U, U].join(' '), end: 'already_enrolled' });
    expect(tell([BAD, page]).task.doubt?.page).toBe('page-2');
  });

  it.each([
    ['empty pages', 50, found()],
    ['tokens', 12, found(...Array.from({ length: 45 }, (_, i) => device(`X${i}`)))],
  ])('a list of %s that does not end is given up', (_, pages, page) => {
    const list = Array.from({ length: pages }, (__, i) => ({ ...page, nextPage: `page-${i + 2}` }));
    expect(tell([BAD, ...list])).toMatchObject({ end: 'unresolved' });
    expect(tell([BAD, ...list.slice(1), MINE])).toMatchObject({ end: 'already_enrolled' });
  });
});

describe('a code that died', () => {
  it('before Graph refused it is expired, not rejected', () => {
    const refusedLate = tell([BAD], ROW, DEADLINE_MS + 1);
    const { task } = refusedLate;
    const nowMs = DEADLINE_MS + 200;
    const inventory = decide(task, NONE, nowMs, 200);
    if (inventory.kind !== 'again') throw new Error('expected a second look-up');
    expect(decide(inventory.task, FREE, nowMs + 100, 300)).toMatchObject({
      kind: 'settle',
      status: 'expired',
    });
  });

  it('only while it was looked up is rejected', () => {
    expect(tell([BAD, NONE, FREE], ROW, DEADLINE_MS + 1)).toMatchObject({ end: 'code_rejected' });
  });

  it('while a lost call was looked up is expired, and not sent again', () => {
    const answers = [noAnswer('reset'), NONE, FREE, NONE, FREE];
    expect(tell(answers, ROW, DEADLINE_MS + 1)).toMatchObject({ end: 'expired' });
  });
});

describe('an activation whose effect is unknown', () => {
  const silences: [string, Answer][] = [
    ['reset', noAnswer('reset')],
    ['500', answered(500)],
    ['504', answered(504)],
    ['302', answered(302)],
    ['200', answered(200)],
  ];

  it.each(silences)('(%s) was done where a look-up finds the token active', (_, silence) => {
    expect(tell([silence, MINE])).toMatchObject({ end: 'enrolled' });
  });

  it.each(silences)('(%s) is believed not done only by a look 10 s after it', (_, silence) => {
    const first = tell([silence, NONE, FREE]);
    expect(first).toMatchObject({ end: `again: ${U}`, task: { notBeforeMs: 10_100 } });
    expect(tell([silence, NONE, FREE, NONE, FREE])).toMatchObject({ end: `again: ${A}` });
    expect(tell([silence, NONE, FREE, MINE])).toMatchObject({ end: 'enrolled' });
  });

  it('is looked at twice also where the token is assigned to the user but not active yet', () => {
    expect(tell([noAnswer('timeout'), MINE_INACTIVE])).toMatchObject({ end: `again: ${U}` });
    expect(tell([noAnswer('timeout'), MINE_INACTIVE, MINE])).toMatchObject({ end: 'enrolled' });
  });

  it('may itself be the holder that the inventory names: somebody else is believed at the second look', () => {
    expect(tell([noAnswer('timeout'), NONE, THEIRS])).toMatchObject({ end: `again: ${U}` });
    expect(tell([noAnswer('timeout'), NONE, THEIRS, NONE, THEIRS])).toMatchObject({ end: 'failed' });
  });

  it('may lag, too, where nobody may read whose the token is', () => {
    expect(tell([noAnswer('timeout'), answered(403), THEIRS])).toMatchObject({ end: `again: ${U}` });
    expect(tell([noAnswer('timeout'), answered(403), THEIRS, answered(403), THEIRS])).toMatchObject({
      end: 'unresolved',
    });
  });

  it('is given up after three failures, proven not done each time', () => {
    const server = [answered(500), NONE, FREE, NONE, FREE];
    const story = tell([...server, ...server, ...server], seedRow(1));
    expect(story).toMatchObject({ end: 'not_attempted' });
    expect(story.reason).toContain('3 times');
  });

  it.each([
    ['429', tooMany('1')],
    ['503 with Retry-After', answered(503, { retryAfter: '1' })],
    ['no answer', noAnswer('reset')],
  ])('is ours where a refusal after %s leads to a token active for the user', (_, first) => {
    const between = first.kind === 'no_answer' ? [NONE, FREE, NONE, FREE] : [];
    expect(tell([first, ...between, BAD, MINE])).toMatchObject({ end: 'enrolled' });
  });

  it('is not ours where the call before did not leave', () => {
    expect(tell([notSent('connection_refused'), BAD, MINE])).toMatchObject({ end: 'already_enrolled' });
    expect(tell([answered(401), BAD, MINE])).toMatchObject({ end: 'already_enrolled' });
  });
});

describe('a 404 though user and token exist', () => {
  const lagging = [NOT_FOUND, NONE, FREE];

  it('is the directory lagging behind: the same call is sent again', () => {
    expect(tell(lagging)).toMatchObject({ end: `again: ${A}`, task: { urgencyMs: DEADLINE_MS } });
  });

  it('is waited out a little before the call is repeated', () => {
    expect(tell(lagging).task.notBeforeMs).toBe(3300);
  });

  it('comes to an end, also for a row that cannot expire', () => {
    const row = { ...seedRow(1), serialNumber: 'S1' };
    const story = tell([...lagging, ...lagging, ...lagging], row);
    expect(story).toMatchObject({ end: 'code_rejected', task: { attempts: 3 } });
  });
});

describe('a look-up', () => {
  it.each([
    ['429', tooMany('1')],
    ['503 with Retry-After', answered(503, { retryAfter: '1' })],
    ['401', answered(401)],
    ['no connection', notSent('connection_refused')],
  ])('answered %s is asked again and proves nothing', (_, answer) => {
    expect(tell([BAD, answer])).toMatchObject({ end: `again: ${U}`, task: { mayBeOurs: false } });
    expect(tell([BAD, NONE, answer])).toMatchObject({ end: `again: ${I}`, task: { mayBeOurs: false } });
  });

  it.each([
    ['500', answered(500)],
    ['a timeout', noAnswer('timeout')],
    ['400', answered(400)],
    ['200 without a list', answered(200)],
  ])('that ends in %s is asked again 3 s later, three times, then the row stays unresolved', (_, answer) => {
    expect(tell([BAD, answer])).toMatchObject({ end: `again: ${U}`, task: { notBeforeMs: 3200 } });
    const story = tell([BAD, answer, answer, answer, answer]);
    expect(story).toMatchObject({ end: 'unresolved' });
    expect(story.reason).toContain('HTTP 400');
  });
});

describe('a look-up of two lists', () => {
  it('tells nothing of an activation without an answer before both were read ten seconds after it', () => {
    const doubt = { answer: noAnswer('timeout'), answeredAtMs: START_MS, sinceMs: 0, refused: false };
    const asked = (ask: 'user_tokens', leftAtMs: number): Task => ({
      ...newTask(ROW, DEADLINE_MS),
      ...{ ask, attempts: 1, mayBeOurs: true, leftAtMs, doubt },
    });
    const next = (first: number, second: number): string => {
      const users = decide(asked('user_tokens', first), NONE, START_MS, first + 50);
      if (users.kind !== 'again') return users.kind;
      const inventory = decide({ ...users.task, leftAtMs: second }, FREE, START_MS, second + 50);
      return inventory.kind === 'again' ? inventory.task.ask : inventory.kind;
    };
    // The user's list was read too early, the inventory late enough.
    expect(next(9_950, 10_050)).toBe(U);
    expect(next(10_000, 10_050)).toBe(A);
  });
});
