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

/** Whose choice the figures are. */
const random = seededRandom(20_261_128, 0);

const between = (low: number, high: number): number => Math.round(low + (high - low) * random());
/** So that small figures come up as often as large ones. */
const scaled = (low: number, high: number): number => Math.round(low * (high / low) ** random());

const many = (count: number, draw: () => Model): Model[] => Array.from({ length: count }, draw);

/** A rate and a burst that takes between one and six seconds to flow in. */
function drawBucket(low = 3, high = 35): [perS: number, burst: number] {
  const perS = scaled(low, high);
  return [perS, between(perS, 6 * perS)];
}

/** One with about 20/s, whose refusals are to be dear. */
function drawDearBucket(): [perS: number, burst: number] {
  const perS = between(17, 23);
  return [perS, between(3 * perS, 6 * perS)];
}

/** So many calls in so many seconds, 0.5 to 20 a second. */
function drawWindow(): [calls: number, seconds: number] {
  const seconds = scaled(6, 300);
  return [Math.max(5, Math.round(seconds * 0.5 * 40 ** random())), seconds];
}

/** The share of calls that may be refused: where one refusal is more than that, it is 5 %. */
const allowed = (calls: number) => ({ refused: calls < 10 ? 0.05 : 0.02 });

/** Limits of each kind whose figures nobody chose; looked at once since, for what the table says. */
export const drawnModels: readonly Model[] = [
  ...many(7, () => {
    const [perS, burst] = drawBucket();
    return model(`bucket ${perS}/s, ${burst}`, bucket(perS, burst));
  }),
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
  ...many(4, () => {
    const [perS, burst] = drawDearBucket();
    return model(`penalty 10 s, bucket ${perS}/s, ${burst}`, penalty(perS, burst), 0.88, NEAR_ONLY);
  }),
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
      model(`bucket ${perS}/s, ${burst} that ${how}`, (seed) => ({
        ...bucket(perS, burst),
        change: changed(seed, factor),
      })),
      model(`window ${calls} per ${seconds} s that ${how}`, (seed) => ({
        ...fixed(calls, seconds),
        change: changed(seed, factor),
      })),
    ];
  }),
];

/** The same with what an earlier run told. */
export const drawnHintedModels: readonly Model[] = [
  ...many(2, () => {
    const [perS, burst] = drawBucket();
    return hinted(`bucket ${perS}/s, ${burst}`, bucket(perS, burst));
  }),
  ...many(2, () => {
    const [calls, seconds] = drawWindow();
    return hinted(`window ${calls} per ${seconds} s`, fixed(calls, seconds), 0.98, allowed(calls));
  }),
  ...many(3, () => {
    const [perS, burst] = drawDearBucket();
    return hinted(`penalty 10 s, bucket ${perS}/s, ${burst}`, penalty(perS, burst), 0.95, NEAR_ONLY);
  }),
];
