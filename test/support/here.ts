import { readFile } from 'node:fs/promises';
import { PassThrough, Writable } from 'node:stream';
import { within } from './own-folder.js';
import type { Exit } from './program.js';

/** The program in this very process, to its end: what a command does, without the half second that a process takes. */
export const callHere = (
  args: readonly string[],
  folder: string,
  input: string | Buffer = '',
): Promise<Exit> =>
  within(folder, async () => {
    const { runProgram } = await import('../../src/cli/program.js');
    const { version } = JSON.parse(await readFile(MANIFEST, 'utf8')) as { version: string };
    const stdin = new PassThrough();
    stdin.end(input);
    const [stdout, stderr] = [new Memory(), new Memory()];
    let exitCode = 0;
    await runProgram(args, version, {
      env: { PATH: process.env['PATH'] },
      stdin,
      stdout,
      stderr,
      interrupt: new AbortController().signal,
      pressedCtrlC: () => undefined,
      exit: (code) => (exitCode = code),
    });
    return { code: exitCode, stdout: stdout.text, stderr: stderr.text };
  });

const MANIFEST = new URL('../../package.json', import.meta.url);

/** Keeps what is written. */
class Memory extends Writable {
  text = '';

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}
