import { FixedWindow, NoLimit, SlidingWindow, TokenBucket, type Change, type Limit } from './limits.js';
import { AllOf, LongerForEarly, Penalty, SharedWithOther, Storm } from './unkind-limits.js';

interface ChangeSpec {
  readonly atS: number;
  readonly factor: number;
}

export interface BucketSpec {
  readonly kind: 'bucket';
  readonly perS: number;
  readonly burst: number;
  readonly change?: ChangeSpec;
}

export interface WindowSpec {
  readonly kind: 'window';
  readonly calls: number;
  readonly seconds: number;
  readonly alignedTo: 'first call' | 'clock';
  readonly change?: ChangeSpec;
}

/** A limit as plain data, so that a run can be told in one line of JSON and played again. */
export type LimitSpec =
  | { readonly kind: 'none' }
  | BucketSpec
  | WindowSpec
  | { readonly kind: 'sliding'; readonly calls: number; readonly seconds: number }
  | { readonly kind: 'all'; readonly of: readonly LimitSpec[] }
  | { readonly kind: 'penalty'; readonly of: LimitSpec; readonly seconds: number }
  | { readonly kind: 'early'; readonly of: LimitSpec; readonly addS: number }
  | { readonly kind: 'shared'; readonly of: BucketSpec | WindowSpec; readonly perS: number }
  | {
      readonly kind: 'storm';
      readonly of: LimitSpec;
      readonly fromS: number;
      readonly untilS: number;
      readonly retryAfter: boolean;
    };

/** The limit that a spec describes; `random` sets the phase of a clock's windows and the other app's calls. */
export function makeLimit(spec: LimitSpec, random: () => number): Limit {
  switch (spec.kind) {
    case 'none':
      return new NoLimit();
    case 'bucket':
    case 'window':
      return makeShared(spec, random);
    case 'sliding':
      return new SlidingWindow(spec.calls, spec.seconds * 1000);
    case 'all':
      return new AllOf(spec.of.map((each) => makeLimit(each, random)));
    case 'penalty':
      return new Penalty(makeLimit(spec.of, random), spec.seconds * 1000);
    case 'early':
      return new LongerForEarly(makeLimit(spec.of, random), spec.addS * 1000);
    case 'shared':
      return new SharedWithOther(makeShared(spec.of, random), spec.perS / 1000, random);
    case 'storm': {
      const { of, fromS, untilS, retryAfter } = spec;
      return new Storm(makeLimit(of, random), fromS * 1000, untilS * 1000, retryAfter);
    }
  }
}

function makeShared(spec: BucketSpec | WindowSpec, random: () => number): TokenBucket | FixedWindow {
  const change = changeOf(spec.change);
  if (spec.kind === 'bucket') return new TokenBucket(spec.perS / 1000, spec.burst, change);
  const spanMs = spec.seconds * 1000;
  const phaseMs = spec.alignedTo === 'clock' ? random() * spanMs : undefined;
  return new FixedWindow(spec.calls, spanMs, phaseMs, change);
}

function changeOf(spec: ChangeSpec | undefined): Change | undefined {
  return spec === undefined ? undefined : { atMs: spec.atS * 1000, factor: spec.factor };
}
