import { isSameSerial } from '../../dispatch/decisions/creation.js';
import { deadlineMs } from '../../dispatch/queue/deadline.js';
import { told } from '../../dispatch/decisions/decision.js';
import type { IntakeRow } from '../../intake/row-judge.js';
import type { Answer, OathDevice } from '../../model/answer.js';
import { graphSaid, needsRecollection, type Outcome, type Status } from '../../model/outcome.js';
import type { Row } from '../../model/row.js';
import type { Known, RowFacts } from '../reads/facts.js';
import type { Inventory } from '../reads/inventory.js';

/** Hardware tokens and authenticator apps that a user can have together (Entra ID). */
const MOST_METHODS = 5;

/** A reason says what it is, a colon, and the details of this row. */
interface Verdict {
  readonly status: Status;
  readonly reason: string;
  /** What Graph answered where that decided. */
  readonly answer?: Answer | undefined;
}

const FIT: Verdict = { status: 'would_enroll', reason: '' };
const FIT_FOR_IMPORT: Verdict = { status: 'would_import', reason: '' };

/** What a row's own cells tell, at an instant of wall time: unusable, a duplicate, dead already, or fit to be sent. */
export function judgeAlone({ row, problem }: IntakeRow, graceSteps: number, nowMs: number): Outcome {
  const verdict = row === undefined ? problem : (isDead(row, graceSteps, nowMs) ?? fit(row));
  return outcomeOf(verdict, row, nowMs);
}

/** A row without a user is for the inventory alone. */
const fit = ({ user }: Row): Verdict => (user === '' ? FIT_FOR_IMPORT : FIT);

/**
 * What the inventory says of a row whose token is to be put there: nothing where that would be done, or where its user
 * comes next.
 */
export function judgeImport(row: Row, inventory: Inventory, nowMs: number): Outcome | undefined {
  const found = inventory.compare(row);
  if (found === 'missing') return row.user === '' ? outcomeOf(FIT_FOR_IMPORT, row, nowMs) : undefined;
  if (found !== 'same') return outcomeOf({ status: 'failed', reason: found.difference }, row, nowMs);
  return row.user === '' ? outcomeOf({ status: 'already_imported', reason: '' }, row, nowMs) : undefined;
}

/** How many tokens more the rows before this one would give to its user. */
export interface Before {
  readonly granted: number;
}

/**
 * What would come of a row, by all that was learned of it. What is done already goes first, then a plain no, then a
 * dead code; only a row that is fit but for what could not be learned is left open.
 *
 * @param nowMs when the row was read, wall time
 */
export function judgeRow(
  row: Row,
  facts: RowFacts,
  { granted }: Before,
  graceSteps: number,
  nowMs: number,
): Outcome {
  if (ownToken(row, facts)?.status === 'activated') {
    const reason = 'the token is active for this user already';
    return outcomeOf({ status: 'already_enrolled', reason }, row, nowMs);
  }
  const [first, ...more] = obstacles(row, facts, granted);
  if (first !== undefined) {
    const reason = [first, ...more].map((each) => each.reason).join('; ');
    return outcomeOf({ ...first, reason }, row, nowMs);
  }
  const open = ended(facts) ?? unlearned(row, facts) ?? FIT;
  return outcomeOf(isDead(row, graceSteps, nowMs) ?? open, row, nowMs);
}

/** Whether the user has the row's token already, active or not: it then takes no further place. */
export const isHeld = (row: Row, facts: RowFacts): boolean => ownToken(row, facts) !== undefined;

/** What an earlier run did is not asked of Graph. */
export function enrolledBy(run: string, row: Row, nowMs: number): Outcome {
  const reason = `run ${run} enrolled it (--again asks Graph anew)`;
  return outcomeOf({ status: 'already_enrolled', reason }, row, nowMs);
}

function outcomeOf({ status, reason, answer }: Verdict, row: Row | undefined, nowMs: number): Outcome {
  return {
    status,
    needsRecollection: needsRecollection(status, row?.proof.kind === 'seed'),
    reason,
    ...graphSaid(answer),
    attempts: 0,
    completedAtMs: nowMs,
  };
}

function isDead(row: Row, graceSteps: number, nowMs: number): Verdict | undefined {
  const deadline = deadlineMs(row, graceSteps);
  if (nowMs <= deadline) return undefined;
  return { status: 'expired', reason: `the code’s time was over at ${new Date(deadline).toISOString()}` };
}

/** Everything that surely stands in the way. */
function obstacles(row: Row, facts: RowFacts, granted: number): Verdict[] {
  const found = [
    userObstacle(row, facts),
    ...tokenObstacles(row, facts),
    methodsObstacle(row, facts, granted),
  ];
  return found.flatMap((each) => {
    if (each === undefined) return [];
    return typeof each === 'string' ? [{ status: 'failed' as const, reason: each }] : [each];
  });
}

