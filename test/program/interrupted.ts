import { readFile } from 'node:fs/promises';
import { expect, vi } from 'vitest';
import type { Emulator } from '../../src/emulator/index.js';
import type { Desk } from '../support/desk.js';
import type { Fob } from '../support/fob.js';
import type { Exit, Program } from '../support/program.js';
import type { RunFolder } from '../support/run-folder.js';

/** A busy machine may take its time to start a program. */
const PATIENCE = { timeout: 60_000, interval: 20 };

/** A rollout by seeds, where it is not the subject how long a code lives. */
export const bySeed = (fobs: readonly Fob[]): string[][] => [
  ['serialNumber', 'user', 'secretKey'],
  ...fobs.map(({ serialNumber, user, secretKey }) => [serialNumber, user, secretKey]),
];

/** One call at a time, so that a test knows which is the last. */
const ONE_BY_ONE = ['--concurrency', '1'];

/** Resolves once Graph was called so often. */
export async function called(emulator: Emulator, calls: number): Promise<void> {
  await vi.waitFor(() => expect(emulator.requests()).toHaveLength(calls), PATIENCE);
}

/** Begins run `r1`, and returns once Graph was called so often. */
export async function started(
  desk: Desk,
  emulator: Emulator,
  input: string,
  calls: number,
  args: readonly string[] = [],
): Promise<Program> {
  const program = desk.start([
    ...['run', input, '--graph-url', emulator.url, '--run-id', 'r1'],
    ...[...ONE_BY_ONE, ...args],
  ]);
  if (input !== '-') program.endInput();
  await called(emulator, calls);
  return program;
}

/** Run `r1`, killed once Graph was called so often. */
export async function killed(...of: Parameters<typeof started>): Promise<void> {
  const program = await started(...of);
  program.signal('SIGKILL');
  await program.exit;
}

/** Resolves once the journal of `r1` says so. */
export async function journaled(desk: Desk, text: string): Promise<void> {
  const journal = desk.path('reports/r1/journal.jsonl');
  await vi.waitFor(async () => expect(await readFile(journal, 'utf8')).toContain(text), PATIENCE);
}

/** `oath-enroll resume` of `r1`, and what stands in its folder. */
export async function resume(
  desk: Desk,
  args: readonly string[] = [],
): Promise<Exit & { readonly run: RunFolder }> {
  const exit = await desk.call(['resume', 'reports/r1', ...args]);
  return { ...exit, run: await desk.readRun() };
}
