import { inspect } from 'node:util';

const HIDDEN = '[secret]';

/**
 * A verification code, seed or bearer token. It prints, serialises and inspects as `[secret]`; only
 * {@link Secret.reveal}, called where a request is built, gives the text.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
