import type { LimitSpec } from '../simulation/limit-spec.js';
import { seededRandom } from '../simulation/random.js';
import type { RetryAfterForm } from '../simulation/world.js';

/** A limit to be measured under, and what is expected there: share on time of the best possible, share refused. */
export interface Model {
  readonly name: string;
  readonly limit: (seed: number) => LimitSpec;
  readonly retryAfter?: RetryAfterForm;
  readonly jitter?: number;
  readonly percentage?: boolean;
  readonly onTime: number;
  /** The same where an answer takes long; undefined where nothing is asked then. */
  readonly farOnTime: number | undefined;
  readonly refused: number;
  /** The limit of an earlier run, whose hint this one has. */
  readonly earlier?: LimitSpec;
  /** Whether one refusal could teach anything that stands in no other line. */
  readonly learnable: boolean;
}

export const bucket = (perS: number, burst: number): LimitSpec & { kind: 'bucket' } => ({
  kind: 'bucket',
  perS,
  burst,
});

export const fixed = (calls: number, seconds: number, alignedTo: 'first call' | 'clock' = 'first call') =>
  ({ kind: 'window', calls, seconds, alignedTo }) as const;

export const sliding = (calls: number, seconds: number): LimitSpec => ({ kind: 'sliding', calls, seconds });
export const penalty = (perS: number, burst: number): LimitSpec => ({
  kind: 'penalty',
  of: bucket(perS, burst),
  seconds: 10,
});
export const early = (perS: number, burst: number): LimitSpec => ({
  kind: 'early',
  of: bucket(perS, burst),
  addS: 1,
});

/** Some time in the middle of a wave. */
export const changed = (seed: number, factor: number) => ({ atS: 10 + 30 * seededRandom(seed, 9)(), factor });

export const model = (
  name: string,
  limit: LimitSpec | ((seed: number) => LimitSpec),
  onTime = 0.98,
  over: Partial<Model> = {},
): Model => ({
  name,
  limit: typeof limit === 'function' ? limit : () => limit,
  onTime,
  farOnTime: 0.95,
  refused: 0.02,
  learnable: true,
  ...over,
});

/** One more refusal costs too much, where an answer takes long, to ask for anything. */
export const NEAR_ONLY = { farOnTime: undefined };

/** Answers bear `x-ms-throttle-limit-percentage`; the limit, and so its bound, is one that stands above. */
export const NEARNESS_TOLD = { percentage: true, learnable: false };

/** The usual names for limits: many a throttle is tuned on them. */
export const namedModels: readonly Model[] = [
  model('bucket 20/s, 100', bucket(20, 100)),
  model('bucket 5/s, 10', bucket(5, 10)),
  model('window 200 per 300 s', fixed(200, 300)),
  model('window 40 per 10 s', fixed(40, 10)),
  model('window 5 per 10 s', fixed(5, 10), 0.98, { refused: 0.05 }),
  model('window 3000 per 150 s', fixed(3000, 150)),
  model('sliding 40 per 10 s', sliding(40, 10)),
  model('penalty 10 s, bucket 20/s, 100', penalty(20, 100), 0.88, NEAR_ONLY),
  model('penalty 10 s, bucket 5/s, 10', penalty(5, 10), 0.7, NEAR_ONLY),
  model('longer for early, bucket 20/s, 100', early(20, 100), 0.95, NEAR_ONLY),
  model('shared, bucket 20/s, 100', { kind: 'shared', of: bucket(20, 100), perS: 6 }, 0.97, NEAR_ONLY),
];

