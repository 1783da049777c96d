import type { IntervalS, Proof, Row } from '../../src/model/row.js';
import { Secret } from '../../src/model/secret.js';
import { START_MS } from '../support/rows.js';
import { makeLimit, type LimitSpec } from './limit-spec.js';
import { seededRandom } from './random.js';

/** How rows come. */
export interface WorkloadSpec {
  /** One file; three, the later ones while the run goes on; or rows one by one, each just collected. */
  readonly kind: 'wave' | 'waves' | 'stream';
  /** Rows, as a multiple of what fits into their lifetimes. */
  readonly load: number;
  /** Share of rows with a seed: they cannot expire. */
  readonly seeds?: number;
  /** No more rows than this. */
  readonly most?: number;
  /** For streams: how long rows come, 120 s or two windows unless told. */
  readonly spanS?: number;
  /** Gives the rows of each wave in another order. */
  readonly shuffle?: number;
}

/** A row that comes `atMs` after the start. */
export interface Arrival {
  readonly atMs: number;
  readonly row: Row;
}

export interface Workload {
  /** Wall time of the start: anywhere within a step. */
  readonly startMs: number;
  /** In the order in which they come. */
  readonly arrivals: readonly Arrival[];
}

const MOST_ROWS = 20_000;
/** The longest that codes of a wave live. On the mean it is half of that. */
const LIFE_MS = 120_000;
/** Rows of a stream were read off the token at most so long ago. */
const DESK_MS = 10_000;

const CODE = new Secret('755224');
const SEED = new Secret('GEZDGNBVGY3TQOJQ');

/** Rows as a rollout has them: half of the tokens at 30 s, half at 60 s, no code dead on arrival. */
export function makeWorkload(
  spec: WorkloadSpec,
  limit: LimitSpec,
  seed: number,
  callsPerMs: number,
): Workload {
  const random = seededRandom(seed, 1);
  const startMs = START_MS + Math.floor(random() * 60_000);
  const most = spec.most ?? MOST_ROWS;
  const arrivals: Arrival[] = [];
  for (const { fromMs, untilMs, spreadMs } of phases(spec, limit)) {
    const fits = callsThatFit(limit, seed, callsPerMs, fromMs, untilMs, most);
    const rows = Math.min(Math.round(fits * spec.load), most - arrivals.length);
    for (let i = 0; i < rows; i++) {
      const atMs = fromMs + random() * spreadMs;
      const intervalS: IntervalS = random() < 0.5 ? 30 : 60;
      const ageMs = random() * (spec.kind === 'stream' ? DESK_MS : intervalS * 1000);
      const hasSeed = random() < (spec.seeds ?? 0);
      const row = rowOf(arrivals.length + 1, intervalS, hasSeed, startMs + atMs - ageMs);
      arrivals.push({ atMs, row });
    }
  }
  const order = spec.shuffle === undefined ? arrivals : shuffled(arrivals, spec.shuffle);
  return { startMs, arrivals: order.sort((a, b) => a.atMs - b.atMs) };
}

interface Phase {
  /** Between these instants the calls are counted that fit. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Rows come from `fromMs` on, within this time; 0: all at once. */
  readonly spreadMs: number;
}

function phases(spec: WorkloadSpec, limit: LimitSpec): Phase[] {
  const windowMs = longestWindowMs(limit);
  if (spec.kind === 'stream') {
    const spreadMs = spec.spanS === undefined ? Math.max(LIFE_MS, 2 * windowMs) : spec.spanS * 1000;
    return [{ fromMs: 0, untilMs: spreadMs, spreadMs }];
  }
  if (spec.kind === 'wave') return [{ fromMs: 0, untilMs: LIFE_MS / 2, spreadMs: 0 }];
  const gapMs = Math.max(LIFE_MS / 2, 0.7 * windowMs);
  return [0, 1, 2].map((nth) => ({
    fromMs: nth * gapMs,
    untilMs: nth * gapMs + LIFE_MS / 2,
    spreadMs: 0,
  }));
}

function longestWindowMs(limit: LimitSpec): number {
  if ('seconds' in limit && 'calls' in limit) return limit.seconds * 1000;
  if (limit.kind === 'all') return Math.max(...limit.of.map(longestWindowMs));
  return 'of' in limit ? longestWindowMs(limit.of) : 0;
}

/** How many calls of a client that never waits and is never refused the limit takes in that time. */
function callsThatFit(
  spec: LimitSpec,
  seed: number,
  callsPerMs: number,
  fromMs: number,
  untilMs: number,
  most: number,
): number {
  const limit = makeLimit(spec, seededRandom(seed, 0));
  let calls = 0;
  let atMs = limit.freeAt(fromMs);
  while (atMs < untilMs && calls < most) {
    if (limit.arrive(atMs) === undefined) calls++;
    atMs = limit.freeAt(atMs + 1 / callsPerMs);
  }
  return calls;
}

function rowOf(line: number, intervalS: IntervalS, hasSeed: boolean, collectedAtMs: number): Row {
  const proof: Proof = hasSeed
    ? { kind: 'seed', seed: SEED, hashFunction: 'hmacsha1' }
    : { kind: 'code', code: CODE, collectedAtMs };
  const serialNumber = `S${line}`;
  return { line, serialNumber, user: `u${line}@contoso.example`, displayName: undefined, intervalS, proof };
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seededRandom(seed, 2);
  const keyed = items.map((item) => ({ item, key: random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
