import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { ENVIRONMENT, MAIN } from './program.js';
import { Screen } from './screen.js';

export interface TerminalOptions {
  readonly cwd: string;
  readonly columns: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The built program on a pseudo-terminal of 24 lines, as somebody sees it and types into it. */
export class Terminal {
  /** Exit code of the program, once it has ended and all that it said is on the screen. */
  readonly exit: Promise<number | null>;
  readonly screen: Screen;
  /** All that was sent to the terminal. */
  sent = '';
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(args: readonly string[], { cwd, columns, env = {} }: TerminalOptions) {
    this.screen = new Screen(columns);
    const command = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
    this.#child = spawn(
      'script',
      ['-qefc', `stty rows 24 columns ${columns}; exec ${command}`, '/dev/null'],
      {
        cwd,
        env: { ...ENVIRONMENT, TERM: 'xterm', ...env },
      },
    );
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.sent += text;
      this.screen.write(text);
    });
    this.exit = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', resolve);
    });
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
