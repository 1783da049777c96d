import { describe, expect, it } from 'vitest';
import { OathEnrollError } from '../../src/model/errors.js';
import { answered, found, noAnswer, notSent, tooMany } from '../support/answers.js';
import { codeRow, rowDueIn, seedRow } from '../support/rows.js';
import { Bench, inTurn } from './harness.js';

const seeds = (count: number) => Array.from({ length: count }, (_, i) => seedRow(i + 1));
const denied = answered(403, { errorCode: 'Authorization_RequestDenied' });

describe('not allowed', () => {
  it('for five users in a row ends the run', async () => {
    const bench = new Bench({ concurrency: 1, reply: () => denied });
    const end = await bench.run(...seeds(20));
    expect(end.stopped).toContain('UserAuthenticationMethod.ReadWrite.All');
    expect(end.calls).toBe(5);
    expect([5, 6, 20].map((line) => bench.statusOf(line))).toEqual([
      'failed',
      'not_attempted',
      'not_attempted',
    ]);
  });

  it('for four does not', async () => {
    const bench = new Bench({ concurrency: 1, reply: ({ line }) => (line <= 4 ? denied : answered(204)) });
    expect(await bench.run(...seeds(20))).toMatchObject({ stopped: undefined, calls: 20 });
  });

  it('for many, with somebody enrolled in between, does not', async () => {
    const bench = new Bench({
      concurrency: 1,
      reply: ({ line }) => (line % 5 === 0 ? answered(204) : denied),
    });
    expect(await bench.run(...seeds(30))).toMatchObject({ stopped: undefined, calls: 30 });
  });

  it('to look, for many whose codes were refused, does not: these rows stay unresolved', async () => {
    const reply = ({ ask }: { ask: { kind: string } }) => answered(ask.kind === 'activate' ? 400 : 403);
    const bench = new Bench({ concurrency: 1, reply });
    expect(await bench.run(...seeds(8))).toMatchObject({ stopped: undefined, calls: 24 });
    expect(bench.statusOf(8)).toBe('unresolved');
  });

  it('for one user with many tokens does not', async () => {
    const bench = new Bench({ concurrency: 1, reply: () => denied });
    const spellings = ['amy', 'Amy', 'AMY', 'aMy', 'amY', 'AmY'];
    const rows = spellings.map((name, i) => ({ ...seedRow(i), user: `${name}@contoso.example` }));
    expect(await bench.run(...rows)).toMatchObject({ stopped: undefined, calls: 6 });
  });
});

describe('Graph out of reach', () => {
  it.each(['connection_refused', 'name_not_found', 'tls'] as const)(
    'from the beginning (%s) ends the run soon, also a run of one row',
    async (cause) => {
      for (const rows of [1, 100]) {
        const bench = new Bench({ reply: () => notSent(cause) });
        const end = await bench.run(...seeds(rows));
        expect(end.stopped).toContain('out of reach');
        expect(bench.statusOf(rows)).toBe('not_attempted');
        expect(bench.clock.elapsed()).toBeGreaterThanOrEqual(5000);
        expect(bench.clock.elapsed()).toBeLessThan(30_000);
      }
    },
  );

  it('for a while costs no row its place', async () => {
    const reply = ({ sentMs }: { sentMs: number }) =>
      sentMs > 0 && sentMs < 20_000 ? notSent('connection_refused') : answered(204);
    const bench = new Bench({ reply, concurrency: 2 });
    const end = await bench.run(...seeds(10), codeRow(11));
    expect(end.stopped).toBeUndefined();
    expect(seeds(11).map((_, i) => bench.statusOf(i + 1))).toEqual(Array(11).fill('enrolled'));
  });

  it('later on ends the run after a minute', async () => {
    const bench = new Bench({
      reply: (_, nth) => (nth === 1 ? answered(204) : notSent('connection_refused')),
    });
    const end = await bench.run(...seeds(40));
    expect(end.stopped).toContain('out of reach');
    expect(bench.clock.elapsed()).toBeGreaterThanOrEqual(60_000);
    expect(bench.clock.elapsed()).toBeLessThan(150_000);
  });
});

