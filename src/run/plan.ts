import type { Rate } from '../model/rate.js';
import type { IntervalS } from '../model/row.js';

export interface PlanRequest {
  readonly rows: number;
  /** The pace that Graph is expected to allow. */
  readonly rate: Rate;
  readonly intervalS: IntervalS;
  readonly graceSteps: number;
  /** People who read codes at the same time. */
  readonly stations: number;
}

/** How to collect codes so that they arrive alive. Times in seconds. */
export interface Plan {
  /** How long a code is good after it was read: at least, where it was read at the end of its step, and at most. */
  readonly lifeS: { readonly least: number; readonly most: number };
  /** Codes to collect before they are sent together; 0 where not even one lives long enough to be collected. */
  readonly wave: number;
  /** From the start of one wave to that of the next. */
  readonly everyS: number;
  readonly waves: number;
  readonly totalS: number;
  /** What a larger rollout pace would have to change. */
  readonly limitedBy: 'stations' | 'Graph';
  /** Stations that keep up with Graph: more only make codes wait. */
  readonly usefulStations: number;
}

/** Scanning a token, naming its user and typing six digits, as seen at a desk. */
export const SECONDS_PER_CODE = 10;

/** Codes a second that leave once a wave is complete: a few calls in flight at a usual delay. */
const SENT_PER_SECOND = 20;

/** Plans a rollout whose codes are collected in waves: each wave is read, then sent while its first code lives. */
export function plan({ rows, rate, intervalS, graceSteps, stations }: PlanRequest): Plan {
  const lifeS = { least: graceSteps * intervalS, most: (graceSteps + 1) * intervalS };
  const collectS = SECONDS_PER_CODE / stations;
  const allowS = rate.seconds / rate.calls;
  // The first code of a wave must still live when the last one has been read and all have been sent.
  const inTime = Math.floor(lifeS.least / (collectS + 1 / SENT_PER_SECOND));
  const wave = Math.min(rows, rate.calls, inTime);
  const perCodeS = Math.max(collectS, allowS);
  const waves = wave === 0 ? 0 : Math.ceil(rows / wave);
  return {
    lifeS,
    wave,
    everyS: wave * perCodeS,
    waves,
    totalS: rows * perCodeS,
    limitedBy: collectS > allowS ? 'stations' : 'Graph',
    usefulStations: Math.ceil(SECONDS_PER_CODE / allowS),
  };
}
