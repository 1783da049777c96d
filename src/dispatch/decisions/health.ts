import { httpStatusOf, type Answer } from '../../model/answer.js';
import type { Status } from '../../model/outcome.js';
import { told } from './decision.js';
import { isFailure } from './retry-budget.js';
import type { Task } from '../task.js';

/** That many different users refused with 403, nobody enrolled in between: it is us who may not. */
const MOST_DENIED_USERS = 5;

/** How long Graph may be out of reach: short where it never answered, as then the set-up is wrong. */
const UNREACHABLE_MS = { never: 5_000, before: 60_000 };

/** How long Graph may fail at everything it is asked. */
const SICK_MS = 300_000;

/** Notices that nobody at all can be enrolled, so that the run ends instead of failing ten thousand rows. */
export class Health {
  readonly #deniedUsers = new Set<string>();
  #everAnswered = false;
  #unreachableSinceMs: number | undefined;
  #sickSinceMs: number | undefined;

  /** An answer came. Returns why the run should end, or undefined. */
  answered(answer: Answer, elapsedMs: number): string | undefined {
    if (answer.kind === 'not_sent') return this.#unreachable(answer.detail, elapsedMs);
    this.#unreachableSinceMs = undefined;
    this.#everAnswered ||= answer.kind === 'answered';
    if (isFailure(answer)) return this.#sick(answer, elapsedMs);
    this.#sickSinceMs = undefined;
    return undefined;
  }

  #unreachable(detail: string, elapsedMs: number): string | undefined {
    this.#unreachableSinceMs ??= elapsedMs;
    const patienceMs = this.#everAnswered ? UNREACHABLE_MS.before : UNREACHABLE_MS.never;
    return elapsedMs - this.#unreachableSinceMs >= patienceMs
      ? `Graph is out of reach: ${detail}`
      : undefined;
  }

  #sick(answer: Answer, elapsedMs: number): string | undefined {
    this.#sickSinceMs ??= elapsedMs;
    return elapsedMs - this.#sickSinceMs >= SICK_MS
      ? `Graph fails at every call (${told(answer)})`
      : undefined;
  }

  /** A row was settled by an answer. Returns why the run should end, or undefined. */
  settled(task: Task, status: Status, answer: Answer): string | undefined {
    // Clearing allocates, even for an empty set: not for every row.
    if (status === 'enrolled' && this.#deniedUsers.size > 0) this.#deniedUsers.clear();
    if (httpStatusOf(answer) !== 403) return undefined;
    const isCreation = task.ask === 'create';
    this.#deniedUsers.add((isCreation ? task.row.serialNumber : task.row.user).toLowerCase());
    if (this.#deniedUsers.size < MOST_DENIED_USERS) return undefined;
    if (isCreation) {
      return (
        `not allowed: Graph refused ${MOST_DENIED_USERS} tokens in a row (HTTP 403); the signed-in identity lacks the ` +
        'permission Policy.ReadWrite.AuthenticationMethod or the role Authentication Policy Administrator'
      );
    }
    return (
      `not allowed: Graph refused ${MOST_DENIED_USERS} users in a row (HTTP 403); ` +
      'the signed-in identity lacks the permission UserAuthenticationMethod.ReadWrite.All (the app of the Azure CLI has none) or the role Authentication Administrator'
    );
  }
}
