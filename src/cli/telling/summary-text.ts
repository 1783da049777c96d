import { countOf, type Outcome } from '../../model/outcome.js';
import type { Summary } from '../../model/summary.js';
import { duration, plural } from '../words.js';

/** A row that a person must look at. */
export interface Trouble {
  readonly line: number;
  readonly outcome: Pick<Outcome, 'status' | 'reason'>;
}

/** So many troubled rows are told of on the terminal; all of them are in `results.csv`. */
export const TROUBLES_SHOWN = 8;

/** What a person does after a run, each as lines of text. */
export interface NextSteps {
  /** How a file of fresh codes is run. */
  readonly rerun: (path: string) => readonly string[];
  /** How a run that ended early is finished. */
  readonly resume: (folder: string) => readonly string[];
  /** Whether fresh codes are asked for one by one, rather than filled into a file. */
  readonly asksForCodes?: boolean;
}

/**
 * What became of a run, for a person at a terminal, and what to do next.
 *
 * @param page path of the page with the pictures, where there is one
 */
export function summaryText(
  summary: Summary,
  what: string,
  troubles: readonly Trouble[],
  next: NextSteps,
  page?: string,
): string {
  const { counts } = summary;
  const tookMs = Date.parse(summary.finishedAt) - Date.parse(summary.startedAt);
  const waited = summary.waitedMs < 500 ? '' : `, ${duration(summary.waitedMs)} of it waiting as Graph asked`;
  const lines = [
    `${plural(summary.rows, 'row')} of ${what} in ${duration(tookMs)}${waited}.`,
    '',
    ...countLines(counts),
  ];
  if (summary.stopped !== null) lines.push('', `The run stopped early: ${summary.stopped}.`);
  if (troubles.length > 0)
    lines.push('', ...troubleLines(troubles, counts.failed + counts.unresolved + counts.invalid));
  lines.push('', ...nextSteps(summary, next, page));
  return `${lines.join('\n')}\n`;
}

/** How many rows came to which end, a line for each end that one came to. */
export function countLines(counts: Summary['counts'], failed = 'failed for good'): string[] {
  const lines: string[] = [];
  const tell = (count: number, text: string): void => {
    if (count > 0) lines.push(`${String(count).padStart(7)}  ${text}`);
  };
  tell(counts.would_enroll, 'would be enrolled');
  tell(countOf(counts, 'would_import'), 'would be put into the inventory');
  tell(countOf(counts, 'imported'), 'put into the inventory');
  tell(countOf(counts, 'already_imported'), 'in the inventory already');
  tell(counts.enrolled, 'enrolled');
  tell(counts.already_enrolled, 'enrolled already');
  tell(counts.expired, 'expired: the code’s time was over before it could be sent');
  tell(counts.code_rejected, 'code rejected: Graph refused the code');
  tell(counts.not_attempted, 'not attempted: the run ended first');
  tell(counts.failed, failed);
  tell(counts.unresolved, 'unresolved: somebody must check');
  tell(counts.invalid, 'invalid: the row itself is unusable');
  tell(counts.duplicate, 'duplicate: the serial number stands on an earlier line');
  return lines;
}

function troubleLines(troubles: readonly Trouble[], inAll: number): string[] {
  const shown = troubles
    .slice(0, TROUBLES_SHOWN)
    .map(({ line, outcome }) => `  line ${line}: ${outcome.reason}`);
  const rest = inAll - shown.length;
  return ['Look at:', ...shown, ...(rest > 0 ? [`  and ${rest} more in results.csv`] : [])];
}

function nextSteps(
  { folder, stopped, counts, needsRecollection }: Summary,
  next: NextSteps,
  page: string | undefined,
): string[] {
  const told = [
    `Every row with its outcome: ${folder}/results.csv`,
    ...(page === undefined ? [] : [`A page with the pictures: ${page}`]),
  ];
  const resume = next.resume(folder);
  // What was typed in is kept nowhere: of a desk's run a later session can finish look-ups alone.
  if (resume.length > 0 && stopped !== null && next.asksForCodes !== true) {
    told.push('Finish the run, and send what still lives, with', ...resume);
  } else if (resume.length > 0 && counts.unresolved > 0) {
    told.push('Look the unresolved rows up once more with', ...resume);
  }
  if (needsRecollection === 0) return told;
  if (next.asksForCodes === true) {
    const codes = `${plural(needsRecollection, 'token')} still to be read. Go on with`;
    return [...told, codes, ...next.rerun(`${folder}/recollect.csv`)];
  }
  return [
    ...told,
    `Collect ${plural(needsRecollection, 'fresh code')}: fill in the empty code column of`,
    `  ${folder}/recollect.csv`,
    'and run it at once: a code lives for a minute or less (60 s tokens: two).',
    ...next.rerun(`${folder}/recollect.csv`),
  ];
}
