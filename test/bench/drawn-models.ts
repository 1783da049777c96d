import { seededRandom } from '../simulation/random.js';
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

/** Draws figures by a seed, always the same ones. */
export function drawLot(seed: number): Lot {
  const random = seededRandom(seed, 0);

  const between = (low: number, high: number): number => Math.round(low + (high - low) * random());
  /** So that small figures come up as often as large ones. */
  const scaled = (low: number, high: number): number => Math.round(low * (high / low) ** random());

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

/** A model as it is, or with what an earlier run told. */
type Make = typeof model | typeof hinted;

const many = (count: number, draw: () => Model): Model[] => Array.from({ length: count }, draw);

/** The share of calls that may be refused: where one refusal is more than that, it is 5 %. */
const allowed = (calls: number) => ({ refused: calls < 10 ? 0.05 : 0.02 });
