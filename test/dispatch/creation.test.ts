import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/model/answer.js';
import { answered, device, found, noAnswer, notSent, tooMany } from '../support/answers.js';
import { newTokenRow } from '../support/rows.js';
import { NONE, NOT_FOUND, tell } from './story.js';

const CREATED = answered(201);
const DONE = answered(204);
const BAD = answered(400, { errorCode: 'badRequest', message: 'No.' });
const SAME = found(device('s1', { hashFunction: 'hmacsha1', manufacturer: 'Contoso', model: 'HardwareKey' }));
const OTHER_INTERVAL = found(device('S1', { intervalS: 60 }));
const SICK = answered(503);
const SILENT = noAnswer('timeout');

const C = 'create';
const A = 'activate';
const U = 'user_tokens';
const I = 'inventory';

/** A token for the inventory alone. */
const ONLY = newTokenRow(1, { user: '' });
/** A token for the inventory and then for its user. */
const BOTH = newTokenRow(1, { user: 'amy@contoso.example' });

describe('a token that is only put into the inventory', () => {
  it.each<[string, Answer[], string[], string, string]>([
    ['is taken', [CREATED], [C], 'imported', ''],
    ['is taken, and said so by a plain 200', [answered(200)], [C], 'imported', ''],
    ['throttled first', [tooMany('1'), CREATED], [C, C], 'imported', ''],
    ['no connection at first', [notSent('connection_refused'), CREATED], [C, C], 'imported', ''],
    ['is there already, the same', [BAD, SAME], [C, I], 'already_imported', ''],
    [
      'is there already, another',
      [BAD, OTHER_INTERVAL],
      [C, I],
      'failed',
      'interval 60 where the file has 30',
    ],
    ['refused for good', [BAD, NONE], [C, I], 'failed', 'HTTP 400 badRequest: No.'],
    ['refused, and nobody may look', [BAD, answered(403)], [C, I], 'failed', 'Policy.Read.All'],
    ['not allowed', [answered(403, { errorCode: 'accessDenied' })], [C], 'failed', 'Policy.ReadWrite'],
    ['no answer, yet it was done', [SILENT, SAME], [C, I], 'imported', ''],
    ['no answer, and not done', [SILENT, NONE, NONE, CREATED], [C, I, I, C], 'imported', ''],
    ['throttled, yet it was done', [tooMany('1'), BAD, SAME], [C, C, I], 'imported', ''],
    ['no answer, and nobody may look', [SILENT, answered(403)], [C, I], 'unresolved', 'list of OATH tokens'],
    [
      'fails again and again',
      [SICK, NONE, NONE, SICK, NONE, NONE, SICK, NONE, NONE],
      [C, I, I, C, I, I, C, I, I],
      'not_attempted',
      'failed 3 times (HTTP 503)',
    ],
  ])('%s', (_, answers, asked, status, reason) => {
    const story = tell(answers, ONLY);
    expect(story.asked.split(' ')).toEqual(asked);
    expect(story.end).toBe(status);
    expect(story.reason).toContain(reason);
  });

  it('is not believed to be missing before reads have had time to follow', () => {
    const { task } = tell([SILENT, NONE], ONLY);
    expect(task.ask).toBe(I);
    expect(task.notBeforeMs).toBe(100 + 10_000);
  });

  it('is created again three seconds after it was found missing', () => {
    const { task } = tell([SILENT, NONE, NONE], ONLY);
    expect(task).toMatchObject({ ask: C, notBeforeMs: 10_200 + 3000 });
  });
});

describe('a token that is put into the inventory and then activated', () => {
  it.each<[string, Answer[], string[], string, string]>([
    ['both are taken', [CREATED, DONE], [C, A], 'enrolled', ''],
    ['it was there already', [BAD, SAME, DONE], [C, I, A], 'enrolled', ''],
    [
      'not yet found by the activation',
      [CREATED, NOT_FOUND, NONE, NONE, DONE],
      [C, A, U, I, A],
      'enrolled',
      '',
    ],
    [
      'long not found',
      [CREATED, ...Array.from({ length: 5 }, () => [NOT_FOUND, NONE, NONE]).flat(), DONE],
      [C, ...Array.from({ length: 5 }, () => [A, U, I]).flat(), A],
      'enrolled',
      '',
    ],
    ['the user is unknown', [CREATED, NOT_FOUND, NOT_FOUND], [C, A, U], 'failed', 'unknown user'],
    ['the code is refused', [CREATED, BAD, NONE, SAME], [C, A, U, I], 'code_rejected', 'free'],
    ['not taken', [BAD, NONE], [C, I], 'failed', 'into the inventory'],
  ])('%s', (_, answers, asked, status, reason) => {
    const story = tell(answers, BOTH);
    expect(story.asked.split(' ')).toEqual(asked);
    expect(story.end).toBe(status);
    expect(story.reason).toContain(reason);
  });

  it('has some time to be found before it is activated', () => {
    const { task } = tell([CREATED], BOTH);
    expect(task).toMatchObject({ ask: A, notBeforeMs: 100 + 3000, createdAtMs: 100 });
  });

  it('that is not found is tried ever more seldom, after half of its age', () => {
    const again = [NOT_FOUND, NONE, NONE];
    const { task } = tell([CREATED, ...again, ...again], BOTH);
    // Created at 100, not found at 3400 (the least is 3000 ms later), and again at 6700.
    expect(task).toMatchObject({ ask: A, notBeforeMs: 6700 + (6700 - 100) / 2 });
  });

  it('is missing for good once it was not found for two minutes', () => {
    const answers = [CREATED, ...Array.from({ length: 9 }, () => [NOT_FOUND, NONE, NONE]).flat()];
    const story = tell(answers, BOTH);
    expect(story.end).toBe('failed');
    expect(story.reason).toContain('unknown serial number');
  });
});
