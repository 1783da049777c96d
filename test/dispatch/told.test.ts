import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/model/answer.js';
import type { Row } from '../../src/model/row.js';
import { Secret } from '../../src/model/secret.js';
import { answered, device, found, noAnswer, tooMany } from '../support/answers.js';
import { codeRow, newTokenRow, rowDueIn, seedRow } from '../support/rows.js';
import { Bench, inTurn } from './harness.js';
import { AMY_ID, BAD, DEADLINE_MS, FREE, MINE, MINE_INACTIVE, NONE, ROW, SPOILED, tell } from './story.js';

const FORBIDDEN = answered(403);
const SILENT = noAnswer('timeout');
const CHECK = 'Check in the Entra admin centre whether token S1 is active for amy@contoso.example';
const LIST = 'Check in the Entra admin centre whether token S1 is in the list of OATH tokens';
const ONLY = newTokenRow(1, { user: '' });

describe('the reason of a row says in plain words', () => {
  it.each<[string, readonly Answer[], string]>([
    [
      'who may not enrol whom',
      [FORBIDDEN],
      'not allowed: the signed-in identity may not enrol this user (for a user who is an administrator it needs the role Privileged Authentication Administrator)',
    ],
    ['that a look-up proved it', [tooMany('1'), BAD, MINE], 'a look-up found the token active for this user'],
    ['that it was so before', [BAD, MINE], 'the token is active for this user already'],
    ['that it went through', [answered(204)], ''],
    [
      'what to do with a token that Entra ID gave up',
      [BAD, SPOILED],
      'Entra ID has marked the token failedActivation: remove it from the user, then collect a fresh code',
    ],
    [
      'that the token must be imported',
      [BAD, NONE, NONE],
      'unknown serial number: the tenant’s inventory has no such token; import it first (oath-enroll import)',
    ],
    ['which user is unknown', [BAD, answered(404)], 'unknown user: Graph knows no amy@contoso.example'],
    [
      'that somebody has the token, also without a name',
      [BAD, NONE, found(device('S1', { assignedToId: 'a1b2' }))],
      'token of somebody else: it is assigned to another user',
    ],
    [
      'that the holder could not be read',
      [BAD, FORBIDDEN, found(device('S1', { assignedToId: 'a1b2' }))],
      `HTTP 400 badRequest; the token is assigned, but to whom could not be read. ${CHECK}`,
    ],
    [
      'what may be the matter where nothing can be read',
      [BAD, NONE, FORBIDDEN],
      `HTTP 400 badRequest; wrong code, unknown serial number or token of somebody else: the inventory may not be read to tell (grant Policy.Read.All). ${CHECK}`,
    ],
    [
      'that nobody knows whether it was done',
      [SILENT, FORBIDDEN, FORBIDDEN],
      `silence: timeout; it may have been done or not: the inventory may not be read to tell (grant Policy.Read.All). ${CHECK}`,
    ],
    [
      'that the look-ups failed, too',
      [BAD, ...Array<Answer>(4).fill(answered(500))],
      `HTTP 400 badRequest; the look-up failed too (HTTP 500). ${CHECK}`,
    ],
    [
      'that a list has no end',
      [BAD, ...Array<Answer>(50).fill({ ...found(), nextPage: 'next' })],
      `HTTP 400 badRequest; the list of tokens does not end. ${CHECK}`,
    ],
    [
      'that the code was wrong, and what is known of the token',
      [BAD, NONE, FREE],
      'Graph refused (HTTP 400 badRequest); user and token exist and the token is free: the code was wrong, or the user may not have a token (a guest may not)',
    ],
    [
      'that the token is the user’s',
      [BAD, MINE_INACTIVE],
      'Graph refused (HTTP 400 badRequest); the token is assigned to this user but not active: the code was wrong, or the user may not have a token (a guest may not)',
    ],
  ])('%s', (_, answers, reason) => {
    expect(tell(answers).reason).toBe(reason);
  });

  it('that the code’s time was over when Graph answered', () => {
    expect(tell([SILENT, NONE, FORBIDDEN, NONE, FORBIDDEN], ROW, DEADLINE_MS + 1)).toMatchObject({
      end: 'expired',
      reason:
        'the code’s time was over when Graph answered (silence: timeout); the token is not among this user’s',
    });
  });

  it('that Graph failed, how often, and that nothing was done', () => {
    const sick = [answered(500), NONE, FREE, NONE, FREE];
    expect(tell([...sick, ...sick, ...sick], { ...seedRow(1), serialNumber: 'S1' }).reason).toBe(
      'Graph failed 3 times (HTTP 500); user and token exist and the token is free',
    );
  });

  it('that a user has as many tokens as can be', () => {
    const tokens = (count: number): Answer =>
      found(...Array.from({ length: count }, (_, i) => device(`X${i}`)));
    expect(tell([BAD, tokens(5), FREE])).toMatchObject({
      end: 'failed',
      reason: 'Graph refused (HTTP 400 badRequest); the user has 5 tokens already',
    });
    expect(tell([BAD, tokens(4), FREE])).toMatchObject({ end: 'code_rejected' });
  });

  it('nothing of a holder who is named by what only looks like an object id', () => {
    const theirs = found(device('S1', { assignedToId: 'a1b2', assignedToName: 'Bob Ray' }));
    const holderOf = (user: string): string => tell([BAD, FORBIDDEN, theirs], { ...ROW, user }).end;
    expect(holderOf(AMY_ID)).toBe('failed');
    expect([`${AMY_ID}@contoso.example`, `x${AMY_ID}`, AMY_ID.slice(1)].map(holderOf)).toEqual(
      Array(3).fill('unresolved'),
    );
  });
});

