import type { Summary } from '../../model/summary.js';
import { counted, figure } from './figures.js';

/** What happened, in one sentence. */
export function sentence({ rows, counts, needsRecollection, stopped }: Summary): string {
  const early = stopped === null ? '' : `: the run stopped early (${stopped})`;
  if (rows === 0) return `There was no row to do${early}.`;
  const done = counts.enrolled + counts.already_enrolled;
  if (done === rows)
    return `${rows === 1 ? 'The one token is' : `All ${figure(rows)} tokens are`} enrolled${early}.`;
  const parts = [
    `${done === 0 ? 'None' : figure(done)} of ${counted(rows, 'token')} ${done <= 1 ? 'is' : 'are'} enrolled`,
    ...tail(needsRecollection, 'needs a fresh code', 'need a fresh code'),
    ...tail(lookAt(counts), 'needs a person to look', 'need a person to look'),
    ...tail(counts.duplicate, 'is a duplicate', 'are duplicates'),
  ];
  return `${parts.join(', ')}${early}.`;
}

const tail = (count: number, one: string, many: string): string[] =>
  count === 0 ? [] : [`${figure(count)} ${count === 1 ? one : many}`];

/** Rows that a person must look at. */
export const lookAt = ({ failed, invalid, unresolved }: Summary['counts']): number =>
  failed + invalid + unresolved;
