import { styleText } from 'node:util';
import { MultiBar } from 'cli-progress';
import type { Io } from '../io.js';
import type { Figures } from './progress.js';
import { progressLines, type Paint } from './progress-text.js';

/** What clears the terminal from the cursor on (ECMA-48, ED). */
const CLEAR_BELOW = '\u001b[J';

const REDRAWN_PER_S = 4;

/** Two lines at the bottom of a terminal that tell how a run stands; other lines go above them. */
export class ProgressBar {
  readonly #bars: MultiBar;
  #state: 'waiting' | 'drawn' | 'closed' = 'waiting';

  constructor(
    private readonly io: Pick<Io, 'stderr' | 'env'>,
    private readonly figures: () => Figures,
  ) {
    this.#bars = new MultiBar({
      stream: untrimmed(io.stderr),
      fps: REDRAWN_PER_S,
      clearOnComplete: true,
      // What the terminal echoes, such as ^C, is drawn over.
      forceRedraw: true,
      // With its wrapping off or its cursor hidden, a terminal would stay so after a kill.
      linewrap: true,
      hideCursor: false,
    });
  }

  /** Draws from now on. */
  start(): void {
    if (this.#state !== 'waiting') return;
    this.#state = 'drawn';
    const paint: Paint = isColourful(this.io.env) ? styleText : (_, text) => text;
    const width = (): number => widthOf(this.io.stderr);
    for (const line of [0, 1] as const) {
      this.#bars.create(1, 0, {}, { format: () => progressLines(this.figures(), width(), paint)[line] });
    }
  }

  /** Writes whole lines above the bar. */
  print(text: string): void {
    if (this.#state === 'drawn') this.#bars.log(`${CLEAR_BELOW}${text}`);
    else this.io.stderr.write(text);
  }

  /** Leaves the terminal as if no bar had been there. */
  close(): void {
    if (this.#state === 'drawn') {
      // Lines that wait for the next drawing would be lost.
      this.#bars.update();
      this.#bars.stop();
    }
    this.#state = 'closed';
  }
}

/** The last column stays free: written full, some terminals wrap at once. One that does not know its size says 0. */
const widthOf = ({ columns = 0 }: Io['stderr']): number => (columns > 0 ? columns : 80) - 1;

/** Whether colours are wanted: <https://no-color.org>. */
const isColourful = (env: Io['env']): boolean => (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';

/** The library cuts lines by their characters, colours counted in; ours fit already. */
const untrimmed = (out: Io['stderr']): NodeJS.WritableStream =>
  ({
    isTTY: true,
    columns: Infinity,
    write: (text: string) => out.write(text),
  }) as unknown as NodeJS.WritableStream;
