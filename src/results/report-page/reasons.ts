import type { Outcome, Status } from '../../model/outcome.js';

/** Rows that did not end well for one and the same reason. */
export interface ReasonGroup {
  /** Marks its rows in the table. */
  readonly id: string;
  readonly status: Status;
  /** The reason without what differs from row to row. */
  readonly reason: string;
  readonly whatToDo: string;
  rows: number;
  /** Lines of the first of them. */
  readonly lines: number[];
}

const LINES_NAMED = 8;

/** Beyond so many, reasons of a status are told together: nobody reads a list of hundreds. */
const MOST_GROUPS = 40;

/** A fresh code, in the words of `recollect.csv`. */
const FRESH_CODE = 'Read a fresh code: fill in recollect.csv and run it at once';

type Advice = readonly [said: RegExp, reason: string, whatToDo: string];

/** What reasons are known to say, the first that fits, and what a person does about it. */
const ADVICE: Readonly<Partial<Record<Status, readonly Advice[]>>> = {
  expired: [
    [
      /before its turn came/,
      'the code’s time was over before its turn came',
      `${FRESH_CODE}, in smaller waves: oath-enroll plan says how large.`,
    ],
    [
      /while Graph made us wait/,
      'the code’s time was over while Graph made us wait',
      `${FRESH_CODE}, in smaller waves: oath-enroll plan says how large.`,
    ],
    [/when Graph answered/, 'the code’s time was over when Graph answered', `${FRESH_CODE}.`],
  ],
  code_rejected: [
    [
      /^Graph refused/,
      'Graph refused the code, though token and user exist',
      `${FRESH_CODE}. Check the clock of whoever wrote down the time, and that the user is no guest: a guest may not have a token.`,
    ],
  ],
  not_attempted: [
    [
      /^Graph failed/,
      'Graph failed again and again',
      `${FRESH_CODE}, later. Rows with a seed: oath-enroll resume.`,
    ],
    [/standard input/, 'its code went with standard input', 'Give the row anew, with a fresh code.'],
    [
      /^the run (ended|was cut off) before/,
      'the run ended before its turn',
      'oath-enroll resume sends what still lives; what died since then needs a fresh code.',
    ],
  ],
  failed: [
    [
      /^unknown serial number/,
      'unknown serial number: the tenant’s inventory has no such token',
      'Mend the serial number, or import the token into the inventory; then run the row again.',
    ],
    [
      /^unknown user/,
      'unknown user: Graph knows nobody by that name',
      'Mend the user, then run the row again.',
    ],
    [
      /^token of somebody else/,
      'token of somebody else',
      'See who holds the token: mend the serial number, or take the token from its holder.',
    ],
    [
      /failedActivation/,
      'Entra ID has marked the token failedActivation',
      'Remove the token from the user, then collect a fresh code.',
    ],
    [
      /^not allowed/,
      'not allowed to enrol this user',
      'Grant the permission and the role (README, step 3). For a user who is an administrator it is Privileged Authentication Administrator.',
    ],
    [
      /tokens already$/,
      'the user has as many tokens as one can have',
      'Remove a token or authenticator app from the user, then run the row again.',
    ],
  ],
  unresolved: [
    [
      /Policy\.Read\.All/,
      'the inventory may not be read to tell what was wrong',
      'Grant Policy.Read.All, then oath-enroll resume.',
    ],
    [
      /cut off|run ended/,
      'the run ended while its call was under way',
      'oath-enroll resume looks once more; else check in the admin center whether the token is active.',
    ],
  ],
};

const OTHERWISE: Readonly<Record<Status, string>> = {
  expired: `${FRESH_CODE}.`,
  code_rejected: `${FRESH_CODE}.`,
  not_attempted: 'oath-enroll resume sends what still lives; what died since then needs a fresh code.',
  failed:
    'Read the reason in the row, and give Graph’s request id to Microsoft’s support if it stays unclear.',
  invalid:
    'Mend these rows in the input and run it again, with fresh codes for them: what is enrolled is skipped.',
  duplicate: 'Nothing, if the first of the lines is the right one.',
  unresolved:
    'oath-enroll resume looks once more; else check in the admin center whether the token is active.',
  enrolled: '',
  already_enrolled: '',
  would_enroll: '',
  imported: '',
  already_imported: '',
  would_import: '',
};

/** Gathers rows by why they did not end well. */
export class ReasonGroups {
  readonly #byReason = new Map<string, ReasonGroup>();

  /** Counts a row in. Returns its group; undefined for a row that ended well. */
  add(line: number, { status, reason }: Outcome): ReasonGroup | undefined {
    if (OTHERWISE[status] === '') return undefined;
    const known = ADVICE[status]?.find(([said]) => said.test(reason));
    const group = this.#groupOf(
      status,
      known?.[1] ?? withoutParticulars(reason),
      known?.[2] ?? OTHERWISE[status],
    );
    group.rows += 1;
    if (group.lines.length < LINES_NAMED) group.lines.push(line);
    return group;
  }

  /** The groups, in the order of `statuses`, those of many rows first. */
  inOrder(statuses: readonly Status[]): ReasonGroup[] {
    return [...this.#byReason.values()].sort(
      (a, b) => statuses.indexOf(a.status) - statuses.indexOf(b.status) || b.rows - a.rows,
    );
  }

  #groupOf(status: Status, reason: string, whatToDo: string): ReasonGroup {
    const told = this.#byReason.size < MOST_GROUPS || this.#byReason.has(`${status} ${reason}`);
    const key = told ? `${status} ${reason}` : status;
    const group = this.#byReason.get(key) ?? {
      id: `group-${this.#byReason.size + 1}`,
      status,
      reason: told ? reason : 'other reasons',
      whatToDo,
      rows: 0,
      lines: [],
    };
    this.#byReason.set(key, group);
    return group;
  }
}

/** A reason without lines, times and ids, which differ from row to row. */
const withoutParticulars = (reason: string): string =>
  reason
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '…')
    .replace(/\bon line \d+/g, 'on an earlier line')
    .replace(/\. Check in the Entra admin centre.*/, '');
