import fc from 'fast-check';
import type { BucketSpec, LimitSpec, WindowSpec } from './limit-spec.js';
import type { Scenario } from './simulate.js';
import type { RetryAfterForm } from './world.js';

const int = (min: number, max: number) => fc.integer({ min, max });

const bucket: fc.Arbitrary<BucketSpec> = fc.record({
  kind: fc.constant('bucket' as const),
  perS: int(1, 20),
  burst: int(1, 60),
});

const fixedWindow: fc.Arbitrary<WindowSpec> = fc.record({
  kind: fc.constant('window' as const),
  calls: int(1, 60),
  seconds: int(1, 40),
  alignedTo: fc.constantFrom('first call' as const, 'clock' as const),
});

const paceOf = (limit: BucketSpec | WindowSpec): number =>
  limit.kind === 'bucket' ? limit.perS : limit.calls / limit.seconds;

/** Half or twice as much, some time in the middle. */
const change = fc.record({ atS: int(5, 60), factor: fc.constantFrom(0.5, 2) });

const slidingWindow = fc.record({
  kind: fc.constant('sliding' as const),
  calls: int(1, 60),
  seconds: int(1, 40),
});

/** Limits that ask nothing but patience. */
export const kindLimit: fc.Arbitrary<LimitSpec> = fc.oneof(
  fc.constant({ kind: 'none' as const }),
  bucket,
  fixedWindow,
  slidingWindow,
);

/** Two limits that hold at once. */
export const severalLimits = fc.record({
  kind: fc.constant('all' as const),
  of: fc.tuple(fc.oneof(bucket, slidingWindow, fixedWindow), fixedWindow),
});

const unkindLimit: fc.Arbitrary<LimitSpec> = fc.oneof(
  fc.tuple(bucket, change).map(([limit, its]) => ({ ...limit, change: its })),
  // Half of one call would be none, for ever.
  fc.tuple(fixedWindow, change).map(([limit, its]) => ({ ...limit, calls: limit.calls + 1, change: its })),
  severalLimits,
  fc.record({ kind: fc.constant('penalty' as const), of: bucket, seconds: fc.constant(10) }),
  fc.record({ kind: fc.constant('early' as const), of: bucket, addS: fc.constant(1) }),
  // The other app leaves something to us.
  fc.oneof(bucket, fixedWindow).map((of) => ({ kind: 'shared' as const, of, perS: paceOf(of) / 3 })),
  fc.record({
    kind: fc.constant('storm' as const),
    of: bucket,
    fromS: int(0, 40),
    untilS: int(41, 60),
    retryAfter: fc.boolean(),
  }),
);

const retryAfter = fc.constantFrom<RetryAfterForm>('whole', 'fraction', 'date', 'missing');

const workload = fc.record({
  kind: fc.constantFrom('wave' as const, 'waves' as const, 'stream' as const),
  load: fc.constantFrom(0.5, 1, 2.3),
  seeds: fc.constantFrom(0, 0.2),
  most: fc.constant(250),
});

const seed = int(1, 1_000_000);

/** A server that cuts the line, and one that the client gives up on. */
const lost = fc.record({ share: fc.constantFrom(0.01, 0.05), afterMs: fc.constantFrom(300, 30_000) });

/** Anything that Graph may do, over a network that keeps within the margin of a code's life. */
export const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  limit: fc.oneof(kindLimit, unkindLimit),
  workload,
  network: fc.oneof(
    fc.record({ oneWayMs: int(5, 150), jitter: fc.constantFrom(0, 0.5) }),
    fc.record({ oneWayMs: int(5, 100), spikes: fc.constant({ share: 0.02, ms: 4000 }) }),
    fc.record({ oneWayMs: int(5, 100), lost }),
  ),
  seed,
  retryAfter,
  percentage: fc.boolean(),
});

/** Few rows with codes, under a limit that a client may know. */
export function smallScenario(most: number): fc.Arbitrary<Scenario> {
  return fc.record({
    limit: fc.oneof(slow(1), slow(2), fc.constant({ kind: 'none' as const })),
    workload: fc.record({ kind: fc.constant('wave' as const), load: fc.constant(100), most: int(1, most) }),
    network: fc.record({ oneWayMs: int(5, 200) }),
    seed,
  });
}

/** So little passes that codes die even where rows are few. */
const slow = (calls: number): fc.Arbitrary<LimitSpec> =>
  fc.oneof(
    fc.record({
      kind: fc.constant('bucket' as const),
      perS: fc.constantFrom(0.03, 0.05, 0.1),
      burst: fc.constant(calls),
    }),
    fc.record({
      kind: fc.constant('window' as const),
      calls: fc.constant(calls),
      seconds: int(8, 40),
      alignedTo: fc.constantFrom('first call' as const, 'clock' as const),
    }),
    fc.record({ kind: fc.constant('sliding' as const), calls: fc.constant(calls), seconds: int(8, 40) }),
  );