describe('the reason of a token for the inventory says in plain words', () => {
  const REFUSED = answered(400, { errorCode: 'badRequest', message: 'No.' });

  it.each<[string, readonly Answer[], string]>([
    [
      'what it takes to be allowed to',
      [FORBIDDEN],
      'not allowed: the signed-in identity may not add tokens to the inventory (grant Policy.ReadWrite.AuthenticationMethod)',
    ],
    [
      'what Graph said',
      [REFUSED, NONE],
      'Graph refused to take the token into the inventory (HTTP 400 badRequest: No.)',
    ],
    [
      'no more than Graph said',
      [answered(400), NONE],
      'Graph refused to take the token into the inventory (HTTP 400)',
    ],
    [
      'that nobody may look',
      [REFUSED, FORBIDDEN],
      'Graph refused to take the token into the inventory (HTTP 400 badRequest: No.); the inventory may not be read to tell (grant Policy.Read.All)',
    ],
    [
      'that it may be there',
      [SILENT, FORBIDDEN],
      `silence: timeout; the inventory may not be read to tell (grant Policy.Read.All). ${LIST}`,
    ],
  ])('%s', (_, answers, reason) => {
    expect(tell(answers, ONLY).reason).toBe(reason);
  });

  it('all in which the token of the inventory differs', () => {
    const other = device('S1', {
      intervalS: 60,
      hashFunction: 'hmacsha256',
      manufacturer: 'Fabrikam',
      model: 'X',
    });
    expect(tell([REFUSED, found(other)], ONLY)).toMatchObject({
      end: 'failed',
      reason:
        'the inventory has this token already, with interval 60 where the file has 30 and hash function hmacsha256 where the file has hmacsha1 ' +
        'and manufacturer Fabrikam where the file has Contoso and model X where the file has HardwareKey: correct the file, or delete the token there',
    });
  });

  it('nothing of what either does not tell', () => {
    const bare = found({ ...device('S1'), intervalS: undefined });
    expect(tell([REFUSED, bare], ONLY)).toMatchObject({ end: 'already_imported', reason: '' });
    const unknown = found(device('S1', { hashFunction: 'hmacsha256', manufacturer: 'Fabrikam' }));

    expect(
      tell([REFUSED, unknown], { ...codeRow(1), user: '', maker: { manufacturer: 'Fabrikam', model: 'X' } }),
    ).toMatchObject({
      end: 'already_imported',
    });
  });
});

