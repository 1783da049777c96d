import type { Writable } from 'node:stream';
import type { Clock } from '../../model/clock.js';
import { isTerminal, type Keyboard } from './keyboard.js';
import type { Mark, Screen, Typed } from './screen.js';

/** How often a line may tell how things stand: a screen reader reads out every one. */
const STATUS_EVERY_MS = 10_000;

const BACKSPACE = /[\b\u007f]/;

/** Arrow keys and their like, which a line of plain text has no use for. */
// eslint-disable-next-line no-control-regex -- they begin with the control character ESC
const ESCAPE_SEQUENCE = /\u001b(?:[[O][\d;]*[A-Za-z~])?/g;

/** Questions and answers as plain lines: for a pipe, a terminal that cannot move its cursor, or a screen reader. */
export class PlainScreen implements Screen {
  #hasEnded = false;
  #callOff: (() => void) | undefined;
  #toldAtMs = -Infinity;

  constructor(
    private readonly keyboard: Keyboard,
    private readonly out: Writable,
    private readonly clock: Clock,
    /** Whether somebody types at a terminal, which shows nothing by itself. */
    private readonly echoes: boolean,
  ) {}

  say(mark: Mark, ...lines: readonly string[]): void {
    this.out.write(`${mark === 'bad' ? 'Attention. ' : ''}${lines.join('\n')}\n`);
  }

  gap(): void {
    this.out.write('\n');
  }

  ask(question: string): Promise<Typed | undefined> {
    return this.#line(question, this.echoes);
  }

  askHidden(question: string): Promise<Typed | undefined> {
    this.keyboard.forget();
    return this.#line(question, false);
  }

  async pick(question: string, choices: readonly string[]): Promise<number | undefined> {
    choices.forEach((choice, index) => this.out.write(`${index + 1}: ${choice}\n`));
    const typed = await this.ask(`${question} (its number; Enter for none)`);
    if (typed === undefined) return undefined;
    const index = Number(typed.text) - 1;
    return choices[index] === undefined ? -1 : index;
  }

  status(text: string): void {
    const now = this.clock.elapsed();
    if (text === '') this.#toldAtMs = -Infinity;
    else if (now - this.#toldAtMs >= STATUS_EVERY_MS) {
      this.#toldAtMs = now;
      this.out.write(`${text}\n`);
    }
  }

  end(): void {
    this.#hasEnded = true;
    this.#callOff?.();
  }

  close(): void {
    this.keyboard.close();
  }

  #line(question: string, shows: boolean): Promise<Typed | undefined> {
    if (this.#hasEnded) return Promise.resolve(undefined);
    this.out.write(`${question}: `);
    return new Promise((resolve) => {
      let line = '';
      const done = (typed: Typed | undefined): void => {
        this.#callOff = undefined;
        this.out.write('\n');
        resolve(typed);
      };
      this.#callOff = () => done(undefined);
      this.keyboard.listen((keys) => {
        for (const key of keys.replace(ESCAPE_SEQUENCE, '')) {
          if (key === '\r') {
            done({ text: line.trim(), atMs: this.keyboard.lineBeganMs });
            return;
          }
          const shown = BACKSPACE.test(key) ? '\b \b' : key;
          if (shows && (shown === key || line !== '')) this.out.write(shown);
          line = shown === key ? line + key : Array.from(line).slice(0, -1).join('');
        }
      });
    });
  }
}

/** Whether plain lines serve better than prompts that redraw themselves. */
export function wantsPlain(
  input: object,
  output: object,
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const isDumb = env['TERM'] === 'dumb';
  const isAccessible = !['', '0', 'false', undefined].includes(env['ACCESSIBLE']);
  return !isTerminal(input) || !isTerminal(output) || isDumb || isAccessible;
}