/** Other figures. They were looked at while the throttle was tuned, those in `fresh-models.ts` were not. */
export const heldOutModels: readonly Model[] = [
  model('bucket 17/s, 80', bucket(17, 80)),
  model('bucket 6/s, 15', bucket(6, 15)),
  model('bucket 33/s, 120', bucket(33, 120)),
  model('bucket 17/s, 80; fractions', bucket(17, 80), 0.98, { retryAfter: 'fraction', learnable: false }),
  model('bucket 17/s, 80; dates', bucket(17, 80), 0.98, { retryAfter: 'date', learnable: false }),
  model('bucket 17/s, 80; no Retry-After', bucket(17, 80), 0.98, { retryAfter: 'missing', learnable: false }),
  model('bucket 17/s, 80; jitter', bucket(17, 80), 0.98, { jitter: 1 }),
  model('window 240 per 240 s', fixed(240, 240)),
  model('window 50 per 12 s', fixed(50, 12)),
  model('window 50 per 12 s; jitter', fixed(50, 12), 0.98, { jitter: 1 }),
  model('window 50 per 12 s, by the clock', fixed(50, 12, 'clock')),
  model('window 5 per 10 s, by the clock', fixed(5, 10, 'clock'), 0.98, { refused: 0.05 }),
  model('window 2500 per 120 s', fixed(2500, 120)),
  model('sliding 45 per 12 s', sliding(45, 12)),
  model('sliding 45 per 12 s; jitter', sliding(45, 12), 0.98, { jitter: 1 }),
  model('two windows, 24 per 1.2 s and 240 per 70 s', { kind: 'all', of: [fixed(24, 1.2), fixed(240, 70)] }),
  model('penalty 10 s, bucket 18/s, 90', penalty(18, 90), 0.88, NEAR_ONLY),
  model('longer for early, bucket 18/s, 90', early(18, 90), 0.95, NEAR_ONLY),
  model('shared, bucket 18/s, 90', { kind: 'shared', of: bucket(18, 90), perS: 5 }, 0.97, NEAR_ONLY),
  model('bucket 18/s, 90 that halves', (seed) => ({ ...bucket(18, 90), change: changed(seed, 0.5) })),
  model('bucket 18/s, 90 that doubles', (seed) => ({ ...bucket(18, 90), change: changed(seed, 2) })),
  model('window 50 per 12 s that halves', (seed) => ({ ...fixed(50, 12), change: changed(seed, 0.5) })),
  model('window 50 per 12 s that doubles', (seed) => ({ ...fixed(50, 12), change: changed(seed, 2) })),
  model(
    'bucket 17/s, 80, sick for 4 s',
    { kind: 'storm', of: bucket(17, 80), fromS: 15, untilS: 19, retryAfter: false },
    0.9,
    { farOnTime: 0.9, learnable: false },
  ),
  model('bucket 17/s, 80; nearness told', bucket(17, 80), 0.98, NEARNESS_TOLD),
  model('window 50 per 12 s; nearness told', fixed(50, 12), 0.98, NEARNESS_TOLD),
  model('penalty 10 s, bucket 18/s, 90; nearness told', penalty(18, 90), 0.88, {
    ...NEAR_ONLY,
    ...NEARNESS_TOLD,
  }),
  model('no limit', { kind: 'none' }, 0.98, { learnable: false }),
];

export const hinted = (name: string, limit: LimitSpec, onTime = 0.98, over: Partial<Model> = {}): Model =>
  model(name, limit, onTime, { earlier: limit, learnable: false, ...over });

/** Limits of which an earlier run learned something, right or wrong. */
export const hintedModels: readonly Model[] = [
  hinted('bucket 18/s, 90', bucket(18, 90)),
  hinted('bucket 18/s, 90, the hint half of it', bucket(18, 90), 0.98, { earlier: bucket(9, 45) }),
  hinted('bucket 18/s, 90, the hint twice as much', bucket(18, 90), 0.98, { earlier: bucket(36, 180) }),
  hinted('window 200 per 300 s', fixed(200, 300)),
  hinted('window 50 per 12 s', fixed(50, 12)),
  hinted('penalty 10 s, bucket 20/s, 100', penalty(20, 100), 0.95, NEAR_ONLY),
  hinted('penalty 10 s, bucket 18/s, 90', penalty(18, 90), 0.95, NEAR_ONLY),
];
