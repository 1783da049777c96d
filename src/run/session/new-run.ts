import { join } from 'node:path';
import { Journal } from '../../journal/journal.js';
import type { Summary } from '../../model/summary.js';
import type { EnrollPorts, EnrollRequest } from '../enroll-request.js';
import type { Input } from '../input.js';
import { JournalRecorder } from './journal-recorder.js';
import { JOURNAL } from '../../model/run-files.js';
import { makeRunFolder, type RunFolder } from './run-folder.js';
import { RunLocks } from './run-locks.js';

/** A run that was begun: what it holds, and where it writes. */
export interface NewRun {
  readonly folder: RunFolder;
  readonly journal: Journal;
  readonly recorder: JournalRecorder;
  readonly locks: RunLocks;
  readonly account: undefined;
  readonly closedUntilMs: 0;
  readonly calls: readonly [];
}

/** What a run is begun on. */
export interface NewRunInput extends Pick<Input, 'header'> {
  /** The file that its rows can be read from again. */
  readonly file?: Input['file'];
  /** Path of the file that nobody else may work on meanwhile. */
  readonly lock: string | undefined;
  readonly startedAtMs: number;
}

/**
 * Begins a run: locks its input, makes its folder, locks that, and opens the journal. All is let go of when `go` has
 * settled.
 *
 * @throws OathEnrollError `usage` or `environment` where the run folder cannot be made; `locked` where another run
 *   holds the input or the folder; `journal` when the disk fails; and what `go` throws
 */
export async function newRun(
  request: Pick<EnrollRequest, 'input' | 'reports' | 'runId' | 'options'>,
  ports: EnrollPorts,
  { header, file, lock, startedAtMs }: NewRunInput,
  go: (run: NewRun) => Promise<Summary>,
): Promise<Summary> {
  const locks = new RunLocks(`a run of ${request.input}`, ports);
  try {
    if (lock !== undefined) await locks.takeInput(lock);
    const { reports, runId: chosen } = request;
    const inUse = (path: string): Promise<void> => locks.takeFolder(path);
    const folder = await makeRunFolder(reports, chosen, request.input, startedAtMs, inUse);
    await locks.takeFolder(folder.path);
    const journal = await Journal.create(join(folder.path, JOURNAL));
    const { runId } = folder;
    const recorder = new JournalRecorder(journal, ports.clock, ports.observe);
    const run = { runId, input: request.input, file, header, options: request.options, startedAtMs };
    recorder.write({ type: 'run', ...run });
    return await go({ folder, journal, recorder, locks, account: undefined, closedUntilMs: 0, calls: [] });
  } finally {
    await locks.release();
  }
}