describe('sign-in', () => {
  it('is renewed after a 401 with the claims asked for, and the row goes on', async () => {
    const bench = new Bench({ reply: inTurn(answered(401, { claims: '{"access_token":{}}' })) });
    await bench.run(seedRow(1));
    expect(bench.graph.renewals).toEqual([{ sentAtMs: 0, claims: '{"access_token":{}}' }]);
    expect(bench.recorder.outcomeOf(1)).toMatchObject({ status: 'enrolled', attempts: 2 });
  });

  it('refused again and again ends the run', async () => {
    const bench = new Bench({ reply: () => answered(401), concurrency: 1 });
    const end = await bench.run(...seeds(3));
    expect(end).toMatchObject({ calls: 3 });
    expect(end.stopped).toContain('401');
    expect([1, 2, 3].map((line) => bench.statusOf(line))).toEqual(Array(3).fill('not_attempted'));
  });

  it('under way: no row is chosen until it is done, then the most urgent', async () => {
    const bench = new Bench({ concurrency: 1 });
    bench.graph.signIn = bench.clock.sleep(20_000).then(() => void (bench.graph.signIn = undefined));
    bench.begin(rowDueIn(2, 1));
    await bench.clock.advance(10_000);
    bench.dispatcher.add(rowDueIn(1, 2));
    await bench.end();
    expect(bench.graph.calls.map(({ line, sentMs }) => [line, sentMs])).toEqual([
      [2, 20_000],
      [1, 20_200],
    ]);
  });

  it('that fails ends the run', async () => {
    const bench = new Bench();
    bench.graph.signIn = bench.clock.sleep(1000).then(() => {
      throw new OathEnrollError('sign_in', 'nobody is there');
    });
    const end = await bench.run(...seeds(2));
    expect(end).toMatchObject({ calls: 0, stopped: 'not signed in: nobody is there' });
  });
});

describe('stopping', () => {
  it('lets calls in flight finish, and gives no other row a turn', async () => {
    const bench = new Bench({ concurrency: 2 });
    bench.begin(...seeds(5));
    await bench.clock.advance(40);
    bench.dispatcher.stop('interrupted');
    bench.dispatcher.add(seedRow(6));
    const end = await bench.end();
    expect(end).toMatchObject({ stopped: 'interrupted', calls: 2 });
    expect([1, 2, 3, 4, 5, 6].map((line) => bench.statusOf(line))).toEqual([
      'enrolled',
      'enrolled',
      ...Array<string>(4).fill('not_attempted'),
    ]);
    expect(bench.stops).toEqual(['interrupted']);
    expect(bench.dispatcher.stopped).toBe('interrupted');
    // Of a row that came too late nothing is begun.
    expect(bench.recorder.types(6)).toEqual(['settled']);
  });

  it('needs nobody who listens', async () => {
    const bench = new Bench({ parts: { onStop: undefined } });
    bench.begin(seedRow(1));
    bench.dispatcher.stop('interrupted');
    expect(await bench.end()).toMatchObject({ stopped: 'interrupted' });
  });

  it('leaves a call in flight that then fails for unknown reasons unresolved, with what Graph said', async () => {
    const bench = new Bench({ reply: () => answered(500, { requestId: 'r-1' }) });
    bench.begin(seedRow(1));
    await bench.clock.advance(40);
    bench.dispatcher.stop('interrupted');
    await bench.end();
    expect(bench.recorder.outcomeOf(1)).toMatchObject({
      status: 'unresolved',
      httpStatus: 500,
      graphRequestId: 'r-1',
    });
  });

  it('ends waits: for the gate, and for a second look', async () => {
    for (const reply of [() => tooMany('600'), inTurn(noAnswer('reset'), found(), found())]) {
      const bench = new Bench({ reply });
      bench.begin(seedRow(1));
      await bench.clock.advance(1000);
      bench.dispatcher.stop('interrupted');
      await bench.end();
      expect(bench.clock.elapsed()).toBeLessThan(1100);
    }
  });

  it('before the start, or twice, is fine', async () => {
    const bench = new Bench();
    bench.dispatcher.add(seedRow(1));
    bench.dispatcher.stop('first');
    bench.dispatcher.stop('second');
    expect(await bench.run(seedRow(2))).toMatchObject({ stopped: 'first', calls: 0 });
  });

  it('comes by itself when all rows are told of, but not before the last row was added', async () => {
    const bench = new Bench();
    bench.begin(seedRow(1));
    await expect(bench.clock.settle(bench.dispatcher.finished)).rejects.toThrow('never come');
    expect(await bench.end()).toMatchObject({ stopped: undefined, calls: 1 });
  });
});
