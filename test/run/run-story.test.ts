import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/run-event.js';
import { RunStory } from '../../src/results/run-story.js';
import { START_MS } from '../support/rows.js';
import { answer, end, intent, resumed, run, withdrawn } from './events.js';

function storyOf(...events: readonly RunEvent[]): RunStory {
  const story = new RunStory();
  for (const event of [run(), ...events]) story.see(event);
  return story;
}

/** A refusal of an activation that asks for a wait, both in seconds. */
const refusal = (seconds: number, waitS: number): RunEvent =>
  answer(1, 1, seconds, 429, { retryAfter: String(waitS), waitMs: waitS * 1000 });

describe('the calls of a run', () => {
  it('are its activations by their intents, and its look-ups by their answers', () => {
    const { calls } = storyOf(
      ...[intent(1, 1, 0), answer(1, 1, 1, 400), answer(1, 1, 2, 200, { ask: 'user_tokens' })],
      ...[answer(1, 1, 3, 200, { ask: 'inventory' }), intent(2, 1, 3)],
    );
    expect(calls).toBe(4);
  });

  it('are no calls that were withdrawn', () => {
    expect(storyOf(intent(1, 1, 0), withdrawn(1, 1, 0), intent(1, 1, 5)).calls).toBe(1);
  });

  it('are those of all sessions together, and so are refusals', () => {
    const story = storyOf(intent(1, 1, 0), refusal(1, 5), resumed(20), intent(1, 2, 20), refusal(21, 5));
    expect([story.calls, story.refusals]).toEqual([2, 2]);
  });
});

describe('refusals', () => {
  it('are 429, and 503 with a Retry-After; nothing else', () => {
    const answers = [
      answer(1, 1, 0, 429),
      answer(1, 1, 0, 503, { retryAfter: '1', waitMs: 1000 }),
      answer(1, 1, 0, 503),
      answer(1, 1, 0, 504, { retryAfter: '1', waitMs: 1000 }),
      answer(1, 1, 0, 204),
      answer(1, 1, 0, undefined, { trouble: { kind: 'no_answer', cause: 'reset', detail: '' } }),
    ];
    expect(storyOf(...answers).refusals).toBe(2);
  });
});

describe('the time that Graph made a run wait', () => {
  it.each<[what: string, events: RunEvent[], waitedS: number]>([
    ['one wait that was sat out', [refusal(0, 10), end(15)], 10],
    ['waits that overlap count once', [refusal(0, 10), refusal(4, 10), end(20)], 14],
    ['a shorter one within a longer one counts nothing', [refusal(0, 10), refusal(4, 1), end(20)], 10],
    ['waits apart from each other add up', [refusal(0, 10), refusal(20, 5), end(30)], 15],
    ['a wait that the end broke off counts until then', [refusal(0, 60), end(4)], 4],
    ['a wait that goes on counts until the last event', [refusal(0, 60), answer(2, 1, 7, 204)], 7],
    ['nobody waits between two sessions', [refusal(0, 60), end(4), resumed(50), end(70)], 4],
    [
      'a killed session waited until its last event',
      [refusal(0, 60), answer(2, 1, 7, 204), resumed(50), end(70)],
      7,
    ],
    [
      'the waits of all sessions add up',
      [refusal(0, 5), answer(2, 1, 9, 204), resumed(20), refusal(21, 5), end(30)],
      10,
    ],
  ])('%s', (_, events, waitedS) => {
    expect(storyOf(...events).waitedMs).toBe(waitedS * 1000);
  });

  it('is never below 0 nor above the time from the first to the last event', () => {
    const step = fc.tuple(
      fc.nat(30),
      fc.oneof(
        fc.nat(90).map((waitS) => (s: number) => refusal(s, waitS)),
        fc.constant((s: number) => answer(1, 1, s, 204)),
        fc.constant((s: number) => end(s, 'interrupted', 130)),
        fc.constant(resumed),
      ),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        let seconds = 0;
        const story = storyOf(
          ...steps.map(([gapS, make]) => {
            seconds += gapS;
            return make(seconds);
          }),
        );
        expect(story.waitedMs).toBeGreaterThanOrEqual(0);
        expect(story.waitedMs).toBeLessThanOrEqual(story.lastMs - START_MS);
      }),
    );
  });
});

describe('the end of a run', () => {
  it('is that of its last session; none where that was killed', () => {
    expect(storyOf(end(9, 'interrupted', 130)).end).toMatchObject({ exitCode: 130 });
    expect(storyOf(end(9, 'interrupted', 130), resumed(20)).end).toBeUndefined();
    expect(storyOf(end(9, 'interrupted', 130), resumed(20), end(30)).end).toMatchObject({ reason: '' });
  });

  it('was at the latest instant that any event tells of, in whatever order', () => {
    expect(storyOf(intent(1, 1, 7), answer(1, 1, 5, 204)).lastMs).toBe(START_MS + 7000);
  });
});
