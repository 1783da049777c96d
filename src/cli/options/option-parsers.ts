import { InvalidArgumentError } from 'commander';
import type { Rate } from '../../model/rate.js';
import type { HashFunction, IntervalS } from '../../model/row.js';

/** A whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`Give a whole number, ${least} or more.`);
    }
    return value;
  };
}

/** A number of seconds above zero. */
export function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('Give a number of seconds above 0.');
  }
  return value;
}

/** `N/SECONDS`: at most N calls in any stretch of so many seconds. */
export function rate(text: string): Rate {
  const match = /^(\d+)\/(\d+(?:\.\d+)?)$/.exec(text);
  const calls = Number(match?.[1]);
  const per = Number(match?.[2]);
  if (match === null || calls < 1 || per <= 0) {
    throw new InvalidArgumentError('Give calls per seconds, like 200/300.');
  }
  return { calls, seconds: per };
}

export function interval(text: string): IntervalS {
  if (text === '30') return 30;
  if (text === '60') return 60;
  throw new InvalidArgumentError('A token’s interval is 30 or 60 seconds.');
}

/** `auto`, `mtime`, `arrival` or an ISO 8601 time with its zone, as an instant. */
export function collectedAt(text: string): 'auto' | 'mtime' | 'arrival' | Date {
  if (text === 'auto' || text === 'mtime' || text === 'arrival') return text;
  const hasZone = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/.test(text);
  const at = new Date(text);
  if (!hasZone || Number.isNaN(at.getTime())) {
    throw new InvalidArgumentError(
      'Give auto, mtime, arrival, or a time with its zone, like 2026-11-24T09:30:00Z.',
    );
  }
  return at;
}

type Names = Readonly<Record<string, string>>;

/** `NAME=HEADER`, gathered over all uses of the option. */
export function column(text: string, earlier: Names): Names {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) {
    throw new InvalidArgumentError('Give NAME=HEADER, like serialNumber="Asset tag".');
  }
  return { ...earlier, [text.slice(0, at).trim()]: text.slice(at + 1) };
}

export function hashFunction(text: string): HashFunction {
  if (text === 'hmacsha1' || text === 'hmacsha256') return text;
  throw new InvalidArgumentError('Entra knows hmacsha1 and hmacsha256.');
}
