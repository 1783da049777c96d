import type { Answer } from '../model/answer.js';
import type { Status } from '../model/outcome.js';
import type { Doubt, Task } from './task.js';

/** What to do with a row after an answer, as data: only the dispatcher sends or sleeps. */
export type Decision =
  | { readonly kind: 'settle'; readonly status: Status; readonly reason: string }
  /** The row's next call: the same again, or a look-up. */
  | { readonly kind: 'again'; readonly task: Task }
  /** Nobody can be enrolled as things stand: end the run. */
  | { readonly kind: 'stop'; readonly task: Task; readonly reason: string };

/** Attempts of one row that end in other trouble than a throttle refusal. */
export const MOST_TROUBLES = 3;

/** Pause before a look-up is repeated that found no trace: directory reads lag behind writes. */
const LAG_PATIENCE_MS = 3000;
const LOOKS_BEFORE_NOT_DONE = 2;

/** Codes of a 403 that mean what they say: this identity may not (Graph, "Authentication methods" errors). */
const NOT_ALLOWED = new Set(['', 'Authorization_RequestDenied', 'accessDenied']);

const settle = (status: Status, reason = ''): Decision => ({ kind: 'settle', status, reason });

const again = (task: Task, change: Partial<Task>): Decision => {
  const next = { ...task, ...change };
  // What only waits for a look-up at a refusal cannot expire: it goes behind the codes that can.
  const patient = next.ask !== 'activate' && next.doubt?.refused === true;
  return { kind: 'again', task: { ...next, urgencyMs: patient ? Infinity : next.deadlineMs } };
};

/** Whether this answer is Graph saying "later" and surely not doing it: 429, or 503 with Retry-After. */
export function isThrottleRefusal(answer: Answer): boolean {
  return (
    answer.kind === 'answered' &&
    (answer.httpStatus === 429 || (answer.httpStatus === 503 && answer.retryAfter !== undefined))
  );
}

/**
 * What follows from an answer. The HTTP status decides first; where Graph's error codes are unknown (a wrong
 * code, an unknown serial number, a token of somebody else) the token and the user are looked up.
 *
 * @param nowMs wall time of the answer
 * @param elapsedMs the same instant on the clock of waits
 */
export function decide(task: Task, answer: Answer, nowMs: number, elapsedMs: number): Decision {
  if (isThrottleRefusal(answer)) {
    return again(task, { mayBeOurs: task.mayBeOurs || task.ask === 'activate' });
  }
  if (answer.kind === 'not_sent' || (answer.kind === 'answered' && answer.httpStatus === 401)) {
    return afterNotTaken(task, answer);
  }
  if (task.ask === 'activate') return afterActivation(task, answer, nowMs);
  return afterLookUp(task, answer, nowMs, elapsedMs);
}

/** The call did not get as far as to be considered: no connection, or no valid sign-in. */
function afterNotTaken(task: Task, answer: Answer): Decision {
  const troubles = task.troubles + 1;
  if (answer.kind === 'not_sent' && answer.cause === 'sign_in') {
    return { kind: 'stop', task, reason: `not signed in: ${answer.detail}` };
  }
  if (troubles < MOST_TROUBLES) return again(task, { troubles });
  if (answer.kind !== 'not_sent') {
    return { kind: 'stop', task, reason: 'Graph refused our sign-in (HTTP 401) also after it was renewed' };
  }
  if (task.ask !== 'activate') return unlearned(task, `Graph could not be reached: ${answer.detail}`);
  return settle('not_attempted', `Graph could not be reached in ${troubles} attempts: ${answer.detail}`);
}