describe('a row that ends without a last answer', () => {
  it('before its turn came, says when its code died', async () => {
    const bench = new Bench();
    await bench.run(rowDueIn(0, 1));
    expect(bench.recorder.outcomeOf(1)).toMatchObject({
      status: 'expired',
      needsRecollection: true,
      reason: 'the code’s time was over at 2026-09-21T14:14:00.000Z, before its turn came',
      attempts: 0,
      completedAtMs: 1_790_000_040_000,
    });
  });

  it('while it was throttled, says so', async () => {
    const bench = new Bench({ reply: inTurn(tooMany('3600')), maxWaitMs: Infinity });
    await bench.run(rowDueIn(2, 1));
    expect(bench.recorder.outcomeOf(1)).toMatchObject({ status: 'expired', attempts: 1 });
    expect(bench.recorder.outcomeOf(1).reason).toMatch(/, while Graph made us wait$/);
  });

  it('as the run ended, says why', async () => {
    const bench = new Bench();
    bench.dispatcher.stop('interrupted');
    await bench.run(seedRow(1));
    expect(bench.recorder.outcomeOf(1).reason).toBe('the run ended before its turn: interrupted');
  });

  it('in doubt, says what is not known, with Graph’s own words', async () => {
    const bench = new Bench({
      reply: inTurn({ answer: answered(400, { errorCode: 'x', requestId: 'r-1' }), afterMs: 100 }),
    });
    bench.begin(codeRow(1));
    await bench.clock.advance(50);
    bench.dispatcher.stop('interrupted');
    await bench.end();
    expect(bench.recorder.outcomeOf(1)).toMatchObject({
      status: 'unresolved',
      reason:
        'HTTP 400 x; the run ended before it could be looked up (interrupted). Check in the Entra admin centre whether token S1 is active for user1@contoso.example',
      httpStatus: 400,
      graphErrorCode: 'x',
      graphRequestId: 'r-1',
    });
  });
});

describe('a run in which nobody may do anything', () => {
  const run = async (reply: Answer, rows: readonly Row[]) => {
    const bench = new Bench({ reply: () => reply, concurrency: 1 });
    return { bench, end: await bench.run(...rows) };
  };
  const tokens = (count: number): Row[] =>
    Array.from({ length: count }, (_, i) => newTokenRow(i + 1, { user: '', serialNumber: `T${i + 1}` }));

  it('ends after five users, and says what is lacking', async () => {
    const { end } = await run(
      FORBIDDEN,
      Array.from({ length: 9 }, (_, i) => seedRow(i + 1)),
    );
    expect(end).toMatchObject({
      calls: 5,
      stopped:
        'not allowed: Graph refused 5 users in a row (HTTP 403); the signed-in identity lacks the permission ' +
        'UserAuthenticationMethod.ReadWrite.All (the app of the Azure CLI has none) or the role Authentication Administrator',
    });
  });

  it('ends after five tokens for the inventory, and says what is lacking there', async () => {
    const { end } = await run(FORBIDDEN, tokens(9));
    expect(end).toMatchObject({
      calls: 5,
      stopped:
        'not allowed: Graph refused 5 tokens in a row (HTTP 403); the signed-in identity lacks the permission ' +
        'Policy.ReadWrite.AuthenticationMethod or the role Authentication Policy Administrator',
    });
  });

  it('goes on where it is one user in many spellings', async () => {
    const rows = ['AMY', 'Amy', 'amY', 'aMy', 'amy', 'AmY'].map((user, i) => ({ ...seedRow(i + 1), user }));
    expect((await run(FORBIDDEN, rows)).end).toMatchObject({ calls: 6, stopped: undefined });
  });

  it('where Graph is out of reach or fails at everything, says with what', async () => {
    const lost: Answer = { kind: 'not_sent', cause: 'tls', detail: 'certificate has expired' };
    expect((await run(lost, [seedRow(1)])).end.stopped).toBe(
      'Graph is out of reach: certificate has expired',
    );
    const { end, bench } = await run(
      answered(500, { errorCode: 'x' }),
      Array.from({ length: 99 }, (_, i) => seedRow(i + 1)),
    );
    expect(end.stopped).toBe('Graph fails at every call (HTTP 500 x)');
    expect(bench.clock.elapsed()).toBeGreaterThanOrEqual(300_000);
  });
});

describe('what waits', () => {
  it('comes out as it went in, with all that Graph is told of it', async () => {
    const bench = new Bench();
    const rows: Row[] = [
      codeRow(1, { displayName: 'Amy’s token', intervalS: 60 }),
      {
        ...seedRow(2),
        proof: { kind: 'seed', seed: new Secret('MFRGGZDFMZTWQ2LK'), hashFunction: 'hmacsha256' },
      },
      newTokenRow(3, { displayName: '' }),
      newTokenRow(4, { maker: { manufacturer: '', model: '' } }),
    ];
    await bench.run(...rows);
    const asked = new Map(bench.graph.calls.map(({ ask }) => [ask.row.line, ask.row]));
    const plain = (row: Row | undefined): unknown => ({
      ...row,
      maker: row?.maker,
      proof:
        row?.proof.kind === 'seed'
          ? { ...row.proof, seed: row.proof.seed.reveal() }
          : row?.proof.code.reveal(),
    });
    expect(rows.map(({ line }) => plain(asked.get(line)))).toEqual(rows.map(plain));
  });
});
