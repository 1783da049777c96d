import type { Clock } from '../../model/clock.js';
import { Secret } from '../../model/secret.js';
import type { Outcome } from '../../model/outcome.js';
import { typedField } from '../../intake/typed-field.js';
import { wasRefused, type CodeDesk, type DeskToken, type TypedCode } from '../../run/desk/code-desk.js';
import { answerText, ASK_AHEAD_MS, pauseText, sendingText } from './desk-text.js';
import type { Screen } from './screen.js';

/** What came of asking for the codes of one token: it needs no more, or a word that is no code was typed. */
export type Ending =
  | { readonly kind: 'settled' }
  | { readonly kind: 'word'; readonly word: string }
  /** Nothing more can be typed. */
  | { readonly kind: 'ended' };

const EVERY_MS = 1000;

/** Asks for the codes of one token until it needs no more. */
export class TokenTalk {
  constructor(
    private readonly desk: CodeDesk,
    private readonly screen: Screen,
    private readonly clock: Clock,
  ) {}

  /**
   * @param question asks for the code
   * @param words what may be typed in place of a code
   * @param user whom the token is for, as the operator knows them
   */
  async enrol(token: DeskToken, question: string, words: RegExp, user = token.user): Promise<Ending> {
    let refused: Secret | undefined;
    for (;;) {
      await this.#pause();
      const typed = await this.screen.askHidden(question);
      if (typed === undefined) return { kind: 'ended' };
      const field = typedField('verificationCode', typed.text);
      if ('wrong' in field) {
        if (words.test(typed.text)) return { kind: 'word', word: typed.text };
        this.screen.say('bad', 'A code has six digits.');
        continue;
      }
      if (refused?.reveal() === field.value) {
        this.screen.say(
          'bad',
          'This is the code that Graph refused. Wait until the token shows another one.',
        );
        continue;
      }
      const code = { code: new Secret(field.value), typedAtMs: typed.atMs };
      const asksAgain = await this.#send(token, user, code);
      if (asksAgain === undefined) return { kind: 'ended' };
      if (!asksAgain) return { kind: 'settled' };
      refused = code.code;
    }
  }

  /** Whether another code may help; undefined where nobody knows any more. */
  async #send(token: DeskToken, user: string, code: TypedCode): Promise<boolean | undefined> {
    const attempts = token.outcome?.attempts ?? 0;
    const sending = this.desk.send(token, code);
    const show = (): void => this.screen.status(sendingText(this.desk.shutForMs, this.desk.lifeMs(token)));
    const outcome = await this.#showing(sending, show);
    if (outcome === undefined) return undefined;
    const asksAgain = anotherCodeMayHelp(outcome, attempts);
    this.screen.say(...answerText(token, user, outcome, asksAgain, this.desk.shutForMs));
    return asksAgain;
  }

  /** Waits until a code that is read now would live when Graph takes calls again. */
  async #pause(): Promise<void> {
    const { closed } = this.desk;
    while (this.desk.shutForMs > ASK_AHEAD_MS && !closed.aborted) {
      this.screen.status(pauseText(this.desk.shutForMs));
      await new Promise<void>((resolve) => {
        const cancel = this.clock.at(this.clock.elapsed() + EVERY_MS, () => {
          closed.removeEventListener('abort', stop);
          resolve();
        });
        const stop = (): void => {
          cancel();
          resolve();
        };
        closed.addEventListener('abort', stop, { once: true });
      });
    }
    this.screen.status('');
  }

  /** Shows how things stand every second until something is there. */
  #showing<T>(awaited: Promise<T>, show: () => void): Promise<T> {
    let cancel = (): void => undefined;
    const tick = (): void => {
      cancel = this.clock.at(this.clock.elapsed() + EVERY_MS, () => {
        show();
        tick();
      });
    };
    tick();
    return awaited.finally(() => {
      cancel();
      this.screen.status('');
    });
  }
}

/** A plain no that could not be explained may be the code's fault as well, unless a call before it may have been done. */
function anotherCodeMayHelp(outcome: Outcome, attemptsBefore: number): boolean {
  if (outcome.needsRecollection) return true;
  return outcome.status === 'unresolved' && wasRefused(outcome) && outcome.attempts === attemptsBefore + 1;
}
