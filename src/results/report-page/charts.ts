import type { CustomSeriesOption, EChartsOption, YAXisComponentOption } from 'echarts';
import type { Span } from '../waits.js';
import { figure } from './figures.js';
import type { Calls } from './calls.js';
import { CALL_KINDS, type CallKind } from './call-kind.js';
import type { Dot } from './cloud.js';
import { colourOf } from './palette.js';
import { timeAxis } from './time-axis.js';

const INK = colourOf('ink-soft');

/** What both pictures of the run show behind their figures. */
export interface Backdrop {
  /** Length of the run, ms. */
  readonly totalMs: number;
  /** Throttle waits, ms of the run. */
  readonly waits: readonly Span[];
  /** Where a later session began, ms of the run. */
  readonly resumptions: readonly number[];
}

type Place = readonly [x: number, y: number];
type Item = ReturnType<NonNullable<CustomSeriesOption['renderItem']>>;

/** Outcomes as bars with their numbers. */
export function outcomesChart(
  bars: readonly { name: string; colour: string; count: number }[],
): EChartsOption {
  const most = Math.max(...bars.map(({ count }) => count), 1);
  return {
    grid: { left: 130, right: 12 + 9 * String(most).length, top: 0, bottom: 0, outerBoundsMode: 'none' },
    xAxis: { type: 'value', show: false, max: most },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map(({ name }) => name),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: colourOf('ink'), fontSize: 13, interval: 0 },
    },
    series: [
      {
        type: 'bar',
        silent: true,
        barWidth: '62%',
        barMinHeight: 3,
        data: bars.map(({ count, colour }) => ({
          value: count,
          itemStyle: { color: colour, borderRadius: 2 },
        })),
        label: {
          show: true,
          position: 'right',
          color: colourOf('ink'),
          fontSize: 13,
          formatter: ({ value }) => figure(Number(value)),
        },
      },
    ],
  };
}

/** Calls over the time of the run, stacked by what came of them. */
export function callsChart(overTime: Calls['overTime'], backdrop: Backdrop, marks: number): EChartsOption {
  const widthS = overTime.widthMs / 1000;
  const series = CALL_KINDS.map((kind) => {
    const bars = overTime.counts.flatMap((bin, index) => {
      const count = bin.get(kind) ?? 0;
      const below = stackedBelow(bin, kind);
      return count === 0 ? [] : [[index * widthS, below, (index + 1) * widthS, below + count]];
    });
    return boxes(bars, { fill: colourOf(kind) }, 0.6);
  });
  return overRun(backdrop, marks, { minInterval: 1 }, series);
}

const stackedBelow = (bin: ReadonlyMap<CallKind, number>, kind: CallKind): number =>
  CALL_KINDS.slice(0, CALL_KINDS.indexOf(kind)).reduce((sum, each) => sum + (bin.get(each) ?? 0), 0);

/** How old each code was when it was sent, under the age at which it dies. */
export function agesChart(ages: Calls['ages'], backdrop: Backdrop, marks: number): EChartsOption {
  const deadlines = ages.deadlines.dots;
  const { stepS, endS } = timeAxis(Math.max(...deadlines.map(({ yMs }) => yMs)) / 1000 + 1, 5);
  const most = Math.max(...[...ages.sent.values()].flatMap(({ dots }) => dots.map(({ count }) => count)));
  return overRun(backdrop, marks, { max: endS, interval: stepS, axisLabel: { formatter: '{value} s' } }, [
    dots(deadlines, ([x, y]) => ({
      type: 'rect',
      shape: { x: x - 4, y: y - 1, width: 8, height: 2 },
      style: { fill: colourOf('deadline') },
    })),
    ...CALL_KINDS.map((kind) =>
      dots(ages.sent.get(kind)?.dots ?? [], ([cx, cy], { count }) => ({
        type: 'circle',
        shape: { cx, cy, r: most < 4 ? 3 : 1 + 3.5 * Math.sqrt(count / most) },
        style: { fill: colourOf(kind) },
      })),
    ),
  ]);
}

/** A picture over the time of the run, with throttle waits and new sessions drawn in. */
function overRun(
  { totalMs, waits, resumptions }: Backdrop,
  marks: number,
  yAxis: YAXisComponentOption,
  series: readonly CustomSeriesOption[],
): EChartsOption {
  const { stepS, endS, label } = timeAxis(totalMs / 1000, marks);
  const bands = waits.map(({ fromMs, toMs }) => [fromMs / 1000, toMs / 1000]);
  const axis = { axisTick: { show: false }, splitLine: { lineStyle: { color: colourOf('line') } } };
  const labels = { color: INK, fontSize: 12 };
  return {
    grid: { left: 4, right: 16, top: 10, bottom: 4, outerBoundsMode: 'same' },
    xAxis: {
      type: 'value',
      ...axis,
      splitLine: { show: false },
      max: endS,
      interval: stepS,
      axisLine: { lineStyle: { color: INK } },
      axisLabel: { ...labels, formatter: (value: number) => label(value) },
    },
    yAxis: {
      type: 'value',
      ...axis,
      ...yAxis,
      axisLabel: { ...labels, ...yAxis.axisLabel },
    } as YAXisComponentOption,
    series: [
      fullHeight(bands, { fill: colourOf('wait') }),
      ...series,
      fullHeight(
        resumptions.map((ms) => [ms / 1000, ms / 1000]),
        { fill: colourOf('resumed') },
      ),
    ],
  };
}

type Style = Readonly<{ fill: string }>;

/** Boxes from (x, y) to (x, y), with a gap in px between neighbours. */
function boxes(data: number[][], style: Style, gap: number): CustomSeriesOption {
  return custom(
    data,
    (api) => {
      const [left, bottom] = api.coord([api.value(0), api.value(1)]) as [number, number];
      const [right, top] = api.coord([api.value(2), api.value(3)]) as [number, number];
      const width = Math.max(1, right - left - gap);
      return { type: 'rect', shape: { x: left, y: top, width, height: bottom - top }, style };
    },
    [0, 2],
    [1, 3],
  );
}

/** Bands from x to x, as high as the picture. */
function fullHeight(data: number[][], style: Style): CustomSeriesOption {
  return custom(
    data,
    (api, area) => {
      const [x] = api.coord([api.value(0), 0]) as [number, number];
      const [end] = api.coord([api.value(1), 0]) as [number, number];
      return {
        type: 'rect',
        shape: { x, y: area.y, width: Math.max(1.5, end - x), height: area.height },
        style,
      };
    },
    [0, 1],
    [],
  );
}

/** A mark at each dot. */
function dots(data: readonly Dot[], mark: (place: Place, dot: Dot) => Item): CustomSeriesOption {
  const points = data.map(({ xMs, yMs, count }) => [xMs / 1000, yMs / 1000, count]);
  return custom(
    points,
    (api) => {
      const place = api.coord([api.value(0), api.value(1)]) as [number, number];
      return mark(place, { xMs: 0, yMs: 0, count: Number(api.value(2)) });
    },
    [0],
    [1],
  );
}

type Api = Parameters<NonNullable<CustomSeriesOption['renderItem']>>[1];
interface Area {
  readonly y: number;
  readonly height: number;
}

function custom(
  data: number[][],
  draw: (api: Api, area: Area) => Item,
  x: number[],
  y: number[],
): CustomSeriesOption {
  return {
    type: 'custom',
    silent: true,
    clip: false,
    data,
    encode: { x, y },
    renderItem: (params, api) => draw(api, params.coordSys as unknown as Area),
  };
}
