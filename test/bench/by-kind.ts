import { median } from './measure.js';
import { COLUMNS, FAR_MS, judge, measure, type Cell, type Column } from './on-time-cell.js';
import type { Player } from './on-time-clients.js';
import type { Model } from './on-time-models.js';

/** Seeds of one model and of the next: they tell when a limit changes, and shared ones would make a kind's median chance. */
const APART = 100;

interface Measured {
  readonly model: Model;
  readonly column: Column;
  readonly cell: Cell;
}

/** Models by what their limits are called. */
export type Kinds = ReadonlyMap<string, readonly Model[]>;

/**
 * Those who play under each of these models, with seeds of its own, by kind of limit: how many cells reach their targets, and for
 * each load the medians of the shares in time and refused, as half a wave and a stream are easy.
 *
 * @param players who plays under limits of a kind, ours first
 * @param tell told of each cell of ours
 * @param together what all kinds are called, of which a line is added, too; nothing: none is
 */
export async function byKind(
  models: Kinds,
  seeds: readonly number[],
  players: (model: Model) => readonly Player[],
  tell: (cell: Cell, model: Model, column: Column) => void = () => undefined,
  together?: string,
): Promise<string[]> {
  const lines: string[] = [];
  const show = (kind: string, player: Player, measured: readonly Measured[]): void => {
    const row = `| ${player === 'ours' ? kind : ''} | ${player} | ${inWords(measured)} |`;
    console.log(row);
    lines.push(row);
  };
  const all = new Map<Player, Measured[]>();
  for (const [kind, each] of models) {
    for (const player of players(each[0]!)) {
      const measured = await measureAll(each, seeds, player);
      if (player === 'ours') measured.forEach(({ cell, model, column }) => tell(cell, model, column));
      all.set(player, [...(all.get(player) ?? []), ...measured]);
      show(kind, player, measured);
    }
  }
  if (together !== undefined) all.forEach((measured, player) => show(together, player, measured));
  const loads = COLUMNS.map(({ title }) => title).join(' | ');
  return [
    `| limit | client | aimed at | cells that reach it | that are on time | ${loads} | the least, near and far |`,
    `| --- | --- | --- | --- | --- | ${COLUMNS.map(() => '---').join(' | ')} | --- |`,
    ...lines,
  ];
}

async function measureAll(
  models: readonly Model[],
  seeds: readonly number[],
  player: Player,
): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const [nth, model] of models.entries()) {
    const own = seeds.map((seed) => seed + nth * APART);
    for (const column of COLUMNS)
      measured.push({ model, column, cell: await measure(model, column, own, player) });
  }
  return measured;
}

/** Those of them that change midway. */
export const changing = (kinds: Kinds): Kinds =>
  new Map([...kinds].filter(([, [model]]) => 'change' in model!.limit(0)));

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
