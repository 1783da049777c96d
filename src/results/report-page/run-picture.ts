import type { Outcome } from '../../model/outcome.js';
import type { RunEvent } from '../../model/run-event.js';
import type { RunStory } from '../run-story.js';
import { Calls } from './calls.js';
import { ReasonGroups } from './reasons.js';
import { TableRows, type RowEvent } from './table-rows.js';

/** What the page shows besides the summary, gathered while the results are made. Its size is bounded, whatever the run's. */
export class RunPicture {
  readonly calls: Calls;
  readonly reasons = new ReasonGroups();
  readonly table = new TableRows();

  constructor(readonly story: RunStory) {
    this.calls = new Calls(story.sessions);
  }

  /** Takes in an event, after the story did. */
  see(event: RunEvent): void {
    this.calls.see(event);
  }

  /** All events were seen. */
  finish(): void {
    this.calls.finish();
  }

  /** Takes in what became of a row. */
  add(row: RowEvent, outcome: Outcome): void {
    this.table.add(row, outcome, this.reasons.add(row.line, outcome));
  }
}
