import type { DeskToken } from '../../run/desk/code-desk.js';

/**
 * Which of a file's tokens comes next: in its order, unless the operator skips, goes back or looks one up. What was
 * jumped over comes behind the last; what was skipped does not come by itself any more.
 */
export class Walk {
  #current: DeskToken | undefined;
  readonly #done = new Set<DeskToken>();
  readonly #skipped = new Set<DeskToken>();

  constructor(private readonly tokens: readonly DeskToken[]) {
    this.#current = tokens[0];
  }

  /** The token whose code is asked for; undefined where none is left. */
  get current(): DeskToken | undefined {
    return this.#current;
  }

  /** Where the current token stands, from 1, and how many there are. */
  get position(): readonly [at: number, of: number] {
    return [this.#at + 1, this.tokens.length];
  }

  /** The current token needs no more codes. */
  done(): void {
    this.#leave(this.#done);
  }

  /** The current token gets no code now. */
  skip(): void {
    this.#leave(this.#skipped);
  }

  /** To the last one before that still needs a code, skipped or not. Whether there is one. */
  back(): boolean {
    const before = this.tokens.slice(0, this.#at).findLast((token) => !this.#done.has(token));
    this.#current = before ?? this.#current;
    return before !== undefined;
  }

  goTo(token: DeskToken): void {
    this.#current = token;
  }

  /** Tokens that still need a code and whose serial number or user holds a text, in whatever case. */
  find(text: string): DeskToken[] {
    const wanted = text.toLowerCase();
    return this.tokens.filter(
      (token) =>
        !this.#done.has(token) &&
        [token.serialNumber, token.user].some((each) => each.toLowerCase().includes(wanted)),
    );
  }

  get #at(): number {
    return this.tokens.findIndex((token) => token === this.#current);
  }

  #leave(as: Set<DeskToken>): void {
    if (this.#current === undefined) return;
    as.add(this.#current);
    const isOpen = (token: DeskToken): boolean => !this.#done.has(token) && !this.#skipped.has(token);
    this.#current = this.tokens.slice(this.#at + 1).find(isOpen) ?? this.tokens.find(isOpen);
  }
}