function userObstacle(row: Row, { user, tokens }: RowFacts): Verdict | string | undefined {
  // Where the users themselves may not be read, their tokens tell too.
  const either = user.kind === 'denied' ? tokens : user;
  if (either.kind === 'missing') {
    return { status: 'failed', reason: `unknown user: Graph knows no ${row.user}`, answer: either.answer };
  }
  if (user.kind !== 'known') return undefined;
  if (user.value.isGuest === true) return 'guest: a guest cannot have a hardware token';
  if (user.value.isEnabled === false)
    return 'disabled user: the account may not sign in; enable it or drop the row';
  return undefined;
}

function tokenObstacles(row: Row, facts: RowFacts): string[] {
  const { inventory } = facts;
  const own = ownToken(row, facts);
  const token = own ?? inInventory(row, facts);
  if (inventory.kind === 'known' && token === undefined && row.maker !== undefined) return [];
  if (inventory.kind === 'known' && token === undefined)
    return [
      'unknown serial number: the tenant’s inventory has no such token; import it first (oath-enroll import)',
    ];
  const reasons: string[] = [];
  if (token?.status === 'failedActivation')
    reasons.push(
      'failed activation: Entra ID has marked the token failedActivation; remove it from the user first',
    );
  if (own === undefined && token !== undefined && isSomebodyElses(row, facts, token))
    reasons.push(`token of somebody else: it is assigned to ${token.assignedToName ?? 'another user'}`);
  if (token?.intervalS !== undefined && token.intervalS !== row.intervalS) {
    reasons.push(
      `interval differs: ${row.intervalS} s for this row, ${token.intervalS} s in the inventory; correct timeInterval or --interval`,
    );
  }
  return reasons;
}

function methodsObstacle(row: Row, facts: RowFacts, granted: number): string | undefined {
  const { tokens, apps } = facts;
  if (ownToken(row, facts) !== undefined || tokens.kind !== 'known') return undefined;
  const count = tokens.value.length + valueOf(apps, 0) + granted;
  if (count < MOST_METHODS) return undefined;
  const ofRows = granted === 0 ? '' : `, ${granted} of them by rows above`;
  return `too many methods: the user would have ${count} hardware tokens and authenticator apps already${ofRows}, and can have ${MOST_METHODS}`;
}

/** The row's token where it is its user's already. */
function ownToken(row: Row, facts: RowFacts): OathDevice | undefined {
  const held = valueOf(facts.tokens, []).find((each) => isSameSerial(each, row));
  if (held !== undefined) return held;
  const ids = [
    row.user.toLowerCase(),
    ...(facts.user.kind === 'known' ? [facts.user.value.id.toLowerCase()] : []),
  ];
  return valueOf(facts.inventory, []).find(
    (each) =>
      isSameSerial(each, row) &&
      each.assignedToId !== undefined &&
      ids.includes(each.assignedToId.toLowerCase()),
  );
}

/** A serial number can exist twice (uploaded as CSV and through Graph): one that somebody holds tells more. */
function inInventory(row: Row, { inventory }: RowFacts): OathDevice | undefined {
  const tokens = valueOf(inventory, []).filter((each) => isSameSerial(each, row));
  return tokens.find((each) => each.assignedToId !== undefined) ?? tokens[0];
}

/** Whether a token that is not known to be the user's is surely another's. */
function isSomebodyElses(row: Row, { user, tokens }: RowFacts, token: OathDevice): boolean {
  if (token.assignedToId === undefined) return false;
  const isIdOfUser = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(row.user);
  return user.kind === 'known' || tokens.kind === 'known' || isIdOfUser;
}

function ended({ user, tokens, apps, inventory }: RowFacts): Verdict | undefined {
  const all: Known<unknown>[] = [user, tokens, apps, inventory];
  const [why] = all.flatMap((each) => (each.kind === 'ended' ? [each.why] : []));
  if (why === undefined) return undefined;
  return { status: 'not_attempted', reason: `the dry run ended before its turn: ${why}` };
}

function unlearned(row: Row, facts: RowFacts): Verdict | undefined {
  const checks: readonly [Known<unknown>, string][] = [
    [facts.user, `whether ${row.user} exists, is enabled and is no guest`],
    [facts.tokens, `which tokens ${row.user} has`],
    [facts.apps, `how many authenticator apps ${row.user} has`],
    [facts.inventory, `whether token ${row.serialNumber} is in the inventory and free`],
  ];
  const open = checks.flatMap(([known, what]) =>
    known.kind === 'unread' || known.kind === 'missing' ? [{ what, answer: known.answer }] : [],
  );
  const [first] = open;
  if (first !== undefined) {
    const what = open.map((each) => each.what).join(', and ');
    const reason = `not checked: ${told(first.answer)}. Make the dry run again, or look in the Entra admin center ${what}`;
    return { status: 'unresolved', reason, answer: first.answer };
  }
  const token = ownToken(row, facts) === undefined ? inInventory(row, facts) : undefined;
  if (token?.assignedToId === undefined) return undefined;
  return {
    status: 'unresolved',
    reason: `holder not known: the token is assigned, but whether to ${row.user} could not be read. Look in the Entra admin center`,
  };
}

function valueOf<T>(known: Known<T>, otherwise: T): T {
  return known.kind === 'known' ? known.value : otherwise;
}
