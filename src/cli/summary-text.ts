import type { Outcome } from '../model/outcome.js';
import type { Summary } from '../results/summary.js';
import { duration, plural } from './words.js';

/** A row that a person must look at. */
export interface Trouble {
  readonly line: number;
  readonly outcome: Pick<Outcome, 'status' | 'reason'>;
}

/** So many troubled rows are told of on the terminal; all of them are in `results.csv`. */
export const TROUBLES_SHOWN = 8;

/** How a person runs a file of fresh codes, as lines of text. */
export type TellRerun = (path: string) => readonly string[];

/** What became of a run, for a person at a terminal, and what to do next. */
export function summaryText(
  summary: Summary,
  input: string,
  troubles: readonly Trouble[],
  tellRerun: TellRerun,
): string {
  const { counts } = summary;
  const tookMs = Date.parse(summary.finishedAt) - Date.parse(summary.startedAt);
  const waited = summary.waitedMs < 500 ? '' : `, ${duration(summary.waitedMs)} of it waiting as Graph asked`;
  const lines = [
    `${plural(summary.rows, 'row')} of ${input === '-' ? 'standard input' : input} in ${duration(tookMs)}${waited}.`,
    '',
  ];
  const tell = (count: number, text: string): void => {
    if (count > 0) lines.push(`${String(count).padStart(7)}  ${text}`);
  };
  tell(counts.would_enroll, 'would be enrolled');
  tell(counts.enrolled, 'enrolled');
  tell(counts.already_enrolled, 'enrolled already');
  tell(counts.expired, 'expired: the code’s time was over before it could be sent');
  tell(counts.code_rejected, 'code rejected: Graph refused the code');
  tell(counts.not_attempted, 'not attempted: the run ended first');
  tell(counts.failed, 'failed for good');
  tell(counts.unresolved, 'unresolved: somebody must check');
  tell(counts.invalid, 'invalid: the row itself is unusable');
  tell(counts.duplicate, 'duplicate: the serial number stands on an earlier line');
  if (summary.stopped !== null) lines.push('', `The run stopped early: ${summary.stopped}.`);
  if (troubles.length > 0)
    lines.push('', ...troubleLines(troubles, counts.failed + counts.unresolved + counts.invalid));
  lines.push('', ...nextStep(summary, tellRerun));
  return `${lines.join('\n')}\n`;
}

function troubleLines(troubles: readonly Trouble[], inAll: number): string[] {
  const shown = troubles
    .slice(0, TROUBLES_SHOWN)
    .map(({ line, outcome }) => `  line ${line}: ${outcome.reason}`);
  const rest = inAll - shown.length;
  return ['Look at:', ...shown, ...(rest > 0 ? [`  and ${rest} more in results.csv`] : [])];
}

function nextStep({ folder, needsRecollection }: Summary, tellRerun: TellRerun): string[] {
  const told = [`Every row with its outcome: ${folder}/results.csv`];
  if (needsRecollection === 0) return told;
  return [
    ...told,
    `Collect ${plural(needsRecollection, 'fresh code')}: fill in the empty code column of`,
    `  ${folder}/recollect.csv`,
    'and run it at once: a code lives for a minute or less (60 s tokens: two).',
    ...tellRerun(`${folder}/recollect.csv`),
  ];
}
