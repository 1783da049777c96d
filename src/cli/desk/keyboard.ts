import type { Readable } from 'node:stream';
import type { Clock } from '../../model/clock.js';

/** Keys that came together, up to an Enter at most, with the wall time at which they came. */
interface Keys {
  readonly text: string;
  readonly atMs: number;
}

const ENTER = '\r';
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/** Cut behind each Enter; scanners and pipes end a line with CR, LF or both. */
const UP_TO_ENTER = /[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+/g;

interface Terminal extends Readable {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): void;
}

/** Whether somebody sits at a stream, rather than a pipe or a file. */
export const isTerminal = (stream: object): boolean => 'isTTY' in stream && stream.isTTY === true;

/**
 * What is typed, handed to one question at a time: a line that is typed ahead waits for its own question. From its
 * beginning to its end the terminal echoes nothing by itself, so that no code shows that is typed early.
 */
export class Keyboard {
  /** Wall time at which the line that was handed over last was begun. */
  lineBeganMs = 0;
  readonly #waiting: Keys[] = [];
  #sink: ((keys: string) => void) | undefined;
  #isMidLine = false;
  #lastWasCr = false;
  #hasEnded = false;

  /** @param on told of Ctrl-C, and of the end of what can be typed, once all of it was handed over */
  constructor(
    private readonly stdin: Terminal,
    private readonly clock: Clock,
    private readonly on: { readonly interrupt: () => void; readonly end: () => void },
  ) {
    if (isTerminal(stdin)) stdin.setRawMode?.(true);
    stdin.setEncoding('utf8');
    stdin.on('data', this.#take).on('end', this.#end).on('error', this.#end);
  }

  /** Hands what is typed to a question, up to its Enter. */
  listen(sink: (keys: string) => void): void {
    this.#sink = sink;
    this.#isMidLine = false;
    this.#deliver();
  }

  /** What somebody typed before the question stood there was meant for another one; a pipe knows no better. */
  forget(): void {
    if (isTerminal(this.stdin)) this.#waiting.length = 0;
  }

  close(): void {
    this.stdin.off('data', this.#take).off('end', this.#end).off('error', this.#end);
    if (isTerminal(this.stdin)) this.stdin.setRawMode?.(false);
    this.stdin.pause();
  }

  readonly #take = (chunk: string): void => {
    if (isTerminal(this.stdin)) {
      const press = chunk.includes(CTRL_C)
        ? this.on.interrupt
        : chunk.includes(CTRL_D)
          ? this.#end
          : undefined;
      if (press !== undefined) {
        press();
        return;
      }
    }
    // The second half of a CR LF may come by itself.
    const text = this.#lastWasCr && chunk.startsWith('\n') ? chunk.slice(1) : chunk;
    this.#lastWasCr = chunk.endsWith(ENTER);
    const atMs = this.clock.now();
    for (const [keys] of text.matchAll(UP_TO_ENTER)) {
      this.#waiting.push({ text: keys.replace(/[\r\n]+$/, ENTER), atMs });
    }
    this.#deliver();
  };

  readonly #end = (): void => {
    // A last line without its Enter is one.
    if (this.#waiting.at(-1)?.text.endsWith(ENTER) === false || this.#isMidLine) this.#take(ENTER);
    this.#hasEnded = true;
    this.#deliver();
  };

  #deliver(): void {
    while (this.#sink !== undefined) {
      const keys = this.#waiting.shift();
      if (keys === undefined) {
        if (this.#hasEnded) this.on.end();
        return;
      }
      if (!this.#isMidLine) this.lineBeganMs = keys.atMs;
      this.#isMidLine = true;
      const sink = this.#sink;
      if (keys.text.endsWith(ENTER)) this.#sink = undefined;
      sink(keys.text);
    }
  }
}
