import type { Reading } from '../../dispatch/batch-reader.js';
import { httpStatusOf, type OathDevice } from '../../model/answer.js';
import type { Found, MethodPolicy, Read } from '../../model/read.js';
import type { Row } from '../../model/row.js';
import type { Known, RowFacts, UserFacts } from './facts.js';

/** Users who are remembered, as one may stand on several rows. */
const REMEMBERED = 10_000;

/** Where so many reads of a kind were denied and none was answered, it is us who may not: no more are sent. */
const MOST_DENIED = 5;

/** A list that goes on beyond this is no answer to trust. */
const MOST_PAGES = 20;

/** What was denied (HTTP 403) of one kind of read. */
export interface Denial {
  readonly kind: Read['kind'];
  readonly count: number;
  /** Whether others of the kind were answered. */
  readonly isForSome: boolean;
}

/** Tokens that the rows so far would give to a user. */
export interface Granted {
  granted: number;
}

/** Asks Graph for all that a dry run wants to know of a row. A user who stands on several rows is asked for once. */
export class FactFinder {
  readonly #users = new Map<string, { readonly facts: Promise<UserFacts>; readonly before: Granted }>();
  readonly #answered = new Map<Read['kind'], { denied: number; others: number }>();

  constructor(private readonly reader: { read(read: Read): Promise<Reading> }) {}

  async ofRow(row: Row): Promise<RowFacts & { readonly before: Granted }> {
    const { facts, before } = this.#ofUser(row.user);
    const inventory = this.#tokens({ kind: 'inventory', serialNumber: row.serialNumber });
    return { ...(await facts), inventory: await inventory, before };
  }

  /** The tokens of the inventory that bear a serial number. */
  tokensBy(serialNumber: string): Promise<Known<readonly OathDevice[]>> {
    return this.#tokens({ kind: 'inventory', serialNumber });
  }

  async policy(): Promise<Known<MethodPolicy>> {
    return this.#one({ kind: 'policy' }, (found) => (found.kind === 'policy' ? found.policy : undefined));
  }

  /** What the signed-in identity may not read. */
  denials(): Denial[] {
    return [...this.#answered].flatMap(([kind, { denied, others }]) =>
      denied === 0 ? [] : [{ kind, count: denied, isForSome: others > 0 }],
    );
  }

  #ofUser(user: string): { readonly facts: Promise<UserFacts>; readonly before: Granted } {
    const key = user.toLowerCase();
    const known = this.#users.get(key);
    if (known !== undefined) return known;
    const [oldest] = this.#users.size < REMEMBERED ? [] : this.#users.keys();
    if (oldest !== undefined) this.#users.delete(oldest);
    const entry = { facts: this.#askForUser(user), before: { granted: 0 } };
    this.#users.set(key, entry);
    return entry;
  }

  async #askForUser(name: string): Promise<UserFacts> {
    const [user, tokens, apps] = await Promise.all([
      this.#one({ kind: 'user', user: name }, (found) => (found.kind === 'user' ? found.user : undefined)),
      this.#tokens({ kind: 'user_tokens', user: name }),
      this.#apps(name),
    ]);
    return { user, tokens, apps };
  }

  #tokens(read: Read & { kind: 'user_tokens' | 'inventory' }): Promise<Known<readonly OathDevice[]>> {
    return this.#list(
      (page) => ({ ...read, page }),
      (found) => (found.kind === 'tokens' ? { items: found.tokens, nextPage: found.nextPage } : undefined),
    );
  }

  async #apps(user: string): Promise<Known<number>> {
    const pages = await this.#list(
      (page) => ({ kind: 'user_apps', user, page }),
      (found) => (found.kind === 'apps' ? { items: [found.count], nextPage: found.nextPage } : undefined),
    );
    return pages.kind === 'known'
      ? { ...pages, value: pages.value.reduce((sum, count) => sum + count, 0) }
      : pages;
  }

  async #list<T>(
    ask: (page: string | undefined) => Read,
    take: (
      found: Found,
    ) => { readonly items: readonly T[]; readonly nextPage: string | undefined } | undefined,
  ): Promise<Known<readonly T[]>> {
    const items: T[] = [];
    let page: string | undefined;
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const known = await this.#one(ask(page), take);
      if (known.kind !== 'known') return known;
      items.push(...known.value.items);
      page = known.value.nextPage;
      if (page === undefined) return { kind: 'known', value: items };
    }
    const answer = { kind: 'no_answer', cause: 'unreadable', detail: 'the list does not end' } as const;
    return { kind: 'unread', answer };
  }

  async #one<T>(read: Read, take: (found: Found) => T | undefined): Promise<Known<T>> {
    const seen = this.#answered.get(read.kind) ?? { denied: 0, others: 0 };
    this.#answered.set(read.kind, seen);
    if (seen.others === 0 && seen.denied >= MOST_DENIED) {
      seen.denied += 1;
      return { kind: 'denied' };
    }
    const reading = await this.reader.read(read);
    if (reading.kind === 'ended') return reading;
    const { answer, found } = reading;
    const value = found === undefined ? undefined : take(found);
    if (httpStatusOf(answer) === 403) {
      seen.denied += 1;
      return { kind: 'denied' };
    }
    if (answer.kind === 'answered') seen.others += 1;
    if (value !== undefined) return { kind: 'known', value };
    if (httpStatusOf(answer) === 404) return { kind: 'missing', answer };
    return { kind: 'unread', answer };
  }
}
