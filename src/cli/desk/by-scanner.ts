import { typedField } from '../../intake/typed-field.js';
import type { CodeDesk, DeskToken } from '../../run/desk/code-desk.js';
import type { TokenTalk } from './enrol-token.js';
import { findUser } from './find-user.js';
import type { Screen } from './screen.js';

const SERIAL = 'Serial number  (scan or type; q quit)';
const USER = 'User  (a name, or part of a known one; b back, q quit)';
const CODE = 'Code  (or s skip, b back, q quit)';
const WORDS = /^[sbq]$/i;
const QUIT = 'q';
const BACK = 'b';

/** Asks for serial number, user and code of one token after the other. */
export class ScannerTalk {
  constructor(
    private readonly desk: CodeDesk,
    private readonly screen: Screen,
    private readonly talk: TokenTalk,
    private readonly users: readonly string[],
  ) {}

  async run(): Promise<void> {
    for (;;) {
      this.screen.gap();
      const serialNumber = await this.#askSerial();
      if (serialNumber === undefined) return;
      const user = await this.#askUser();
      if (user === undefined) return;
      if (user === BACK) continue;
      const token = this.#tokenOf(serialNumber, user);
      const ending = await this.talk.enrol(token, CODE, WORDS);
      if (ending.kind === 'settled') continue;
      const word = ending.kind === 'word' ? ending.word.toLowerCase() : QUIT;
      // Only a token that is put off on purpose is one of the results.
      if (word !== 's') this.desk.remove(token);
      if (word === QUIT) return;
    }
  }

  async #askSerial(): Promise<string | undefined> {
    for (;;) {
      const typed = await this.screen.ask(SERIAL);
      if (typed === undefined || typed.text.toLowerCase() === QUIT) return undefined;
      const field = typedField('serialNumber', typed.text);
      const wrong =
        'wrong' in field ? `The serial number ${field.wrong}.` : this.#enrolledBefore(field.value);
      if ('value' in field && wrong === undefined) return field.value;
      if (wrong !== undefined) this.screen.say('bad', wrong);
    }
  }

  /** Resolves with `b` for back, and undefined for the end. */
  async #askUser(): Promise<string | undefined> {
    const known = [...new Set([...this.users, ...this.desk.tokens.map(({ user }) => user)])];
    for (;;) {
      const typed = await this.screen.ask(USER);
      const word = typed?.text.toLowerCase();
      if (typed === undefined || word === QUIT) return undefined;
      if (word === BACK) return BACK;
      const found = findUser(typed.text, known);
      if ('user' in found) {
        if (found.user !== typed.text) this.screen.say('note', found.user);
        return found.user;
      }
      if ('wrong' in found) this.screen.say('bad', `The user ${found.wrong}.`);
      else {
        const picked = await this.screen.pick('Which one?', found.candidates);
        if (picked === undefined) return undefined;
        const user = found.candidates[picked];
        if (user !== undefined) return user;
      }
    }
  }

  #enrolledBefore(serialNumber: string): string | undefined {
    const before = this.#find((token) => isSame(token.serialNumber, serialNumber) && isEnrolled(token));
    if (before?.outcome === undefined) return undefined;
    const at = new Date(before.outcome.completedAtMs).toTimeString().slice(0, 5);
    return `This serial number was enrolled at ${at} for ${before.user}.`;
  }

  /** A token that comes again for the same user goes on where it stood. */
  #tokenOf(serialNumber: string, user: string): DeskToken {
    const before = this.#find(
      (token) => isSame(token.serialNumber, serialNumber) && isSame(token.user, user),
    );
    return before ?? this.desk.add(serialNumber, user);
  }

  #find(is: (token: DeskToken) => boolean): DeskToken | undefined {
    return this.desk.tokens.find(is);
  }
}

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const isEnrolled = ({ outcome }: DeskToken): boolean =>
  outcome?.status === 'enrolled' || outcome?.status === 'already_enrolled';
