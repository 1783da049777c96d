import type { DryRun, Forecast, Obstacle } from '../../model/dry-run.js';
import { countOf } from '../../model/outcome.js';
import type { RunOptions } from '../options/run-options.js';
import { AT_PUBLISHED_PACE } from './foresight-text.js';
import { countLines, type NextSteps } from './summary-text.js';
import { duration, plural } from '../words.js';

/** Kinds of obstacles that are told of on the terminal; all rows are in `results.csv`. */
const KINDS_SHOWN = 8;

/** Rows that a first real run is best begun with. */
const CANARY = 10;

/** What a dry run was of. */
export interface Rehearsed {
  readonly what: string;
  readonly input: string;
  readonly options: RunOptions;
  readonly next: NextSteps;
}

/** What a dry run found, for a person at a terminal, and what to do next. */
export function dryRunText(found: DryRun, rehearsed: Rehearsed): string {
  const { summary, hindrances, obstacles } = found;
  const tookMs = Date.parse(summary.finishedAt) - Date.parse(summary.startedAt);
  const waited = summary.waitedMs < 500 ? '' : `, ${duration(summary.waitedMs)} of it waiting as Graph asked`;
  const how = rehearsed.options.offline === true ? 'no call was made' : 'nothing was changed';
  const stopped = summary.stopped === null ? [] : ['', `The dry run stopped early: ${summary.stopped}.`];
  const lines = [
    `Dry run: ${plural(summary.rows, 'row')} of ${rehearsed.what} checked in ${duration(tookMs)}${waited}; ${how}.`,
    '',
    ...countLines(summary.counts, 'would fail'),
    ...stopped,
    ...section(
      'Stands in the way of every row:',
      hindrances.map((each) => `  ${each}.`),
    ),
    ...section('Stands in the way:', obstacleLines(obstacles)),
    ...section('', forecastLines(found.forecast, summary.counts.would_enroll)),
    '',
    ...nextLines(found, rehearsed),
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return ['', ...(title === '' ? [] : [title]), ...lines];
}

function obstacleLines(obstacles: readonly Obstacle[]): string[] {
  const shown = obstacles.slice(0, KINDS_SHOWN).flatMap(({ what, count, examples }) => {
    const [first] = examples;
    if (count === 1 && first !== undefined) return [`      1  line ${first.line}: ${first.reason}`];
    const rest = count > examples.length ? ', …' : '';
    const lines = examples.map(({ line }) => line).join(', ');
    const details = examples.every(({ reason }) => reason === first?.reason) ? (first?.reason ?? what) : what;
    return [`${String(count).padStart(7)}  lines ${lines}${rest}: ${details}`];
  });
  const hidden = obstacles.slice(KINDS_SHOWN).reduce((sum, { count }) => sum + count, 0);
  return hidden === 0 ? shown : [...shown, `         and ${plural(hidden, 'more row')} in results.csv`];
}

function forecastLines({ tookMs, pace, codes, canMakeIt }: Forecast, rows: number): string[] {
  if (rows === 0) return [];
  const dead = codes - canMakeIt;
  const lines = [`The run would take ${roughly(tookMs)} ${paceText(pace)}.`];
  if (dead > 0)
    lines.push(
      `Of its ${plural(codes, 'code')} ${dead} would die before their turn: collect codes in waves (oath-enroll plan ${rows}).`,
    );
  else if (codes > 0)
    lines.push(
      `Begun when the dry run began, it would send ${codes === 1 ? 'its code' : `all ${codes} codes`} in time.`,
    );
  return lines;
}

/** A time that nobody knows to the second. */
function roughly(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return 'less than a minute';
  return minutes < 60 ? `about ${minutes} min` : `about ${duration(minutes * 60_000)}`;
}

function paceText(pace: Forecast['pace']): string {
  if (pace === 'learned') return 'at the pace that Graph allowed earlier runs';
  if (pace === 'published') return AT_PUBLISHED_PACE;
  return `at our own ceiling of ${pace.calls} calls in ${pace.seconds} s`;
}

function nextLines({ summary, hindrances }: DryRun, { input, options, next }: Rehearsed): string[] {
  const { folder, counts, needsRecollection, rows } = summary;
  const told = [`Every row with what would come of it: ${folder}/results.csv`];
  const isClear = hindrances.length === 0 && summary.stopped === null;
  if (counts.failed + counts.invalid + counts.unresolved > 0 || !isClear)
    told.push('Mend what stands in the way, then make the dry run again.');
  if (needsRecollection > 0) {
    told.push(`${plural(needsRecollection, 'row')} will need a fresh code:`, `  ${folder}/recollect.csv`);
  }
  const wouldImport = countOf(counts, 'would_import') > 0;
  if (!isClear || (counts.would_enroll === 0 && !wouldImport) || input === '-') return told;
  const [command = ''] = next.rerun(input);
  const isCanary = options.limit !== undefined;
  const isWorthIt = !isCanary && rows > CANARY;
  told.push(
    isWorthIt
      ? `Then begin with ${CANARY} rows, and do the rest when they are well:`
      : wouldImport
        ? 'Then import them:'
        : 'Then enrol them:',
    `${command}${isCanary ? ` --limit ${options.limit}` : isWorthIt ? ` --limit ${CANARY}` : ''}`,
  );
  return told;
}
