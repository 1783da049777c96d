import { httpStatusOf, type Answer, type OathDevice } from '../../model/answer.js';
import type { Row } from '../../model/row.js';
import {
  again,
  doubtOf,
  isNotAllowed,
  MOST_TROUBLES,
  PAUSE_MS,
  READ_LAG_MS,
  settle,
  told,
  unlearned,
  type Decision,
} from './decision.js';
import { UNREAD, type Doubt, type Task } from '../task.js';

/** A token that was just created is not found by an activation at once (404); how long not is unknown. */
const SETTLING_MS = 3000;

/** So long after its creation a token that is not found counts as lagging, not as missing. */
const LAG_PATIENCE_MS = 120_000;

/** What follows from the answer to the creation of a token. */
export function afterCreation(task: Task, answer: Answer, nowMs: number, elapsedMs: number): Decision {
  const httpStatus = httpStatusOf(answer);
  if (httpStatus === 201 || httpStatus === 200) return inInventory(task, 'imported', elapsedMs);
  if (isNotAllowed(answer)) {
    return settle(
      'failed',
      'not allowed: the signed-in identity may not add tokens to the inventory (grant Policy.ReadWrite.AuthenticationMethod)',
    );
  }
  const doubt = doubtOf(answer, nowMs, elapsedMs);
  return again(task, {
    ask: 'inventory',
    doubt,
    mayBeOurs: task.mayBeOurs || !doubt.refused,
    troubles: doubt.refused ? task.troubles : task.troubles + 1,
  });
}

/** What follows once the inventory was looked at for a token whose creation was not plainly taken. */
export function afterCreationLookUp(
  task: Task,
  doubt: Doubt,
  devices: readonly OathDevice[] | 'unreadable',
  elapsedMs: number,
): Decision {
  const { answer, refused } = doubt;
  if (devices === 'unreadable') {
    const why = 'the inventory may not be read to tell (grant Policy.Read.All)';
    return refused ? settle('failed', `${refusalOf(answer)}; ${why}`) : unlearned(task, doubt, why);
  }
  const device = devices.find((each) => isSameSerial(each, task.row));
  if (device !== undefined) {
    const difference = differenceOf(task.row, device);
    if (difference !== undefined) return settle('failed', difference);
    return inInventory(task, task.mayBeOurs ? 'imported' : 'already_imported', elapsedMs);
  }
  if (refused) return settle('failed', refusalOf(answer));
  if (task.leftAtMs < doubt.sinceMs + READ_LAG_MS) {
    const look = { ...doubt, ...UNREAD };
    return again(task, { doubt: look, notBeforeMs: doubt.sinceMs + READ_LAG_MS });
  }
  if (task.troubles >= MOST_TROUBLES) {
    return settle(
      'not_attempted',
      `Graph failed ${task.attempts} times (${told(answer)}); the inventory has no such token`,
    );
  }
  return again(task, { ask: 'create', doubt: undefined, notBeforeMs: elapsedMs + PAUSE_MS });
}

/** The token is there: that was all, or its user comes next. */
function inInventory(task: Task, status: 'imported' | 'already_imported', elapsedMs: number): Decision {
  if (task.row.user === '') return settle(status);
  return again(task, {
    ask: 'activate',
    sequence: task.row.line,
    doubt: undefined,
    createdAtMs: elapsedMs,
    notBeforeMs: elapsedMs + SETTLING_MS,
    troubles: 0,
    mayBeOurs: false,
  });
}

/**
 * When to try an activation again that found nothing because its token is so new, in elapsed ms: ever more seldom.
 * Undefined where that is not, or no longer, the reason.
 */
export function yetToBeSeenAt(
  { createdAtMs }: Task,
  { answer }: Doubt,
  elapsedMs: number,
): number | undefined {
  if (createdAtMs === undefined || httpStatusOf(answer) !== 404) return undefined;
  const ageMs = elapsedMs - createdAtMs;
  return ageMs > LAG_PATIENCE_MS ? undefined : elapsedMs + Math.max(PAUSE_MS, ageMs / 2);
}

/**
 * How a token of the inventory differs from the row that would create it, as a reason; undefined where it does not.
 * What Graph does not tell, as the seed, is taken to agree.
 */
export function differenceOf(row: Row, device: OathDevice): string | undefined {
  const { proof, maker, intervalS } = row;
  const hash = proof.kind === 'seed' ? proof.hashFunction : undefined;
  const pairs = [
    ['interval', device.intervalS, intervalS],
    ['hash function', device.hashFunction, hash],
    ['manufacturer', device.manufacturer, maker?.manufacturer],
    ['model', device.model, maker?.model],
  ] as const;
  const differences = pairs.flatMap(([what, theirs, ours]) =>
    theirs === undefined || ours === undefined || theirs === ours
      ? []
      : [`${what} ${theirs} where the file has ${ours}`],
  );
  if (differences.length === 0) return undefined;
  return `the inventory has this token already, with ${differences.join(' and ')}: correct the file, or delete the token there`;
}

/** Serial numbers are compared without regard to case. */
export const isSameSerial = (device: OathDevice, row: Pick<Row, 'serialNumber'>): boolean =>
  device.serialNumber.toLowerCase() === row.serialNumber.toLowerCase();

function refusalOf(answer: Answer): string {
  const message = answer.kind === 'answered' && answer.message !== '' ? `: ${answer.message}` : '';
  return `Graph refused to take the token into the inventory (${told(answer)}${message})`;
}
