import { httpStatusOf, type Answer, type OathDevice } from '../../model/answer.js';
import { afterCreationLookUp, isSameSerial, yetToBeSeenAt } from './creation.js';
import {
  again,
  MOST_TROUBLES,
  PAUSE_MS,
  READ_LAG_MS,
  settle,
  told,
  unlearned,
  type Decision,
} from './decision.js';
import { isAboutCreation, UNREAD, type Doubt, type Task } from '../task.js';

/** A list that goes on beyond one of these is no answer to trust: few tokens share a serial number or a user. */
const MOST_DEVICES = 500;
const MOST_PAGES = 50;

const OBJECT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Hardware tokens and authenticator apps that a user can have together (Entra ID). */
const MOST_TOKENS_OF_A_USER = 5;

/** Where the token stands, as far as both look-ups tell. */
type Finding =
  | { readonly kind: 'active' }
  | { readonly kind: 'inactive'; readonly evidence: string }
  | { readonly kind: 'failed_activation' }
  | { readonly kind: 'unknown_serial' }
  | { readonly kind: 'somebody_else'; readonly name: string }
  /** Assigned, but neither list tells whether to this user. */
  | { readonly kind: 'assigned_to_whom' }
  /** Not in the user's list, and the inventory may not be read. */
  | { readonly kind: 'not_the_users' };

/** How a token looks that an activation does not find yet. */
const UNSEEN: ReadonlySet<Finding['kind']> = new Set(['inactive', 'unknown_serial', 'not_the_users']);

/** What follows from a look-up: first the user's own tokens are read, then the inventory, then it is decided. */
export function afterLookUp(task: Task, answer: Answer, nowMs: number, elapsedMs: number): Decision {
  const { doubt } = task;
  if (doubt === undefined) throw new Error('a look-up belongs to an activation in doubt');
  const httpStatus = httpStatusOf(answer);
  const conclude = (finding: Finding): Decision => decideOn(finding, task, doubt, nowMs, elapsedMs);

  if (answer.kind === 'answered' && answer.devices !== undefined) {
    const devices = [...(doubt.seen ?? []), ...answer.devices];
    const pages = (doubt.pages ?? 0) + 1;
    const goesOn = answer.nextPage !== undefined;
    if (devices.length > MOST_DEVICES || (goesOn && pages >= MOST_PAGES)) {
      return unlearned(task, doubt, 'the list of tokens does not end');
    }
    if (goesOn) {
      return again(task, { doubt: { ...doubt, seen: devices, pages, page: answer.nextPage } });
    }
    if (isAboutCreation(task)) return afterCreationLookUp(task, doubt, devices, elapsedMs);
    if (task.ask === 'inventory') return conclude(inInventory(devices, task, doubt));
    const found = amongUsersTokens(devices, task);
    return found === undefined ? readInventory(task, { ...doubt, userTokens: devices }) : conclude(found);
  }
  if (httpStatus === 403) {
    if (isAboutCreation(task)) return afterCreationLookUp(task, doubt, 'unreadable', elapsedMs);
    if (task.ask === 'user_tokens') return readInventory(task, { ...doubt, userTokens: 'unreadable' });
    return conclude({ kind: 'not_the_users' });
  }
  if (httpStatus === 404 && task.ask === 'user_tokens') {
    return settle('failed', `unknown user: Graph knows no ${task.row.user}`);
  }
  const troubles = task.troubles + 1;
  if (troubles > MOST_TROUBLES) return unlearned(task, doubt, `the look-up failed too (${told(answer)})`);
  return again(task, { troubles, notBeforeMs: elapsedMs + PAUSE_MS });
}

function readInventory(task: Task, doubt: Doubt): Decision {
  const looked = { ...doubt, lookedAtMs: task.leftAtMs, ...UNREAD };
  return again(task, { ask: 'inventory', doubt: looked });
}

function amongUsersTokens(devices: readonly OathDevice[], task: Task): Finding | undefined {
  const device = devices.find((each) => isSameSerial(each, task.row));
  return device && ofThisUser(device);
}

function ofThisUser({ status }: OathDevice): Finding {
  if (status === 'activated') return { kind: 'active' };
  if (status === 'failedActivation') return { kind: 'failed_activation' };
  return { kind: 'inactive', evidence: 'the token is assigned to this user but not active' };
}

