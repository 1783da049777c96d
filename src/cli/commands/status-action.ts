import { stringify } from 'csv-stringify/sync';
import { graphOf, ratesOf } from '../../api/on-graph.js';
import { systemClock } from '../../model/clock.js';
import { OathEnrollError } from '../../model/errors.js';
import { defuse } from '../../model/spreadsheet.js';
import { visible, visibleLines } from '../../model/words.js';
import { jsonText } from '../../model/json.js';
import type { ReadSoFar } from '../../model/read.js';
import { status, type TokenStatus } from '../../run/status.js';
import type { Io } from '../io.js';
import type { RunOptions } from '../options/run-options.js';
import { everyTenSeconds } from '../telling/every-ten-seconds.js';
import { readingLine } from '../telling/progress-text.js';
import { plural } from '../words.js';

/** The options of `status` besides those of a run. */
export interface StatusOptions extends Pick<RunOptions, 'json'> {
  readonly csv?: true;
}

/** A token's properties under the names that a file gives them. */
const COLUMNS = [
  'line',
  'serialNumber',
  'user',
  'status',
  'assignedTo',
  'assignedToId',
  'timeInterval',
  'hashFunction',
  'manufacturer',
  'model',
] as const;

type Told = Readonly<Record<(typeof COLUMNS)[number], string>>;

/**
 * Carries out `oath-enroll status`.
 *
 * @returns the exit code
 */
export async function statusAction(
  input: string | undefined,
  options: RunOptions & StatusOptions,
  io: Io,
): Promise<number> {
  if (options.csv === true && options.json === true) {
    throw new OathEnrollError('usage', 'choose one of --csv and --json');
  }
  const graph = graphOf({
    ...options,
    env: io.env,
    onPrompt: (text) => void io.stderr.write(`${visibleLines(text)}\n`),
  });
  let look: (() => ReadSoFar) | undefined;
  const endLines = everyTenSeconds(systemClock, () => {
    if (look !== undefined) io.stderr.write(`${readingLine(look())}\n`);
  });
  const tokens = await status(
    {
      input,
      columns: new Map(Object.entries(options.column)),
      concurrency: options.concurrency,
      maxWaitMs: options.maxWait * 1000,
      rates: ratesOf(options, graph),
    },
    {
      reads: graph.reads,
      signIn: () => graph.signIn(),
      clock: systemClock,
      random: Math.random,
      stdin: io.stdin,
      interrupt: io.interrupt,
      watch: (given) => (look = given),
    },
  ).finally(endLines);
  const told = tokens.map(tellOf);
  if (options.json === true) io.stdout.write(`${jsonText({ counts: countsOf(tokens), tokens: told })}\n`);
  else if (options.csv === true) io.stdout.write(csvOf(told));
  else io.stdout.write(tableOf(told) + sumOf(tokens));
  return 0;
}

function tellOf({ line, serialNumber, user, status: state, device }: TokenStatus): Told {
  return {
    line: line === undefined ? '' : String(line),
    serialNumber: visible(device?.serialNumber ?? serialNumber),
    user: visible(user),
    status: state,
    assignedTo: device?.assignedToName ?? '',
    assignedToId: device?.assignedToId ?? '',
    timeInterval: device?.intervalS === undefined ? '' : String(device.intervalS),
    hashFunction: device?.hashFunction ?? '',
    manufacturer: device?.manufacturer ?? '',
    model: device?.model ?? '',
  };
}

function csvOf(told: readonly Told[]): string {
  return stringify([COLUMNS, ...told.map((each) => COLUMNS.map((name) => defuse(each[name])))]);
}

/** What fits a terminal: whoever wants all of it has `--csv`. */
function tableOf(told: readonly Told[]): string {
  if (told.length === 0) return '';
  const rows = [
    ['Serial number', 'Status', 'Assigned to', 'Step', 'Model'],
    ...told.map((each) => [
      each.serialNumber,
      each.status === 'missing' ? 'not in the inventory' : each.status,
      each.assignedTo === '' ? each.assignedToId : each.assignedTo,
      each.timeInterval === '' ? '' : `${each.timeInterval} s`,
      [each.manufacturer, each.model].filter((text) => text !== '').join(' '),
    ]),
  ];
  const widths = rows.reduce<number[]>(
    (widest, cells) => cells.map((cell, at) => Math.max(widest[at] ?? 0, widthOf(cell))),
    [],
  );
  const lines = rows.map((cells) =>
    cells
      .map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n\n`;
}

const letters = new Intl.Segmenter();

/** Columns of a terminal that a text takes, as long as its letters take one each. */
const widthOf = (text: string): number => [...letters.segment(text)].length;

function countsOf(tokens: readonly TokenStatus[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { status: state } of tokens) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function sumOf(tokens: readonly TokenStatus[]): string {
  const counts = Object.entries(countsOf(tokens))
    .sort(([, a], [, b]) => b - a)
    .map(([state, count]) => `${count} ${state === 'missing' ? 'not in the inventory' : state}`);
  const lines = [`${plural(tokens.length, 'token')}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}.`];
  if (tokens.some(({ status: state }) => state === 'failedActivation')) {
    lines.push('failedActivation: a person decides what comes next, see docs/tokens.md.');
  }
  return `${lines.join('\n')}\n`;
}
