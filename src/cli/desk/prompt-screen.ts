import { clearLine, cursorTo } from 'node:readline';
import { PassThrough, type Writable } from 'node:stream';
import type { Keyboard } from './keyboard.js';
import { ESCAPED, type Mark, type Screen, type Typed } from './screen.js';

type Prompts = typeof import('@clack/prompts');

type Common = Required<
  Pick<import('@clack/prompts').CommonOptions, 'input' | 'output' | 'signal' | 'withGuide'>
>;

/** Columns of a terminal that does not say. */
const USUAL_COLUMNS = 80;

/** Prompts that redraw themselves, for people who see the terminal. */
export class PromptScreen implements Screen {
  /** What the open prompt reads. */
  readonly #keys = new PassThrough();
  #hasEnded = false;
  /** Calls the open prompt off. Each has a signal of its own: the library never lets go of one. */
  #open = new AbortController();
  #hasStatus = false;

  private constructor(
    private readonly prompts: Prompts,
    private readonly keyboard: Keyboard,
    private readonly output: Writable,
  ) {}

  /** Loads the prompts, which nothing else needs. */
  static async open(keyboard: Keyboard, output: Writable): Promise<PromptScreen> {
    return new PromptScreen(await import('@clack/prompts'), keyboard, output);
  }

  say(mark: Mark, text: string): void {
    this.status('');
    const { success, error, info } = this.prompts.log;
    const say = { good: success, bad: error, note: info }[mark];
    say(text, { output: this.output, secondarySymbol: ' ', spacing: 0 });
  }

  ask(question: string): Promise<Typed | undefined> {
    return this.#typed((common) => this.prompts.text({ message: question, ...common }));
  }

  askHidden(question: string): Promise<Typed | undefined> {
    return this.#typed((common) => this.prompts.password({ message: question, ...common }));
  }

  async pick(question: string, choices: readonly string[]): Promise<number | undefined> {
    const options = [...choices, 'none of these'].map((label, value) => ({ label, value }));
    const picked = await this.#answer((common) =>
      this.prompts.select({ message: question, options, maxItems: 10, ...common }),
    );
    if (picked === undefined) return undefined;
    return typeof picked === 'symbol' || picked === choices.length ? -1 : picked;
  }

  status(text: string): void {
    if (text === '' && !this.#hasStatus) return;
    const columns = 'columns' in this.output ? Number(this.output.columns) : USUAL_COLUMNS;
    cursorTo(this.output, 0);
    clearLine(this.output, 0);
    this.output.write(text.slice(0, columns - 1));
    this.#hasStatus = text !== '';
  }

  end(): void {
    this.#hasEnded = true;
    this.#open.abort();
  }

  close(): void {
    this.status('');
    this.keyboard.close();
  }

  async #typed(prompt: (common: Common) => Promise<string | symbol>): Promise<Typed | undefined> {
    const text = await this.#answer(prompt);
    if (text === undefined) return undefined;
    return { text: typeof text === 'symbol' ? ESCAPED : text.trim(), atMs: this.keyboard.lineBeganMs };
  }

  /** What was answered; a symbol for Esc, undefined where no more questions may be asked. */
  async #answer<T>(prompt: (common: Common) => Promise<T>): Promise<T | undefined> {
    if (this.#hasEnded) return undefined;
    this.status('');
    this.#open = new AbortController();
    const { signal } = this.#open;
    const answer = prompt({ input: this.#keys, output: this.output, signal, withGuide: false });
    this.keyboard.listen((keys) => this.#keys.write(keys));
    const given = await answer;
    return signal.aborted ? undefined : given;
  }
}