function inInventory(devices: readonly OathDevice[], task: Task, { userTokens }: Doubt): Finding {
  const tokens = devices.filter((each) => isSameSerial(each, task.row));
  const held = tokens.find((each) => each.assignedToId !== undefined);
  if (tokens.length === 0) return { kind: 'unknown_serial' };
  if (held === undefined) return { kind: 'inactive', evidence: 'user and token exist and the token is free' };
  // The holder's object id proves something only where the input names the user by object id too.
  if (held.assignedToId?.toLowerCase() === task.row.user.toLowerCase()) {
    return ofThisUser(held);
  }
  if (userTokens === 'unreadable' && !OBJECT_ID.test(task.row.user)) return { kind: 'assigned_to_whom' };
  return { kind: 'somebody_else', name: held.assignedToName ?? 'another user' };
}

function decideOn(finding: Finding, task: Task, doubt: Doubt, nowMs: number, elapsedMs: number): Decision {
  // A plain no needs no patience.
  const mayLag = task.mayBeOurs && (doubt.lookedAtMs ?? task.leftAtMs) < doubt.sinceMs + READ_LAG_MS;
  const lookForItAt = UNSEEN.has(finding.kind) ? yetToBeSeenAt(task, doubt, elapsedMs) : undefined;
  if (lookForItAt !== undefined) {
    return again(task, { ask: 'activate', doubt: undefined, notBeforeMs: lookForItAt, troubles: 0 });
  }
  switch (finding.kind) {
    case 'active':
      return task.mayBeOurs
        ? settle('enrolled', 'a look-up found the token active for this user')
        : settle('already_enrolled', 'the token is active for this user already');
    case 'failed_activation':
      return settle(
        'failed',
        'Entra ID has marked the token failedActivation: remove it from the user, then collect a fresh code',
      );
    case 'unknown_serial':
      return settle(
        'failed',
        'unknown serial number: the tenant’s inventory has no such token; import it first (oath-enroll import)',
      );
    case 'somebody_else':
      if (mayLag) return lookAgain(task, doubt);
      return settle('failed', `token of somebody else: it is assigned to ${finding.name}`);
    case 'inactive':
      if (mayLag) return lookAgain(task, doubt);
      return notDone(task, doubt, nowMs, elapsedMs, finding.evidence);
    case 'assigned_to_whom':
      if (mayLag) return lookAgain(task, doubt);
      return unlearned(task, doubt, 'the token is assigned, but to whom could not be read');
    case 'not_the_users': {
      if (doubt.refused || doubt.userTokens === 'unreadable') {
        const what = doubt.refused
          ? 'wrong code, unknown serial number or token of somebody else'
          : 'it may have been done or not';
        return unlearned(
          task,
          doubt,
          `${what}: the inventory may not be read to tell (grant Policy.Read.All)`,
        );
      }
      if (mayLag) return lookAgain(task, doubt);
      return notDone(task, doubt, nowMs, elapsedMs, 'the token is not among this user’s');
    }
  }
}

function lookAgain(task: Task, doubt: Doubt): Decision {
  return again(task, {
    ask: 'user_tokens',
    doubt: { ...doubt, lookedAtMs: undefined, ...UNREAD },
    notBeforeMs: doubt.sinceMs + READ_LAG_MS,
  });
}

/** The activation surely was not done: refused for the code, or lost on the way. */
function notDone(task: Task, doubt: Doubt, nowMs: number, elapsedMs: number, evidence: string): Decision {
  const { answer, refused, userTokens, answeredAtMs } = doubt;
  // A 404 where both exist is the directory lagging behind a creation: the same call may pass in a moment.
  const worthRetrying = !refused || httpStatusOf(answer) === 404;
  if (worthRetrying && task.troubles < MOST_TROUBLES && nowMs <= task.deadlineMs) {
    const notBeforeMs = refused ? elapsedMs + PAUSE_MS : task.notBeforeMs;
    return again(task, { ask: 'activate', doubt: undefined, notBeforeMs });
  }
  if (answeredAtMs > task.deadlineMs || (worthRetrying && nowMs > task.deadlineMs)) {
    return settle('expired', `the code’s time was over when Graph answered (${told(answer)}); ${evidence}`);
  }
  if (!refused) {
    return settle('not_attempted', `Graph failed ${task.attempts} times (${told(answer)}); ${evidence}`);
  }
  if (Array.isArray(userTokens) && userTokens.length >= MOST_TOKENS_OF_A_USER) {
    return settle(
      'failed',
      `Graph refused (${told(answer)}); the user has ${userTokens.length} tokens already`,
    );
  }
  return settle(
    'code_rejected',
    `Graph refused (${told(answer)}); ${evidence}: the code was wrong, or the user may not have a token (a guest may not)`,
  );
}
