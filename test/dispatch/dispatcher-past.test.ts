import { describe, expect, it } from 'vitest';
import type { Past } from '../../src/dispatch/task.js';
import type { Answer } from '../../src/model/answer.js';
import { answered, device, found, noAnswer, tooMany } from '../support/answers.js';
import { newTokenRow, rowDueIn, seedRow, START_MS } from '../support/rows.js';
import type { Call } from '../support/scripted-graph.js';
import { Bench } from './harness.js';

/** What an earlier session did: one call, answered (or left, where no answer came) so long ago. */
const past = (answer: Answer | undefined, agoMs = 20_000, attempts = 1): Past => ({
  attempts,
  answer,
  atMs: START_MS - agoMs,
});

/** A Graph that takes every activation, and where look-ups find the token free. */
const takes = ({ ask, line }: Call): Answer =>
  ask.kind === 'activate' ? answered(204) : ask.kind === 'user_tokens' ? found() : found(device(`S${line}`));

/** A Graph where look-ups find the token active for its user. */
const hasIt = ({ ask, line }: Call): Answer =>
  ask.kind === 'activate' ? answered(400) : found(device(`S${line}`, { status: 'activated' }));

/** What comes of a row with such a past, in the calls made and its outcome. */
async function takeUp(before: Past, reply: (call: Call) => Answer = takes, row = rowDueIn(2, 1)) {
  const bench = new Bench({ reply });
  bench.dispatcher.add(row, before);
  bench.dispatcher.start();
  await bench.end();
  const calls = bench.graph.calls.map(({ ask, sentMs }) => ({ kind: ask.kind, sentMs }));
  return { calls, kinds: calls.map(({ kind }) => kind), outcome: bench.recorder.outcomeOf(1) };
}

const CUT_OFF = noAnswer('cut_off');
const LOOKED_UP = ['user_tokens', 'inventory'];

describe('a row whose call was answered 204 before', () => {
  it('is enrolled without a call, under the attempts of then', async () => {
    const { calls, outcome } = await takeUp(past(answered(204, { requestId: 'r-1' }), 20_000, 2));
    expect(calls).toEqual([]);
    expect(outcome).toMatchObject({
      status: 'enrolled',
      attempts: 2,
      httpStatus: 204,
      graphRequestId: 'r-1',
    });
  });

  it('so it is after its code died, too', async () => {
    const { calls, outcome } = await takeUp(past(answered(204)), takes, rowDueIn(-5, 1));
    expect([calls, outcome.status]).toEqual([[], 'enrolled']);
  });

  it('control: without a past it is called for', async () => {
    const bench = new Bench();
    await bench.run(rowDueIn(2, 1));
    expect(bench.graph.activated).toEqual([1]);
  });
});

describe('a row whose call got no answer before', () => {
  it('is looked up first: found active, it is this run’s work', async () => {
    const { kinds, outcome } = await takeUp(past(CUT_OFF), hasIt);
    expect(kinds).toEqual(['user_tokens']);
    expect(outcome).toMatchObject({ status: 'enrolled', attempts: 1 });
  });

  it.each([10_000, 20_000, 3_600_000])(
    'is sent again after one look-up, where its call left %i ms ago',
    async (agoMs) => {
      const { kinds, outcome } = await takeUp(past(CUT_OFF, agoMs));
      expect(kinds).toEqual([...LOOKED_UP, 'activate']);
      expect(outcome).toMatchObject({ status: 'enrolled', attempts: 2 });
    },
  );

  it.each([0, 3000, 9000])(
    'is not sent before a look-up that began 10 s after its call, which left %i ms ago',
    async (agoMs) => {
      const { calls, kinds } = await takeUp(past(CUT_OFF, agoMs));
      expect(kinds).toEqual([...LOOKED_UP, ...LOOKED_UP, 'activate']);
      expect(calls[0]!.sentMs).toBe(0);
      expect(calls[2]!.sentMs).toBe(10_000 - agoMs);
      expect(calls[4]!.sentMs).toBeGreaterThan(calls[2]!.sentMs);
    },
  );

  it('is not sent again where the code is dead by then: it is expired', async () => {
    const { kinds, outcome } = await takeUp(past(CUT_OFF), takes, rowDueIn(0, 1));
    expect(kinds).toEqual(LOOKED_UP);
    expect(outcome).toMatchObject({ status: 'expired', needsRecollection: true, attempts: 1 });
  });

  it('is sent again whenever it has a seed', async () => {
    const { kinds, outcome } = await takeUp(past(CUT_OFF, 3_600_000), takes, seedRow(1));
    expect([kinds.at(-1), outcome.status]).toEqual(['activate', 'enrolled']);
  });

  it('is looked up also where the clock says that the call leaves in an hour', async () => {
    const { calls, kinds } = await takeUp(past(CUT_OFF, -3_600_000));
    expect(kinds[0]).toBe('user_tokens');
    expect(calls.at(-1)!.sentMs).toBeLessThan(11_000);
  });
});

