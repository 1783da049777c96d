import { describe, expect, test } from 'vitest';
import { judgeRow } from '../../src/run/rehearsal/judge-row.js';
import type { RowFacts } from '../../src/run/reads/facts.js';
import type { Row } from '../../src/model/row.js';
import { answered, device, noAnswer } from '../support/answers.js';
import { codeRow, seedRow, START_MS } from '../support/rows.js';

const ID = '0cadbf92-0000-4000-8000-000000000001';
const OTHER = '0cadbf92-0000-4000-8000-000000000002';
const ROW = codeRow(2);
const TOKEN = device('S2');

const known = <T>(value: T) => ({ kind: 'known', value }) as const;
const DENIED = { kind: 'denied' } as const;
const ENDED = { kind: 'ended', why: 'interrupted' } as const;
const MISSING = {
  kind: 'missing',
  answer: answered(404, { errorCode: 'Request_ResourceNotFound' }),
} as const;
const UNREAD = { kind: 'unread', answer: answered(503) } as const;
const user = (over = {}) => known({ id: ID, isEnabled: true, isGuest: false, ...over });

/** A row in whose way nothing stands. */
const FIT: RowFacts = { user: user(), tokens: known([]), apps: known(0), inventory: known([TOKEN]) };
const held = (by: string, over = {}) =>
  known([device('S2', { status: 'assigned', assignedToId: by, assignedToName: 'Amy', ...over })]);
const tokens = (count: number) => known(Array.from({ length: count }, (_, n) => device(`OTHER${n}`)));

const judge = (facts: Partial<RowFacts>, row: Row = ROW, granted = 0, nowMs = START_MS) =>
  judgeRow(row, { ...FIT, ...facts }, { granted }, 1, nowMs);

const LATE_MS = START_MS + 600_000;