function afterActivation(task: Task, answer: Answer, nowMs: number): Decision {
  const httpStatus = answer.kind === 'answered' ? answer.httpStatus : undefined;
  if (httpStatus === 204) return settle('enrolled');
  if (answer.kind === 'answered' && httpStatus === 403 && NOT_ALLOWED.has(answer.errorCode)) {
    return settle(
      'failed',
      'not allowed: the signed-in identity may not enrol this user (an administrator needs a Privileged Authentication Administrator)',
    );
  }
  const refused = httpStatus !== undefined && httpStatus >= 400 && httpStatus < 500;
  const doubt: Doubt = { answer, answeredAtMs: nowMs, refused, emptyLooks: 0 };
  return again(task, {
    ask: 'user_tokens',
    doubt,
    mayBeOurs: task.mayBeOurs || !refused,
    troubles: refused ? 0 : task.troubles + 1,
  });
}

function afterLookUp(task: Task, answer: Answer, nowMs: number, elapsedMs: number): Decision {
  const doubt = task.doubt;
  if (doubt === undefined) throw new Error('a look-up belongs to an activation in doubt');
  const httpStatus = answer.kind === 'answered' ? answer.httpStatus : undefined;
  const readable = answer.kind === 'answered' && httpStatus === 200 && answer.devices !== undefined;

  if (task.ask === 'user_tokens') {
    if (readable) return afterUserTokens(task, doubt, answer.devices, nowMs);
    if (httpStatus === 404) return settle('failed', `unknown user: Graph knows no ${task.row.user}`);
    if (httpStatus === 403) {
      return again(task, { ask: 'inventory', doubt: { ...doubt, userTokens: 'unreadable' } });
    }
  } else {
    if (readable) {
      const ofSerial = answer.devices.filter((device) => sameSerial(device.serialNumber, task));
      return afterInventory(task, doubt, ofSerial, nowMs, elapsedMs);
    }
    if (httpStatus === 403) return withoutInventory(task, doubt, nowMs, elapsedMs);
  }
  const troubles = task.troubles + 1;
  if (troubles < MOST_TROUBLES + 1)
    return again(task, { troubles, notBeforeMs: elapsedMs + LAG_PATIENCE_MS });
  return unlearned(task, `the look-up failed too (${told(answer)})`);
}

/** The user's own tokens are known: is ours among them? */
function afterUserTokens(
  task: Task,
  doubt: Doubt,
  devices: NonNullable<Extract<Answer, { kind: 'answered' }>['devices']>,
  nowMs: number,
): Decision {
  const device = devices.find((each) => sameSerial(each.serialNumber, task));
  if (device?.status === 'activated') {
    return task.mayBeOurs
      ? settle('enrolled', 'a look-up found the token active for this user')
      : settle('already_enrolled', 'the token is active for this user already');
  }
  if (device === undefined)
    return again(task, { ask: 'inventory', doubt: { ...doubt, userTokens: devices } });
  if (device.status === 'failedActivation') {
    return settle(
      'failed',
      'Entra ID has marked the token failedActivation: remove it from the user, then collect a fresh code',
    );
  }
  return notDone(task, doubt, nowMs, 'the token is assigned to this user but not active');
}

/** The token is not among the user's: what does the inventory say of it? */
function afterInventory(
  task: Task,
  doubt: Doubt,
  devices: NonNullable<Extract<Answer, { kind: 'answered' }>['devices']>,
  nowMs: number,
  elapsedMs: number,
): Decision {
  if (devices.length === 0) {
    return settle(
      'failed',
      'unknown serial number: the tenant’s inventory has no such token; import it first',
    );
  }
  const holder = devices.find((device) => device.assignedToId !== undefined);
  const isHolders = holder?.assignedToId?.toLowerCase() === task.row.user.toLowerCase();
  if (holder === undefined) return noTrace(task, doubt, nowMs, elapsedMs);
  if (isHolders && holder.status === 'activated') {
    return task.mayBeOurs
      ? settle('enrolled', 'a look-up found the token active for this user')
      : settle('already_enrolled', 'the token is active for this user already');
  }
  // An assignment that the user's list does not show yet may be our own: only a plain no rules that out.
  if (!isHolders && doubt.userTokens !== 'unreadable' && !task.mayBeOurs) {
    return settle(
      'failed',
      `token of somebody else: it is assigned to ${holder.assignedToName ?? 'another user'}`,
    );
  }
  if (doubt.emptyLooks + 1 < LOOKS_BEFORE_NOT_DONE) return lookAgain(task, doubt, elapsedMs);
  if (!isHolders && doubt.userTokens !== 'unreadable') {
    return settle(
      'failed',
      `token of somebody else: it is assigned to ${holder.assignedToName ?? 'another user'}`,
    );
  }
  return unlearned(task, 'the token is assigned, but to whom could not be read');
}

