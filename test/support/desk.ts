import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { test as base } from 'vitest';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/index.js';
import { callHere } from './here.js';
import { codeOf, usersOf, type Fob } from './fob.js';
import { Program, type Exit, type ProgramOptions } from './program.js';
import { readRun, type RunFolder } from './run-folder.js';
import { Terminal, type TerminalOptions } from './terminal.js';

/** A folder of an administrator's own, the program in it, and a Graph to run it against. All of it goes with the test. */
export class Desk {
  readonly #programs: (Program | Terminal)[] = [];
  readonly #emulators: Emulator[] = [];

  constructor(readonly folder: string) {}

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file, rows as CSV, and returns its name. */
  async write(name: string, content: string | Buffer | readonly (readonly string[])[]): Promise<string> {
    const isText = typeof content === 'string' || Buffer.isBuffer(content);
    await writeFile(this.path(name), isText ? content : toCsv(content));
    return name;
  }

  read(name: string): Promise<string> {
    return readFile(this.path(name), 'utf8');
  }

  /** A Graph with these tokens in its inventory and their users in its directory. */
  async graph(fobs: readonly Fob[], options: EmulatorOptions = {}): Promise<Emulator> {
    const emulator = await startEmulator({ tokens: fobs, users: usersOf(fobs), ...options });
    this.#emulators.push(emulator);
    return emulator;
  }

  start(args: readonly string[], options: Partial<ProgramOptions> = {}): Program {
    const program = new Program(args, { cwd: this.folder, ...options });
    this.#programs.push(program);
    return program;
  }

  /** The program on a terminal of its own. */
  terminal(args: readonly string[], options: Omit<TerminalOptions, 'cwd'>): Terminal {
    const terminal = new Terminal(args, { cwd: this.folder, ...options });
    this.#programs.push(terminal);
    return terminal;
  }

  /**
   * What the program does with these arguments, to its end, with nothing on its standard input unless told. It is a process
   * of its own where it is to have an environment of its own (`{}` for one that stands beside another).
   */
  async call(
    args: readonly string[],
    { input, ...options }: Partial<ProgramOptions> & { readonly input?: string | Buffer } = {},
  ): Promise<Exit> {
    if (options.env === undefined) return callHere(args, options.cwd ?? this.folder, input);
    const program = this.start(args, options);
    if (input !== undefined) program.write(input);
    program.endInput();
    return program.exit;
  }

  /** `oath-enroll run` on this Graph into the run folder `name`, and what stands in it. */
  async enrol(
    emulator: Emulator,
    input: string,
    args: readonly string[] = [],
    name = 'r1',
  ): Promise<Exit & { readonly run: RunFolder }> {
    const exit = await this.call(['run', input, '--graph-url', emulator.url, '--run-id', name, ...args]);
    return { ...exit, run: await this.readRun(name) };
  }

  readRun(name = 'r1'): Promise<RunFolder> {
    return readRun(this.path(join('reports', name)));
  }

  /** Paths of all files, sorted. */
  async files(): Promise<string[]> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.map(({ parentPath, name }) => relative(this.folder, join(parentPath, name))).sort();
  }

  /** Names of the run folders; none where there is no folder for them either. */
  async runs(): Promise<string[]> {
    return readdir(this.path('reports')).catch(() => []);
  }

  /** A program that outlives its test is a fault: it is named, and ended. */
  async close(): Promise<void> {
    const left = this.#programs.filter((program) => program.isRunning);
    left.forEach((program) => program.signal('SIGKILL'));
    await Promise.all(left.map((program) => program.exit));
    await Promise.all(this.#emulators.map((emulator) => emulator.close()));
    await rm(this.folder, { recursive: true });
    if (left.length > 0) throw new Error(`${left.length} programs were still running at the end of the test`);
  }
}

/** A test that is given a desk. */
export const test = base.extend<{ desk: Desk }>({
  // eslint-disable-next-line no-empty-pattern -- Vitest reads the names of the fixtures that are needed off this pattern.
  desk: async ({}, use) => {
    const desk = new Desk(await mkdtemp(join(tmpdir(), 'oath-enroll-')));
    await use(desk);
    await desk.close();
  },
});

export const HEADER = ['serialNumber', 'user', 'verificationCode', 'collectedAt'] as const;

/** The row of a code that was read at an instant, wall time in ms. */
export function rowOf(fob: Fob, readAtMs = Date.now()): string[] {
  return [fob.serialNumber, fob.user, codeOf(fob, readAtMs), new Date(readAtMs).toISOString()];
}

/** A rollout of codes read this moment. */
export const rollout = (fobs: readonly Fob[]): string[][] => [[...HEADER], ...fobs.map((fob) => rowOf(fob))];

export const toCsv = (rows: readonly (readonly string[])[], delimiter = ','): string =>
  stringify(
    rows.map((row) => [...row]),
    { delimiter, quoted_match: /[\r\n]/ },
  );

/** A status so many times over. */
export const times = (count: number, status: string): string[] => Array.from({ length: count }, () => status);

/** Activation calls that a Graph was asked, oldest first. */
export const activations = (emulator: Pick<Emulator, 'requests'>) =>
  emulator.requests().filter(({ method }) => method === 'POST');
