import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built program. */
export const BUILT = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** Where `quick-program.ts` made the built program start in half of the time. */
const QUICK = process.env['QUICK_PROGRAM'];

/** What tests start: the built program, as quick as it can be had. */
export const MAIN = QUICK === undefined ? BUILT : join(QUICK, 'dist/all/main.js');

/** What a program sees of this process's environment. From Node 22 on, many starts of one program are much cheaper so. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  ...(QUICK !== undefined && { NODE_COMPILE_CACHE: join(QUICK, 'compiled') }),
};

/** How the program ended and all that it said. */
export interface Exit {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly cwd: string;
  /** Where the program stands; {@link MAIN} unless told. */
  readonly main?: string;
  /** Besides {@link ENVIRONMENT}. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The built program as a child process. */
export class Program {
  readonly exit: Promise<Exit>;
  readonly #child: ChildProcessWithoutNullStreams;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], { cwd, env = {}, main = MAIN }: ProgramOptions) {
    this.#child = spawn(process.execPath, [main, ...args], {
      cwd,
      env: { ...ENVIRONMENT, ...env },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    // A program that refuses its arguments is gone before its input is written.
    this.#child.stdin.on('error', () => undefined);
    this.exit = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code) => resolve({ code, stdout: this.#stdout, stderr: this.#stderr }));
    });
  }

  /** What it wrote to standard output up to now. */
  get stdout(): string {
    return this.#stdout;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  write(text: string | Buffer): void {
    this.#child.stdin.write(text);
  }

  endInput(): void {
    this.#child.stdin.end();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}
