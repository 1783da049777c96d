import type { BucketSpec, LimitSpec, WindowSpec } from '../simulation/limit-spec.js';
import { seededRandom } from '../simulation/random.js';
import type { Kinds } from './by-kind.js';
import {
  bucket,
  changed,
  early,
  fixed,
  hinted,
  model,
  NEAR_ONLY,
  penalty,
  sliding,
  type Model,
} from './on-time-models.js';

/** Limits of each kind whose figures nobody chose, and such of which an earlier run left a hint. */
export interface Lot {
  readonly models: readonly Model[];
  readonly hinted: readonly Model[];
}

/** Numbers by a seed, always the same ones; streams are told apart. */
function drawing(seed: number, stream: number) {
  const random = seededRandom(seed, stream);
  const between = (low: number, high: number): number => Math.round(low + (high - low) * random());
  /** So that small figures come up as often as large ones. */
  const evenly = (low: number, high: number): number => low * (high / low) ** random();
  const scaled = (low: number, high: number): number => Math.round(evenly(low, high));
  return { random, between, evenly, scaled };
}

/** Draws figures by a seed, always the same ones. */
export function drawLot(seed: number): Lot {
  const { random, between, scaled } = drawing(seed, 0);

  /** A rate and a burst that takes between one and six seconds to flow in. */
  const drawBucket = (low = 3, high = 35): [perS: number, burst: number] => {
    const perS = scaled(low, high);
    return [perS, between(perS, 6 * perS)];
  };

  /** One with about 20/s, whose refusals are to be dear. */
  const drawDearBucket = (): [perS: number, burst: number] => {
    const perS = between(17, 23);
    return [perS, between(3 * perS, 6 * perS)];
  };

  /** So many calls in so many seconds, 0.5 to 20 a second. */
  const drawWindow = (): [calls: number, seconds: number] => {
    const seconds = scaled(6, 300);
    return [Math.max(5, Math.round(seconds * 0.5 * 40 ** random())), seconds];
  };

  const ofBucket = (make: Make): Model => {
    const [perS, burst] = drawBucket();
    return make(`bucket ${perS}/s, ${burst}`, bucket(perS, burst));
  };
  const ofDearBucket = (make: Make, onTime: number): Model => {
    const [perS, burst] = drawDearBucket();
    return make(`penalty 10 s, bucket ${perS}/s, ${burst}`, penalty(perS, burst), onTime, NEAR_ONLY);
  };

  const models = [
    ...many(7, () => ofBucket(model)),
    ...many(7, () => {
      const [calls, seconds] = drawWindow();
      const byClock = random() < 0.3;
      const name = `window ${calls} per ${seconds} s${byClock ? ', by the clock' : ''}`;
      return model(name, fixed(calls, seconds, byClock ? 'clock' : 'first call'), 0.98, allowed(calls));
    }),
    ...many(4, () => {
      const [calls, seconds] = drawWindow();
      return model(`sliding ${calls} per ${seconds} s`, sliding(calls, seconds), 0.98, allowed(calls));
    }),
    ...many(4, () => ofDearBucket(model, 0.88)),
    ...many(4, () => {
      const [perS, burst] = drawBucket(10, 30);
      return model(`longer for early, bucket ${perS}/s, ${burst}`, early(perS, burst), 0.95, NEAR_ONLY);
    }),
    ...many(4, () => {
      const [perS, burst] = drawBucket(10, 30);
      const others = Math.max(1, Math.round(perS * 0.3));
      const limit = { kind: 'shared', of: bucket(perS, burst), perS: others } as const;
      return model(`shared, bucket ${perS}/s, ${burst}`, limit, 0.97, NEAR_ONLY);
    }),
    ...[0.5, 2].flatMap((factor) => {
      const [perS, burst] = drawBucket(8, 30);
      const [calls, seconds] = [between(30, 80), between(8, 20)];
      const how = factor < 1 ? 'halves' : 'doubles';
      return [
        model(`bucket ${perS}/s, ${burst} that ${how}`, (changeSeed) => ({
          ...bucket(perS, burst),
          change: changed(changeSeed, factor),
        })),
        model(`window ${calls} per ${seconds} s that ${how}`, (changeSeed) => ({
          ...fixed(calls, seconds),
          change: changed(changeSeed, factor),
        })),
      ];
    }),
  ];
  const hintedModels = [
    ...many(2, () => ofBucket(hinted)),
    ...many(2, () => {
      const [calls, seconds] = drawWindow();
      return hinted(`window ${calls} per ${seconds} s`, fixed(calls, seconds), 0.98, allowed(calls));
    }),
    ...many(3, () => ofDearBucket(hinted, 0.95)),
  ];
  return { models, hinted: hintedModels };
}

