import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/run-event.js';
import type { Status } from '../../src/model/outcome.js';
import { runSoFar } from '../../src/run/session/run-so-far.js';
import { START_MS } from '../support/rows.js';
import {
  answer,
  end,
  intent,
  outcome,
  resumed,
  row,
  run,
  signedIn,
  withdrawn,
  writeJournal,
} from './events.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oath-enroll-so-far-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function soFar(...events: readonly RunEvent[]) {
  await writeJournal(join(folder, 'journal.jsonl'), [run(), row(1), ...events]);
  return runSoFar(folder);
}

const CUT_OFF = { kind: 'no_answer', cause: 'cut_off' };
const REFUSED = { kind: 'answered', httpStatus: 429 };

describe('what was done for a row', () => {
  it.each<[what: string, events: RunEvent[], past: object | undefined]>([
    ['nothing', [], undefined],
    ['a call that left', [intent(1, 1, 3)], { attempts: 1, answer: CUT_OFF, atMs: START_MS + 3000 }],
    ['a call that did not leave', [intent(1, 1, 3), withdrawn(1, 1, 4)], undefined],
    [
      'a call that was answered',
      [intent(1, 1, 3), answer(1, 1, 4, 204, { graphErrorCode: '', graphRequestId: 'q' })],
      { attempts: 1, answer: { kind: 'answered', httpStatus: 204, requestId: 'q' }, atMs: START_MS + 4000 },
    ],
    [
      'a second call that left after a refusal',
      [intent(1, 1, 3), answer(1, 1, 4, 429), intent(1, 2, 9)],
      { attempts: 2, answer: CUT_OFF, atMs: START_MS + 9000 },
    ],
    [
      'a second call that did not leave after a refusal: the refusal stands',
      [intent(1, 1, 3), answer(1, 1, 4, 429), intent(1, 2, 9), withdrawn(1, 2, 9)],
      { attempts: 1, answer: REFUSED, atMs: START_MS + 4000 },
    ],
    [
      'a second call that did not leave after one without an answer: that stays in doubt',
      [
        intent(1, 1, 3),
        resumed(5),
        answer(1, 1, 6, 200, { ask: 'user_tokens' }),
        intent(1, 2, 9),
        withdrawn(1, 2, 9),
      ],
      { attempts: 1, answer: CUT_OFF, atMs: START_MS + 3000 },
    ],
    [
      'a call with an answer that never came',
      [
        intent(1, 1, 3),
        answer(1, 1, 4, undefined, { trouble: { kind: 'no_answer', cause: 'timeout', detail: 'd' } }),
      ],
      { attempts: 1, answer: { kind: 'no_answer', cause: 'timeout' }, atMs: START_MS + 4000 },
    ],
    [
      'a call that did not reach Graph',
      [
        intent(1, 1, 3),
        answer(1, 1, 4, undefined, {
          trouble: { kind: 'not_sent', cause: 'connection_refused', detail: 'd' },
        }),
      ],
      { attempts: 1, answer: undefined, atMs: START_MS + 4000 },
    ],
    [
      'a look-up after a refusal: the refusal stands',
      [intent(1, 1, 3), answer(1, 1, 4, 400), answer(1, 1, 5, 200, { ask: 'user_tokens' })],
      { attempts: 1, answer: { kind: 'answered', httpStatus: 400 }, atMs: START_MS + 4000 },
    ],
    [
      'a call, and the end of the run before it was looked up',
      [intent(1, 1, 3), answer(1, 1, 4, 500), outcome(1, 'unresolved')],
      { attempts: 1, answer: { kind: 'answered', httpStatus: 500 }, atMs: START_MS + 4000 },
    ],
    ['all of it', [intent(1, 1, 3), answer(1, 1, 4, 204), outcome(1, 'enrolled')], undefined],
    [
      'a second code, whose call left after the first was rejected',
      [intent(1, 1, 3), answer(1, 1, 4, 400), outcome(1, 'code_rejected'), intent(1, 2, 9)],
      { attempts: 2, answer: CUT_OFF, atMs: START_MS + 9000 },
    ],
  ])('%s', async (_, events, past) => {
    const { past: pasts } = await soFar(...events);
    if (past === undefined) expect(pasts.get(1)).toBeUndefined();
    else expect(pasts.get(1)).toMatchObject(past);
  });
});

describe('which rows are finished', () => {
  it.each<[Status, boolean]>([
    ['enrolled', true],
    ['already_enrolled', true],
    ['expired', true],
    ['code_rejected', true],
    ['failed', true],
    ['invalid', true],
    ['duplicate', true],
    ['not_attempted', false],
    ['unresolved', false],
  ])('%s: %s', async (status, isFinished) => {
    expect((await soFar(outcome(1, status))).finished.has(1)).toBe(isFinished);
  });

  it('are not those for which another code was sent since', async () => {
    const rejected = [intent(1, 1, 3), answer(1, 1, 4, 400), outcome(1, 'code_rejected')];
    expect((await soFar(...rejected, intent(1, 2, 9))).finished.has(1)).toBe(false);
    await rm(join(folder, 'journal.jsonl'));
    const again = [intent(1, 2, 9), answer(1, 2, 10, 204), outcome(1, 'enrolled', 2)];
    expect((await soFar(...rejected, ...again)).finished.has(1)).toBe(true);
  });

  it('is told by the last outcome', async () => {
    const { finished, rows } = await soFar(row(2), outcome(1, 'not_attempted'), outcome(1, 'enrolled'));
    expect([[...finished], rows]).toEqual([[1], 2]);
  });
});

describe('until when Graph asked not to be called', () => {
  it('is the latest that any answer asked for, to whatever call', async () => {
    const { closedUntilMs } = await soFar(
      answer(1, 1, 10, 429, { retryAfter: '60', waitMs: 60_000 }),
      answer(1, 1, 20, 429, { retryAfter: '5', waitMs: 5000 }),
      answer(1, 1, 30, 504, { retryAfter: '35', waitMs: 35_000, ask: 'inventory' }),
      answer(1, 1, 40, 204),
    );
    expect(closedUntilMs).toBe(START_MS + 70_000);
  });

  it('is no time at all where nobody asked', async () => {
    expect((await soFar(answer(1, 1, 10, 429))).closedUntilMs).toBe(0);
  });
});

describe('the run as a whole', () => {
  it('went to the account that it signed in to last', async () => {
    expect((await soFar()).account).toBeUndefined();
    await rm(join(folder, 'journal.jsonl'));
    const { account } = await soFar(signedIn('g t1/a1'), resumed(9), signedIn('g t1/a2', 9));
    expect(account).toBe('g t1/a2');
  });

  it.each<[what: string, events: RunEvent[], isComplete: boolean]>([
    ['was killed', [], false],
    ['ended', [end(9)], true],
    ['was interrupted', [end(9, 'interrupted', 130)], false],
    ['was stopped', [end(9, 'Graph asks to wait 901 s')], false],
    ['ended, and its resumption was killed', [end(9), resumed(10)], false],
    ['was stopped, and then ended', [end(9, 'interrupted', 130), resumed(10), end(20)], true],
  ])('%s', async (_, events, isComplete) => {
    expect((await soFar(...events)).isComplete).toBe(isComplete);
  });

  it('is none where nothing of a run is in the journal', async () => {
    await writeJournal(join(folder, 'other', 'journal.jsonl'), []);
    await expect(runSoFar(join(folder, 'other'))).rejects.toMatchObject({ code: 'input' });
  });
});
