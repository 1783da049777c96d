import type { Status } from './outcome.js';
import type { Rate } from './rate.js';
import type { Summary } from './summary.js';

/** What stands in the way of some rows, all for the same reason. */
export interface Obstacle {
  readonly status: Status;
  /** What it is, without the details of a row. */
  readonly what: string;
  readonly count: number;
  /** The first rows, each with its whole reason. */
  readonly examples: readonly { readonly line: number; readonly reason: string }[];
}

/** How the run would go, of which this is the rehearsal. */
export interface Forecast {
  /** How long sending all of its rows would take. */
  readonly tookMs: number;
  /** What sets the pace: what earlier runs learned, Microsoft's published figure, or one of our own ceilings. */
  readonly pace: 'learned' | 'published' | Rate;
  /** Codes among the rows, and those of them that would be sent before they die. */
  readonly codes: number;
  readonly canMakeIt: number;
}

/** What a dry run found. */
export interface DryRun {
  readonly summary: Summary;
  readonly obstacles: readonly Obstacle[];
  /** What stands in the way of every row. */
  readonly hindrances: readonly string[];
  readonly forecast: Forecast;
}