/** Limits of kinds that no lot holds: they hold next to nothing, last next to no time, are shared windows, two at once, or change by anything. */
export function drawUnusual(seed: number): Kinds {
  const { evenly, scaled } = drawing(seed, 1);

  /** Whose burst flows in within so many seconds. */
  const drawBucket = (low: number, high: number, least: number, most: number) => {
    const perS = Math.round(10 * evenly(least, most)) / 10;
    return bucket(perS, Math.max(1, Math.round(perS * evenly(low, high))));
  };
  /** In so many seconds. */
  const drawWindow = (low: number, high: number): [calls: number, seconds: number] => {
    const seconds = scaled(low, high);
    return [Math.max(5, Math.round(seconds * evenly(3, 30))), seconds];
  };
  const ofWindow = (make: (calls: number, seconds: number) => LimitSpec): Model => {
    const [calls, seconds] = drawWindow(1, 5);
    return model('', make(calls, seconds), 0.98, allowed(calls));
  };
  /** Beside it a window of minutes that takes but a share of what passes at its pace. */
  const withLong = (
    quick: LimitSpec,
    perS: number,
    of: (calls: number, seconds: number) => LimitSpec,
  ): Model => {
    const seconds = scaled(60, 300);
    const calls = Math.round(seconds * perS * evenly(0.15, 0.7));
    return model('', { kind: 'all', of: [quick, of(calls, seconds)] }, 0.98, allowed(calls));
  };
  const twoWindows = (of: (calls: number, seconds: number) => LimitSpec): Model => {
    const seconds = scaled(2, 15);
    const calls = Math.max(5, Math.round(seconds * evenly(1, 10)));
    return withLong(of(calls, seconds), calls / seconds, of);
  };
  const changing = (spec: BucketSpec | WindowSpec): Model => {
    const factor = evenly(0.25, 4);
    return model('', (seedOfRun) => ({ ...spec, change: changed(seedOfRun, factor) }));
  };

  return new Map([
    ['buckets that fill within a second', many(8, () => model('', drawBucket(0.05, 1, 3, 35)))],
    ['buckets of up to 3/s', many(8, () => model('', drawBucket(1, 20, 0.3, 3), 0.98, { refused: 0.05 }))],
    ['buckets that change by 0.25 to 4', many(8, () => changing(drawBucket(0.5, 8, 4, 30)))],
    ['windows of 1 to 5 s', many(8, () => ofWindow(fixed))],
    ['windows of 1 to 5 s by the clock', many(8, () => ofWindow((calls, s) => fixed(calls, s, 'clock')))],
    ['sliding windows of 1 to 5 s', many(8, () => ofWindow(sliding))],
    ['windows that change by 0.25 to 4', many(8, () => changing(fixed(...drawWindow(4, 60))))],
    [
      'shared windows',
      many(8, () => {
        const of = fixed(...drawWindow(4, 60));
        const perS = (0.3 * of.calls) / of.seconds;
        return model('', { kind: 'shared', of, perS }, 0.97, NEAR_ONLY);
      }),
    ],
    ['a window of seconds and one of minutes', many(8, () => twoWindows(fixed))],
    ['the same, sliding', many(8, () => twoWindows(sliding))],
    [
      'a bucket and a window of minutes',
      many(8, () => {
        const quick = drawBucket(1, 6, 3, 20);
        return withLong(quick, quick.perS, fixed);
      }),
    ],
  ]);
}

/** A model as it is, or with what an earlier run told. */
type Make = typeof model | typeof hinted;

const many = (count: number, draw: () => Model): Model[] => Array.from({ length: count }, draw);

/** The share of calls that may be refused: where one refusal is more than that, it is 5 %. */
const allowed = (calls: number) => ({ refused: calls < 10 ? 0.05 : 0.02 });
