import { describe, expect, it } from 'vitest';
import { STATUSES, type Status } from '../../src/model/outcome.js';
import type { RunEvent } from '../../src/model/run-event.js';
import { RunPicture } from '../../src/results/report-page/run-picture.js';
import { sentence } from '../../src/results/report-page/sentence.js';
import { MOST_ROWS } from '../../src/results/report-page/table-rows.js';
import { timeAxis } from '../../src/results/report-page/time-axis.js';
import { RunStory } from '../../src/results/run-story.js';
import type { Summary } from '../../src/model/summary.js';
import { answer, end, intent, outcome, resumed, row, run, withdrawn } from '../run/events.js';
import { START_MS } from '../support/rows.js';

function summary(counts: Partial<Record<Status, number>>, stopped: string | null = null): Summary {
  const all = Object.fromEntries(STATUSES.map((status) => [status, counts[status] ?? 0]));
  const { expired = 0, code_rejected: rejected = 0, not_attempted: missed = 0 } = counts;
  return {
    ...{ runId: 'r1', folder: 'reports/r1', calls: 0, refusals: 0, waitedMs: 0, exitCode: 0, options: {} },
    ...{ startedAt: '', finishedAt: '', stopped, counts: all as Summary['counts'] },
    rows: Object.values(counts).reduce((sum, count) => sum + count, 0),
    needsRecollection: expired + rejected + missed,
  };
}

describe('what happened, in a sentence', () => {
  it.each<[Partial<Record<Status, number>>, string | null, string]>([
    [{}, null, 'There was no row to do.'],
    [{ enrolled: 1 }, null, 'The one token is enrolled.'],
    [{ enrolled: 1400, already_enrolled: 1 }, null, 'All 1,401 tokens are enrolled.'],
    [{ expired: 1 }, null, 'None of 1 token is enrolled, 1 needs a fresh code.'],
    [
      { enrolled: 5, expired: 2, code_rejected: 1, failed: 1, invalid: 1, duplicate: 2 },
      null,
      '5 of 12 tokens are enrolled, 3 need a fresh code, 2 need a person to look, 2 are duplicates.',
    ],
    [
      { enrolled: 1, not_attempted: 1 },
      'interrupted',
      '1 of 2 tokens is enrolled, 1 needs a fresh code: the run stopped early (interrupted).',
    ],
  ])('%j, stopped: %s', (counts, stopped, told) => {
    expect(sentence(summary(counts, stopped))).toBe(told);
  });
});

function pictureOf(...events: readonly RunEvent[]): RunPicture {
  const story = new RunStory();
  const picture = new RunPicture(story);
  for (const event of [run(), ...events]) {
    story.see(event);
    picture.see(event);
  }
  picture.finish();
  return picture;
}

/** A code that was read at START_MS and dies so many seconds later. */
const life = (seconds: number) => ({ collectedAtMs: START_MS, deadlineMs: START_MS + seconds * 1000 });

describe('calls', () => {
  it.each<[what: string, events: RunEvent[], kind: string]>([
    ['204', [intent(1, 1, 1), answer(1, 1, 1, 204)], 'taken'],
    ['429', [intent(1, 1, 1), answer(1, 1, 1, 429)], 'later'],
    ['429 to a look-up', [answer(1, 1, 1, 429, { ask: 'inventory' })], 'later'],
    ['503 with Retry-After', [intent(1, 1, 1), answer(1, 1, 1, 503, { retryAfter: '1' })], 'later'],
    ['a look-up', [answer(1, 1, 1, 404, { ask: 'user_tokens' })], 'looked_up'],
    ['400', [intent(1, 1, 1), answer(1, 1, 1, 400)], 'refused'],
    ['500', [intent(1, 1, 1), answer(1, 1, 1, 500)], 'no_answer'],
    ['no answer', [intent(1, 1, 1), answer(1, 1, 1, undefined)], 'no_answer'],
    ['cut off', [intent(1, 1, 1)], 'no_answer'],
    ['cut off, then resumed', [intent(1, 1, 1), resumed(90)], 'no_answer'],
  ])('%s', (_, events, kind) => {
    const { counts } = pictureOf(...events).calls.overTime;
    expect(counts.flatMap((bin) => [...bin])).toEqual([[kind, 1]]);
  });

  it('that were withdrawn are none', () => {
    expect(pictureOf(intent(1, 1, 1, life(9)), withdrawn(1, 1, 1), end(2)).calls.overTime.counts).toEqual([]);
  });

  it('stand at the time of the run, which stands still between two sessions', () => {
    const { story } = pictureOf(intent(1, 1, 2), answer(1, 1, 4, 204), end(5), resumed(3600), end(3602));
    const at = (seconds: number): number => story.sessions.elapsedMs(START_MS + seconds * 1000);
    expect([at(0), at(4), at(5), at(1000), at(3600), at(3601.5)]).toEqual([0, 4000, 5000, 5000, 5000, 6500]);
    expect(story.sessions.totalMs).toBe(7000);
  });
});

