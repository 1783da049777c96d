import { needsRecollection, type Outcome } from '../model/outcome.js';
import type { RunEvent } from '../model/run-event.js';
import { Outcomes } from './outcomes.js';
import { RunPicture } from './report-page/run-picture.js';
import { ResultFiles } from './result-csv.js';
import { RunStory } from './run-story.js';
import { Tally } from './summary.js';

/**
 * Writes `results.csv` and `recollect.csv` from a run's events and nothing else. A row without an outcome belongs
 * to a run that was cut off: it is `unresolved` where a call may have left, else `not_attempted`. An intent after an
 * outcome is a further try, with another code: what was before does not count any more.
 *
 * @param events gives the events from the beginning, each time it is called
 */
export async function writeResults(
  folder: string,
  events: () => AsyncIterable<RunEvent>,
): Promise<{ readonly story: RunStory; readonly tally: Tally; readonly picture: RunPicture }> {
  const story = new RunStory();
  const picture = new RunPicture(story);
  const outcomes = new Outcomes();
  /** The last attempt of each line whose call may be under way. */
  const called = new Map<number, number>();
  let rows = 0;
  for await (const event of events()) {
    story.see(event);
    picture.see(event);
    if (event.type === 'row') rows += 1;
    if (event.type === 'outcome') outcomes.set(event.line, event);
    if (event.type === 'intent') {
      outcomes.take(event.line);
      called.set(event.line, event.attempt);
    }
    if (event.type === 'withdrawn' || event.type === 'outcome') called.delete(event.line);
  }
  picture.finish();

  const tally = new Tally();
  let files: ResultFiles | undefined;
  try {
    for await (const event of events()) {
      if (event.type === 'run') files = await ResultFiles.create(folder, event.header);
      if (event.type !== 'row' || files === undefined) continue;
      const outcome =
        outcomes.take(event.line) ?? cutOff(event.hasSeed, called.get(event.line), story.lastMs);
      tally.add(outcome);
      picture.add(event, outcome);
      const wait = files.add(event, outcome);
      if (wait !== undefined) await wait;
      // Those of a file stand before all that was done with them, which need not be read again.
      if (tally.rows === rows) break;
    }
    await files?.commit();
  } catch (error) {
    await files?.discard();
    throw error;
  }
  return { story, tally, picture };
}

function cutOff(hasSeed: boolean, attempt: number | undefined, completedAtMs: number): Outcome {
  const status = attempt === undefined ? 'not_attempted' : 'unresolved';
  return {
    status,
    needsRecollection: needsRecollection(status, hasSeed),
    reason:
      attempt === undefined
        ? 'the run was cut off before this row’s turn'
        : 'the run was cut off while this row’s call was under way: check whether the token is active',
    attempts: attempt ?? 0,
    completedAtMs,
  };
}
