import { median } from './measure.js';
import { COLUMNS, FAR_MS, judge, measure, type Cell, type Column } from './on-time-cell.js';
import type { Model } from './on-time-models.js';

interface Measured {
  readonly model: Model;
  readonly column: Column;
  readonly cell: Cell;
}

/** Models by what their limits are called. */
export type Kinds = ReadonlyMap<string, readonly Model[]>;

/**
 * Ours under each of these models, by kind of limit: how many cells reach their targets, and for each load the medians of the shares
 * in time and refused, as half a wave and a stream are easy.
 *
 * @param tell told of each cell
 */
export async function byKind(
  models: Kinds,
  seeds: readonly number[],
  tell: (cell: Cell, model: Model, column: Column) => void,
): Promise<string[]> {
  const kinds = new Map<string, Measured[]>();
  for (const [kind, each] of models) {
    const measured: Measured[] = [];
    kinds.set(kind, measured);
    for (const model of each) {
      for (const column of COLUMNS) {
        const cell = await measure(model, column, seeds, 'ours');
        measured.push({ model, column, cell });
        tell(cell, model, column);
      }
    }
  }
  const loads = COLUMNS.map(({ title }) => title).join(' | ');
  return [
    `| limit | aimed at | cells that reach it | that are on time | ${loads} | the least, near and far |`,
    `| --- | --- | --- | --- | ${COLUMNS.map(() => '---').join(' | ')} | --- |`,
    ...[...kinds].map(([kind, measured]) => `| ${kind} | ${inWords(measured)} |`),
  ];
}

/** By the kind of each limit, how it changes, and whether there is a hint. */
export function kindsOf(models: readonly Model[]): Kinds {
  const kinds = new Map<string, Model[]>();
  for (const model of models) kinds.set(kindOf(model), [...(kinds.get(kindOf(model)) ?? []), model]);
  return kinds;
}

function kindOf({ limit, earlier }: Model): string {
  const spec = limit(0);
  const factor = 'change' in spec ? spec.change.factor : undefined;
  const name = factor === undefined ? spec.kind : `${spec.kind} that ${factor > 1 ? 'doubles' : 'halves'}`;
  return earlier === undefined ? name : `${name}, with a hint`;
}

function inWords(measured: readonly Measured[]): string {
  const judged = measured.flatMap(({ cell, model, column }) => judge(cell, model, column) ?? []);
  const reached = judged.filter(({ late, rude }) => !late && !rude).length;
  const [{ model }] = measured as [Measured];
  const least = (far: boolean): string => {
    const onTime = measured.filter(({ column }) => (column.oneWayMs === FAR_MS) === far).map(onTimeOf);
    return Math.min(...onTime).toFixed(3);
  };
  const isFarToo = model.farOnTime !== undefined;
  return [
    `${model.onTime}${isFarToo ? `, far ${model.farOnTime}` : ''}`,
    `${reached} of ${judged.length}`,
    String(judged.filter(({ late }) => !late).length),
    ...COLUMNS.map((column) => (column.oneWayMs < FAR_MS || isFarToo ? ofLoad(measured, column) : '')),
    isFarToo ? `${least(false)}, ${least(true)}` : least(false),
  ].join(' | ');
}

function ofLoad(measured: readonly Measured[], column: Column): string {
  const ofIt = measured.filter((each) => each.column === column);
  const refused = median(ofIt.map(({ cell }) => 100 * cell.refusedShare));
  return `${median(ofIt.map(onTimeOf)).toFixed(3)}, ${refused.toFixed(1)} %`;
}

const onTimeOf = ({ cell }: Measured): number => cell.onTime;