describe('ages of codes', () => {
  it('are from reading to sending, each call for itself, held against the deadline', () => {
    const { ages } = pictureOf(
      ...[intent(1, 1, 3, life(30)), answer(1, 1, 3, 429, { sentAtMs: START_MS + 3000 })],
      ...[intent(1, 2, 28, life(30)), answer(1, 2, 29, 204, { sentAtMs: START_MS + 28_500 })],
    ).calls;
    expect(ages).toMatchObject({ count: 2, youngestMs: 3000, oldestMs: 28_500, leastLeftMs: 1500 });
    expect([...ages.sent].map(([kind, { dots }]) => [kind, dots[0]])).toEqual([
      ['later', { xMs: 3000, yMs: 3000, count: 1 }],
      ['taken', { xMs: 28_500, yMs: 28_500, count: 1 }],
    ]);
    expect(ages.deadlines.dots.map(({ yMs }) => yMs)).toEqual([30_000, 30_000]);
  });

  it('are not known of a seed, nor of a run of an earlier version', () => {
    expect(pictureOf(intent(1, 1, 3), answer(1, 1, 3, 204)).calls.ages.count).toBe(0);
  });
});

describe('the table', () => {
  const settled = (picture: RunPicture, line: number, status: Status, reason = ''): void => {
    const event = outcome(line, status) as Extract<RunEvent, { type: 'outcome' }>;
    picture.add(row(line) as Extract<RunEvent, { type: 'row' }>, { ...event, reason });
  };

  it('has trouble first, each kind in the order of the input', () => {
    const picture = pictureOf();
    const statuses = [
      'enrolled',
      'expired',
      'failed',
      'duplicate',
      'enrolled',
      'unresolved',
      'failed',
    ] as const;
    statuses.forEach((status, at) => settled(picture, at + 2, status));
    expect(picture.table.rows.map(({ line, outcome: { status } }) => [line, status])).toEqual([
      ...[
        [4, 'failed'],
        [8, 'failed'],
        [7, 'unresolved'],
        [3, 'expired'],
      ],
      ...[
        [5, 'duplicate'],
        [2, 'enrolled'],
        [6, 'enrolled'],
      ],
    ]);
  });

  it('is no longer than a page can bear, and trouble at the end of a long input is in it', () => {
    const picture = pictureOf();
    for (let line = 2; line < MOST_ROWS + 100; line += 1) settled(picture, line, 'enrolled');
    settled(picture, MOST_ROWS + 100, 'failed');
    expect(picture.table.rows).toHaveLength(MOST_ROWS);
    expect(picture.table.rows[0]).toMatchObject({ line: MOST_ROWS + 100 });
  });

  it('reasons that differ by time, line or holder are one', () => {
    const picture = pictureOf();
    settled(
      picture,
      2,
      'expired',
      'the code’s time was over at 2026-01-01T00:00:30.000Z, before its turn came',
    );
    settled(
      picture,
      3,
      'expired',
      'the code’s time was over at 2026-01-01T00:01:00.000Z, before its turn came',
    );
    settled(picture, 4, 'failed', 'token of somebody else: it is assigned to Adele');
    settled(picture, 5, 'failed', 'token of somebody else: it is assigned to Alex');
    settled(picture, 6, 'duplicate', 'the same serial number stands on line 2');
    settled(picture, 7, 'duplicate', 'the same serial number stands on line 3');
    settled(picture, 8, 'enrolled', 'a look-up found the token active for this user');
    const groups = picture.reasons.inOrder(['failed', 'expired', 'duplicate']);
    expect(groups.map(({ rows, lines }) => [rows, ...lines])).toEqual([
      [2, 4, 5],
      [2, 2, 3],
      [2, 6, 7],
    ]);
  });

  it('reasons beyond counting are told together, and none is lost', () => {
    const picture = pictureOf();
    for (let line = 2; line < 1002; line += 1) settled(picture, line, 'invalid', `column "a${line}" is odd`);
    const groups = picture.reasons.inOrder(['invalid']);
    expect(groups.length).toBeLessThan(50);
    expect(groups.reduce((sum, { rows }) => sum + rows, 0)).toBe(1000);
  });
});

describe('an axis of time', () => {
  it.each<[seconds: number, marks: string[]]>([
    [0, ['0 s', '0.1 s']],
    [0.6, ['0 s', '0.1 s', '0.2 s', '0.3 s', '0.4 s', '0.5 s', '0.6 s']],
    [43, ['0 s', '10 s', '20 s', '30 s', '40 s', '50 s']],
    [200, ['0 min', '1 min', '2 min', '3 min', '4 min']],
    [7200, ['0:00 h', '0:20 h', '0:40 h', '1:00 h', '1:20 h', '1:40 h', '2:00 h']],
  ])('of %d s', (seconds, marks) => {
    const { stepS, endS, label } = timeAxis(seconds, 6);
    const at = Array.from({ length: Math.round(endS / stepS) + 1 }, (_, index) => label(index * stepS));
    expect(at).toEqual(marks);
  });
});