/** We may not read the inventory. */
function withoutInventory(task: Task, doubt: Doubt, nowMs: number, elapsedMs: number): Decision {
  if (doubt.userTokens === 'unreadable' || doubt.refused) {
    return unlearned(
      task,
      'wrong code, unknown serial number or token of somebody else: the inventory may not be read to tell (grant Policy.Read.All)',
    );
  }
  return noTrace(task, doubt, nowMs, elapsedMs);
}

/** Neither user nor inventory shows the activation. After silence that is believed only the second time. */
function noTrace(task: Task, doubt: Doubt, nowMs: number, elapsedMs: number): Decision {
  if (task.mayBeOurs && doubt.emptyLooks + 1 < LOOKS_BEFORE_NOT_DONE)
    return lookAgain(task, doubt, elapsedMs);
  return notDone(task, doubt, nowMs, 'user and token exist and the token is free');
}

function lookAgain(task: Task, doubt: Doubt, elapsedMs: number): Decision {
  return again(task, {
    ask: 'user_tokens',
    doubt: { ...doubt, emptyLooks: doubt.emptyLooks + 1 },
    notBeforeMs: elapsedMs + LAG_PATIENCE_MS,
  });
}

/** The activation surely was not done: refused for the code, or lost on the way. */
function notDone(task: Task, doubt: Doubt, nowMs: number, evidence: string): Decision {
  // A 404 where both exist is the directory lagging behind a creation: the same call may pass in a moment.
  const worthRetrying = !doubt.refused || httpStatusOf(doubt.answer) === 404;
  if (worthRetrying && task.troubles < MOST_TROUBLES && nowMs <= task.deadlineMs) {
    return again(task, {
      ask: 'activate',
      doubt: undefined,
      troubles: task.troubles + (doubt.refused ? 1 : 0),
    });
  }
  if (doubt.answeredAtMs > task.deadlineMs || (worthRetrying && nowMs > task.deadlineMs)) {
    return settle(
      'expired',
      `the code’s time was over when Graph answered (${told(doubt.answer)}); ${evidence}`,
    );
  }
  if (!doubt.refused) {
    return settle(
      'not_attempted',
      `Graph failed ${task.attempts} times (${told(doubt.answer)}); ${evidence}`,
    );
  }
  return settle('code_rejected', `Graph refused (${told(doubt.answer)}); ${evidence}: the code was wrong`);
}

/** Nothing and nobody can tell. The reason says what a person should check. */
function unlearned(task: Task, why: string): Decision {
  const first = task.doubt === undefined ? '' : `${told(task.doubt.answer)}; `;
  return settle(
    'unresolved',
    `${first}${why}. Check in the Entra admin centre whether token ${task.row.serialNumber} is active for ${task.row.user}`,
  );
}

const sameSerial = (serialNumber: string, task: Task): boolean =>
  serialNumber.toLowerCase() === task.row.serialNumber.toLowerCase();

const httpStatusOf = (answer: Answer): number | undefined =>
  answer.kind === 'answered' ? answer.httpStatus : undefined;

/** An answer in a few words. */
export function told(answer: Answer): string {
  if (answer.kind !== 'answered') return answer.detail;
  return `HTTP ${answer.httpStatus}${answer.errorCode === '' ? '' : ` ${answer.errorCode}`}`;
}
