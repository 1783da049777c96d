import type { Figures } from './progress.js';
import type { ReadSoFar } from '../../model/read.js';
import { duration, plural } from '../words.js';

/** Makes a text stand out; it takes as much room as before. */
export type Paint = (style: 'green' | 'yellow' | 'red', text: string) => string;

/** A piece of a line. Where there is no room for all, the least important goes first. */
interface Part {
  readonly text: string;
  /** What comes before it, unless it is the line's first. */
  readonly joint: string;
  /** 0 goes last. */
  readonly rank: number;
  readonly style?: Parameters<Paint>[0] | undefined;
}

/** The longest and the shortest bar that is drawn. */
const BAR = { most: 40, least: 8 };

/** How a run stands, as one line of a log. */
export function progressLine(figures: Figures): string {
  const { rows, done, areAll, waitMs, tokensRead } = figures;
  if (tokensRead !== undefined) return readingLine({ count: tokensRead, shutForMs: waitMs });
  const of = areAll
    ? `${done} of ${plural(rows, 'row')} done`
    : `${plural(rows, 'row')} so far, ${done} done`;
  const left = timeLeft(figures);
  return [of, ...counts(figures), pace(figures), left, ...waitText(waitMs)]
    .filter((part) => part !== undefined)
    .join(', ');
}

/**
 * How a run stands, as two lines of a terminal: how far it is, and what became of the rows.
 *
 * @param width columns that each may take
 */
export function progressLines(figures: Figures, width: number, paint: Paint): [string, string] {
  const { rows, areAll, done, recollect, failed, waitMs, tokensRead } = figures;
  const waiting = waitText(waitMs).map((text) => part(text, 0, '; ', 'yellow'));
  if (tokensRead !== undefined) {
    return [fitted([part(readText(tokensRead), 0)], width, paint), fitted(waiting, width, paint)];
  }
  const far = areAll ? `${done} of ${rows} done` : `${plural(rows, 'row')} so far, ${done} done`;
  const left = timeLeft(figures);
  const text = left === undefined ? far : `${far}, ${left}`;
  const room = Math.min(BAR.most, width - text.length - 3);
  const bar = areAll && room >= BAR.least ? `${drawn(done / rows, room, paint)} ` : '';
  const [good, again, bad] = counts(figures);
  const perMinute = pace(figures);
  return [
    bar === ''
      ? fitted([part(far, 0), ...(left === undefined ? [] : [part(left, 1)])], width, paint)
      : bar + text,
    fitted(
      [
        part(good, 1),
        part(again, 2, ', ', recollect > 0 ? 'yellow' : undefined),
        part(bad, 3, ', ', failed > 0 ? 'red' : undefined),
        ...waiting,
        ...(waiting.length > 0 || perMinute === undefined ? [] : [part(perMinute, 4, '; ')]),
      ],
      width,
      paint,
    ),
  ];
}

const counts = ({ isImport, succeeded, recollect, failed }: Figures): [string, string, string] => [
  `${succeeded} ${isImport ? 'imported' : 'enrolled'}`,
  `${recollect} to re-collect`,
  `${failed} failed`,
];

function pace({ perMinute }: Figures): string | undefined {
  return perMinute === undefined ? undefined : `${Math.round(perMinute)} a minute`;
}

function timeLeft({ leftMs, done, rows }: Figures): string | undefined {
  return leftMs === undefined || done === rows ? undefined : `${duration(Math.max(1000, leftMs))} left`;
}

/** How far the reading of the tenant's inventory is, as one line of a log. */
export const readingLine = ({ count, shutForMs }: ReadSoFar): string =>
  [readText(count), ...waitText(shutForMs)].join(', ');

const readText = (tokens: number): string => `${plural(tokens, 'token')} of the inventory read`;

/** How long Graph still makes it wait; nothing where that is over within a second. */
export const waitText = (waitMs: number): string[] =>
  waitMs < 1000 ? [] : [`waiting for Graph: ${duration(waitMs)}`];

/** A bar that takes `room` columns and its brackets. */
function drawn(share: number, room: number, paint: Paint): string {
  const full = Math.floor(Math.min(1, share) * room);
  return `[${paint('green', '='.repeat(full))}${'-'.repeat(room - full)}]`;
}

const part = (text: string, rank: number, joint = ', ', style?: Part['style']): Part => ({
  text,
  joint,
  rank,
  style,
});

/** As many of the parts as there is room for, in their order; the most important is cut before it is left out. */
function fitted(parts: readonly Part[], width: number, paint: Paint): string {
  const lengthOf = (chosen: readonly Part[]): number =>
    chosen.reduce((sum, { text, joint }, at) => sum + text.length + (at === 0 ? 0 : joint.length), 0);
  let left = [...parts];
  while (left.length > 1 && lengthOf(left) > width) {
    const last = left.reduce((a, b) => (b.rank > a.rank ? b : a));
    left = left.filter((each) => each !== last);
  }
  return left
    .map(({ text, joint, style }, at) => {
      const shown = text.slice(0, Math.max(0, width));
      return `${at === 0 ? '' : joint}${style === undefined ? shown : paint(style, shown)}`;
    })
    .join('');
}