describe('a row whose call was refused before', () => {
  it('429: is sent again without a look-up', async () => {
    const { kinds, outcome } = await takeUp(past(tooMany('5')));
    expect(kinds).toEqual(['activate']);
    expect(outcome).toMatchObject({ status: 'enrolled', attempts: 2 });
  });

  it('429: found active by a look-up later on, it is this run’s work', async () => {
    const { kinds, outcome } = await takeUp(past(tooMany('5')), hasIt);
    expect([kinds, outcome.status]).toEqual([['activate', 'user_tokens'], 'enrolled']);
  });

  it('429: is not sent again once its code is dead', async () => {
    const { kinds, outcome } = await takeUp(past(tooMany('5')), takes, rowDueIn(0, 1));
    expect([kinds, outcome.status]).toEqual([[], 'expired']);
  });

  it('400: is looked up, not sent again; found active, it was so before', async () => {
    const active = await takeUp(past(answered(400)), hasIt);
    expect([active.kinds, active.outcome.status]).toEqual([['user_tokens'], 'already_enrolled']);
    const free = await takeUp(past(answered(400)));
    expect([free.kinds, free.outcome.status]).toEqual([LOOKED_UP, 'code_rejected']);
  });

  it('400: rejected or expired is told by when the answer came, not by when it is looked up', async () => {
    const row = rowDueIn(0, 1);
    expect((await takeUp(past(answered(400), 1000), takes, row)).outcome.status).toBe('code_rejected');
    expect((await takeUp(past(answered(400), -1000), takes, row)).outcome.status).toBe('expired');
  });

  it('403: is failed, without a call', async () => {
    const { kinds, outcome } = await takeUp(past(answered(403)));
    expect([kinds, outcome.status]).toEqual([[], 'failed']);
  });
});

describe('a row whose call did not reach Graph before', () => {
  it('is sent, without a look-up', async () => {
    const { kinds, outcome } = await takeUp(past(undefined));
    expect(kinds).toEqual(['activate']);
    expect(outcome).toMatchObject({ status: 'enrolled', attempts: 2 });
  });
});

describe('a row whose token this run was putting into the inventory', () => {
  const row = newTokenRow(1);
  const created = (answer: Answer | undefined): Past => ({ ...past(answer), ask: 'create' });
  /** A Graph that takes every token and finds none. */
  const empty = ({ ask }: Call): Answer =>
    ask.kind === 'create' ? answered(201) : ask.kind === 'activate' ? answered(204) : found();

  it('goes on with the activation where the creation was taken', async () => {
    const { kinds, outcome } = await takeUp(created(answered(201)), empty, row);
    expect([kinds, outcome.status]).toEqual([['activate'], 'enrolled']);
  });

  it('is looked up where the creation got no answer, and created where it is not there', async () => {
    const { kinds, outcome } = await takeUp(created(CUT_OFF), empty, row);
    expect([kinds, outcome.status]).toEqual([['inventory', 'create', 'activate'], 'enrolled']);
  });

  it('is created where the creation did not leave', async () => {
    const { kinds } = await takeUp(created(undefined), empty, row);
    expect(kinds).toEqual(['create', 'activate']);
  });

  it('counts as new where its activation found nothing: it is tried again, not called unknown', async () => {
    const { kinds, outcome } = await takeUp(past(answered(404), 20_000, 2), empty, row);
    expect(kinds).toEqual([...LOOKED_UP, 'activate']);
    expect(outcome).toMatchObject({ status: 'enrolled', attempts: 3 });
  });

  it('control: the same three minutes later is an unknown serial number', async () => {
    const { kinds, outcome } = await takeUp(past(answered(404), 180_000, 2), empty, row);
    expect([kinds, outcome.status]).toEqual([LOOKED_UP, 'failed']);
  });

  it('control: so it is where the token was never created', async () => {
    const { kinds, outcome } = await takeUp(past(answered(404), 20_000, 2), empty, seedRow(1));
    expect([kinds, outcome.status]).toEqual([LOOKED_UP, 'failed']);
  });
});

describe('rows with a past', () => {
  it('are not attempted, or stay in doubt, where the run has ended', async () => {
    const bench = new Bench();
    bench.dispatcher.stop('interrupted');
    bench.dispatcher.add(rowDueIn(2, 1), past(tooMany('5')));
    bench.dispatcher.add(rowDueIn(2, 2), past(CUT_OFF));
    bench.dispatcher.add(rowDueIn(2, 3), past(answered(204)));
    await bench.end();
    expect([1, 2, 3].map((line) => bench.statusOf(line))).toEqual([
      'not_attempted',
      'unresolved',
      'enrolled',
    ]);
    expect(bench.graph.calls).toEqual([]);
  });
});

describe('a row that is tried with another code after earlier ones were refused', () => {
  /** A Graph that refuses every code of a token that is free. */
  const refuses = (call: Call): Answer => (call.ask.kind === 'activate' ? answered(400) : takes(call));
  const refusedBefore = { ...past(undefined, 5000, 3), mayBeOurs: false };

  it('is told so at once, under the attempts of all', async () => {
    const { calls, outcome } = await takeUp(refusedBefore, refuses);
    expect(outcome).toMatchObject({ status: 'code_rejected', attempts: 4 });
    expect(calls.at(-1)!.sentMs).toBeLessThan(1000);
  });

  it('control: where an earlier one may have been done, lists may lag behind', async () => {
    const { calls, outcome } = await takeUp(past(undefined, 5000, 3), refuses);
    expect(outcome.status).toBe('code_rejected');
    expect(calls.at(-1)!.sentMs).toBeGreaterThan(10_000);
  });
});
