import { clearLine, cursorTo } from 'node:readline';
import { PassThrough, type Writable } from 'node:stream';
import { styleText } from 'node:util';
import type { Keyboard } from './keyboard.js';
import { ESCAPED, type Mark, type Screen, type Typed } from './screen.js';

type Prompts = typeof import('@clack/prompts');

type Common = Required<
  Pick<import('@clack/prompts').CommonOptions, 'input' | 'output' | 'signal' | 'withGuide'>
>;

/** Columns of a terminal that does not say. */
const USUAL_COLUMNS = 80;

/** A symbol and two blanks stand before what is said. */
const INDENT = 3;

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

  say(mark: Mark, ...lines: readonly string[]): void {
    this.status('');
    const { message } = this.prompts.log;
    const wrapped = lines.flatMap((line) => wrap(line, this.#columns - INDENT));
    message(wrapped, { output: this.output, symbol: this.#symbolOf(mark), secondarySymbol: ' ', spacing: 0 });
  }

  gap(): void {
    this.status('');
    this.output.write('\n');
  }

  ask(question: string): Promise<Typed | undefined> {
    return this.#typed((common) => this.prompts.text({ message: question, ...common }));
  }

  askHidden(question: string): Promise<Typed | undefined> {
    this.keyboard.forget();
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
    cursorTo(this.output, 0);
    clearLine(this.output, 0);
    this.output.write(text.slice(0, this.#columns - 1));
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

  get #columns(): number {
    const columns = 'columns' in this.output ? Number(this.output.columns) : 0;
    return columns > 0 ? columns : USUAL_COLUMNS;
  }

  #symbolOf(mark: Mark): string {
    const { unicodeOr, S_INFO } = this.prompts;
    if (mark === 'note') return styleText('blue', S_INFO);
    return mark === 'good' ? styleText('green', unicodeOr('✔', '+')) : styleText('red', unicodeOr('✖', 'x'));
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

/** A text in lines of at most so many characters, broken at blanks; a word that is longer keeps its line. */
function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
