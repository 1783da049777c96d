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
 * Ours under each of these models, by kind of limit: how many cells reach their targets, and the usual and the least share.
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
  return [
    '| limit | aimed at | cells that reach it | that are on time | on time: median, least | refused: median, most | far: aimed at, median, least |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...[...kinds].map(([kind, measured]) => `| ${kind} | ${inWords(measured)} |`),
  ];
}

/** By the kind of each limit, whether it changes, and whether there is a hint. */
export function kindsOf(models: readonly Model[]): Kinds {
  const kinds = new Map<string, Model[]>();
  for (const model of models) kinds.set(kindOf(model), [...(kinds.get(kindOf(model)) ?? []), model]);
  return kinds;
}

function kindOf({ limit, earlier }: Model): string {
  const spec = limit(0);
  const name = 'change' in spec ? `${spec.kind} that changes` : spec.kind;
  return earlier === undefined ? name : `${name}, with a hint`;
}

function inWords(measured: readonly Measured[]): string {
  const isFar = ({ column }: Measured): boolean => column.oneWayMs === FAR_MS;
  const judged = measured.flatMap(({ cell, model, column }) => judge(cell, model, column) ?? []);
  const reached = judged.filter(({ late, rude }) => !late && !rude).length;
  const near = measured.filter((each) => !isFar(each));
  const far = measured.filter((each) => isFar(each) && each.model.farOnTime !== undefined);
  const onTime = near.map(({ cell }) => cell.onTime);
  const refused = near.map(({ cell }) => 100 * cell.refusedShare);
  const farOnTime = far.map(({ cell }) => cell.onTime);
  const [{ model }] = near as [Measured];
  return [
    String(model.onTime),
    `${reached} of ${judged.length}`,
    `${judged.filter(({ late }) => !late).length}`,
    `${median(onTime).toFixed(3)}, ${Math.min(...onTime).toFixed(3)}`,
    `${median(refused).toFixed(1)} %, ${Math.max(...refused).toFixed(1)} %`,
    far.length === 0
      ? ''
      : `${model.farOnTime}, ${median(farOnTime).toFixed(3)}, ${Math.min(...farOnTime).toFixed(3)}`,
  ].join(' | ');
}