describe('a row is judged by what was learned of it', () => {
  test.each<[what: string, facts: Partial<RowFacts>, status: string, reason: RegExp]>([
    ['nothing stands in the way', {}, 'would_enroll', /^$/],
    ['the user does not exist', { user: MISSING }, 'failed', /^unknown user: Graph knows no user2@/],
    [
      'the user may not be read, and has no methods',
      { user: DENIED, tokens: MISSING },
      'failed',
      /^unknown user: /,
    ],
    ['the account is disabled', { user: user({ isEnabled: false }) }, 'failed', /^disabled user: /],
    ['the user is a guest', { user: user({ isGuest: true }) }, 'failed', /^guest: /],
    [
      'Graph does not tell of either',
      { user: user({ isEnabled: undefined, isGuest: undefined }) },
      'would_enroll',
      /^$/,
    ],
    ['the inventory has no such token', { inventory: known([]) }, 'failed', /^unknown serial number: /],
    [
      'the inventory has another alone',
      { inventory: known([device('S22')]) },
      'failed',
      /^unknown serial number: /,
    ],
    [
      'the serial number is written in other letters',
      { inventory: known([device('s2')]) },
      'would_enroll',
      /^$/,
    ],
    [
      'the token is somebody else’s',
      { inventory: held(OTHER) },
      'failed',
      /^token of somebody else: it is assigned to Amy$/,
    ],
    [
      'one of two of that number is',
      { inventory: known([TOKEN, ...held(OTHER).value]) },
      'failed',
      /^token of somebody else/,
    ],
    ['the token is the user’s, not active', { inventory: held(ID) }, 'would_enroll', /^$/],
    [
      'the token is the user’s and active',
      { inventory: held(ID, { status: 'activated' }) },
      'already_enrolled',
      /active for this user/,
    ],
    [
      'that is told by the user’s own tokens alone',
      { inventory: DENIED, user: DENIED, tokens: held(ID, { status: 'activated' }) },
      'already_enrolled',
      /active for this user/,
    ],
    [
      'it is active, whatever became of its holder',
      { inventory: held(ID, { status: 'activated' }), user: user({ isEnabled: false }) },
      'already_enrolled',
      /active/,
    ],
    [
      'the token has failed its activation',
      { inventory: held(ID, { status: 'failedActivation' }) },
      'failed',
      /^failed activation: /,
    ],
    [
      'the intervals differ',
      { inventory: known([device('S2', { intervalS: 60 })]) },
      'failed',
      /^interval differs: 30 s for this row, 60 s in the/,
    ],
    [
      'the inventory tells no interval',
      { inventory: known([device('S2', { intervalS: undefined })]) },
      'would_enroll',
      /^$/,
    ],
    ['the user has five tokens', { tokens: tokens(5) }, 'failed', /^too many methods: .* 5 /],
    [
      'the user has five methods together',
      { tokens: tokens(2), apps: known(3) },
      'failed',
      /^too many methods: /,
    ],
    ['the user has four', { tokens: tokens(2), apps: known(2) }, 'would_enroll', /^$/],
    ['this token is one of the five', { tokens: known([...tokens(4).value, TOKEN]) }, 'would_enroll', /^$/],
    [
      'two things stand in the way',
      { user: user({ isGuest: true }), inventory: known([]) },
      'failed',
      /^guest: .*; unknown serial number: /,
    ],
    ['the inventory may not be read', { inventory: DENIED }, 'would_enroll', /^$/],
    [
      'nothing may be read',
      { user: DENIED, tokens: DENIED, apps: DENIED, inventory: DENIED },
      'would_enroll',
      /^$/,
    ],
    [
      'the token is assigned, but whether to this user may not be read',
      { user: DENIED, tokens: DENIED, inventory: held(OTHER) },
      'unresolved',
      /^holder not known: /,
    ],
    [
      'one check could not be made',
      { apps: UNREAD },
      'unresolved',
      /^not checked: HTTP 503\. .*authenticator apps/,
    ],
    [
      'two could not',
      { apps: UNREAD, inventory: UNREAD },
      'unresolved',
      /apps .*, and whether token S2 is in the inventory/,
    ],
    [
      'an answer was lost',
      { user: { kind: 'unread', answer: noAnswer('reset') } },
      'unresolved',
      /^not checked: silence: reset/,
    ],
    [
      'one could not, and another says no',
      { apps: UNREAD, inventory: known([]) },
      'failed',
      /^unknown serial number/,
    ],
    [
      'the lists of methods are not there',
      { tokens: MISSING, apps: MISSING },
      'unresolved',
      /^not checked: HTTP 404/,
    ],
    [
      'the dry run ended first',
      { user: ENDED, inventory: ENDED },
      'not_attempted',
      /ended before its turn: interrupted/,
    ],
    ['it ended, and what was read says no', { apps: ENDED, user: MISSING }, 'failed', /^unknown user/],
  ])('%s', (_what, facts, status, reason) => {
    const outcome = judge(facts);
    expect(outcome.status).toBe(status);
    expect(outcome.reason).toMatch(reason);
    expect(outcome.attempts).toBe(0);
    expect(outcome.needsRecollection).toBe(status === 'not_attempted');
  });

  test('the holder’s object id proves something where the input names the user by it', () => {
    const facts = { user: DENIED, tokens: DENIED, inventory: held(ID, { status: 'activated' }) } as const;
    expect(judge(facts, codeRow(2, { user: ID.toUpperCase() })).status).toBe('already_enrolled');
    expect(judge(facts, codeRow(2, { user: OTHER })).reason).toMatch(/^token of somebody else/);
  });

  test('rows before it take places of the same user', () => {
    expect(judge({ tokens: tokens(3) }, ROW, 1).status).toBe('would_enroll');
    expect(judge({ tokens: tokens(3) }, ROW, 2).reason).toMatch(
      /already, 2 of them by rows above, and can have 5$/,
    );
  });

  test('a dead code shows where nothing worse does, also where a check could not be made', () => {
    const dead = (facts: Partial<RowFacts>) => judge(facts, ROW, 0, LATE_MS);
    expect(dead({})).toMatchObject({ status: 'expired', needsRecollection: true });
    expect(dead({ apps: UNREAD }).status).toBe('expired');
    expect(dead({ user: ENDED }).status).toBe('expired');
    expect(dead({ inventory: known([]) })).toMatchObject({ status: 'failed', needsRecollection: false });
    expect(dead({ inventory: held(ID, { status: 'activated' }) }).status).toBe('already_enrolled');
  });

  test('a row with a seed cannot die, and needs no code', () => {
    const seeded = { ...seedRow(2), intervalS: 30 } as const;
    expect(judge({}, seeded, 0, LATE_MS).status).toBe('would_enroll');
    expect(judge({ user: ENDED }, seeded)).toMatchObject({
      status: 'not_attempted',
      needsRecollection: false,
    });
  });

  test('what Graph answered stands beside what it decided', () => {
    expect(judge({ user: MISSING })).toMatchObject({
      httpStatus: 404,
      graphErrorCode: 'Request_ResourceNotFound',
    });
    expect(judge({ apps: UNREAD })).toMatchObject({ httpStatus: 503 });
    expect(judge({})).not.toHaveProperty('httpStatus');
  });
});
