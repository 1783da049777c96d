import type { DeskToken } from '../../run/code-desk.js';

/** Which of a file's tokens comes next: in its order, unless the operator skips, goes back or looks one up. */
export class Walk {
  #at = 0;
  readonly #done = new Set<DeskToken>();

  constructor(private readonly tokens: readonly DeskToken[]) {}

  /** The token whose code is asked for; undefined behind the last. */
  get current(): DeskToken | undefined {
    return this.tokens[this.#at];
  }

  /** Where the current token stands, from 1, and how many there are. */
  get position(): readonly [number, number] {
    return [this.#at + 1, this.tokens.length];
  }

  /** The current token needs no more codes. */
  done(): void {
    if (this.current !== undefined) this.#done.add(this.current);
    this.skip();
  }

  /** To the next token that still needs a code. */
  skip(): void {
    do this.#at += 1;
    while (this.current !== undefined && this.#done.has(this.current));
  }

  /** To the last one before that still needs a code. Whether there is one. */
  back(): boolean {
    const at = this.tokens.findLastIndex((token, index) => index < this.#at && !this.#done.has(token));
    if (at !== -1) this.#at = at;
    return at !== -1;
  }

  goTo(token: DeskToken): void {
    this.#at = this.tokens.indexOf(token);
  }

  /** Tokens that still need a code and whose serial number or user holds a text. */
  find(text: string): DeskToken[] {
    const wanted = text.toLowerCase();
    return this.tokens.filter(
      (token) =>
        !this.#done.has(token) &&
        [token.serialNumber, token.user].some((each) => each.toLowerCase().includes(wanted)),
    );
  }
}
