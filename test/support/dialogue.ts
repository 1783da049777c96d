import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import { expect, vi } from 'vitest';
import type { Desk } from './desk.js';
import { ENVIRONMENT, MAIN } from './program.js';

/** A busy machine may take its time. */
const PATIENCE = { timeout: 60_000, interval: 10 };

/** The built program at a terminal of 80 columns, which util-linux `script` makes. */
export class Dialogue {
  readonly exit: Promise<number | null>;
  readonly #child: ChildProcess;
  #raw = '';
  /** Characters of {@link text} that were seen already. */
  #seen = 0;

  constructor(
    private readonly desk: Desk,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    const quoted = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
    const command = `stty cols 80 rows 24; echo $$ > terminal.pid; exec ${quoted}`;
    this.#child = spawn('script', ['-qefc', command, '/dev/null'], {
      cwd: desk.folder,
      env: { ...ENVIRONMENT, TERM: 'xterm', SHELL: '/bin/sh', ...env },
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#raw += text));
    this.exit = new Promise((resolve) => this.#child.on('close', (code) => resolve(code)));
  }

  /** All that was shown, without colours and movements of the cursor. */
  get text(): string {
    return stripVTControlCharacters(this.#raw).replaceAll('\r', '');
  }

  /** Resolves once the terminal shows a text that it had not shown at the last call. */
  async shows(text: string): Promise<void> {
    await vi.waitFor(() => expect(this.text.slice(this.#seen)).toContain(text), PATIENCE);
    this.#seen = this.text.indexOf(text, this.#seen) + text.length;
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Waits for a question and answers it. */
  async answer(question: string, line: string): Promise<void> {
    await this.shows(question);
    this.type(`${line}\r`);
  }

  /** Kills the program itself, not its terminal. */
  async kill(): Promise<void> {
    process.kill(Number(await readFile(this.desk.path('terminal.pid'), 'utf8')), 'SIGKILL');
    await this.exit;
  }
}
