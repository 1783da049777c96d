import type { Answer } from '../model/answer.js';
import type { Status } from '../model/outcome.js';
import type { Row } from '../model/row.js';

/** That many different users refused with 403, nobody enrolled in between: it is us who may not. */
const MOST_DENIED_USERS = 5;

/** How long Graph may be out of reach: short where it never answered, as then the set-up is wrong. */
const UNREACHABLE_MS = { never: 5_000, before: 60_000 };

/** Notices that nobody at all can be enrolled, so that the run ends instead of failing ten thousand rows. */
export class Health {
  readonly #deniedUsers = new Set<string>();
  #everAnswered = false;
  #unreachableSinceMs: number | undefined;

  /** An answer came. Returns why the run should end, or undefined. */
  answered(answer: Answer, elapsedMs: number): string | undefined {
    if (answer.kind === 'answered') this.#everAnswered = true;
    if (answer.kind !== 'not_sent') {
      this.#unreachableSinceMs = undefined;
      return undefined;
    }
    this.#unreachableSinceMs ??= elapsedMs;
    const patienceMs = this.#everAnswered ? UNREACHABLE_MS.before : UNREACHABLE_MS.never;
    const lostMs = elapsedMs - this.#unreachableSinceMs;
    return lostMs >= patienceMs ? `Graph is out of reach: ${answer.detail}` : undefined;
  }

  /** A row was settled by an answer. Returns why the run should end, or undefined. */
  settled(row: Row, status: Status, answer: Answer): string | undefined {
    if (status === 'enrolled') this.#deniedUsers.clear();
    if (answer.kind !== 'answered' || answer.httpStatus !== 403) return undefined;
    this.#deniedUsers.add(row.user.toLowerCase());
    if (this.#deniedUsers.size < MOST_DENIED_USERS) return undefined;
    return (
      `not allowed: Graph refused ${MOST_DENIED_USERS} users in a row (HTTP 403); ` +
      'the signed-in identity lacks the permission UserAuthenticationMethod.ReadWrite.All (the app of the Azure CLI has none) or the role Authentication Administrator'
    );
  }
}
