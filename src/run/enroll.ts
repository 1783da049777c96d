import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { AdaptiveThrottle } from '../dispatch/adaptive/adaptive-throttle.js';
import { createCeiling, type Rate } from '../dispatch/ceiling.js';
import { Dispatcher, type DispatchEnd } from '../dispatch/dispatcher.js';
import type { Foresight } from '../dispatch/foresight.js';
import type { IntakeRow } from '../intake/row-judge.js';
import { Journal } from '../journal/journal.js';
import { Replay } from '../journal/replay.js';
import type { GraphPort } from '../model/answer.js';
import type { Clock } from '../model/clock.js';
import { OathEnrollError } from '../model/errors.js';
import type { RunEvent } from '../model/run-event.js';
import { writeSummary, type Summary } from '../results/summary.js';
import { writeResults } from '../results/write-results.js';
import { codeFromSeed } from './code-from-seed.js';
import { openInput, type Input, type InputRequest } from './input.js';
import { JournalRecorder } from './journal-recorder.js';
import { PaceMemory } from './pace-memory.js';
import { makeRunFolder, type RunFolder } from './run-folder.js';

/** What a run is to do. */
export interface EnrollRequest extends InputRequest {
  /** Folder that run folders go into. */
  readonly reports: string;
  /** Name of the run's folder; undefined for UTC time and input name. */
  readonly runId: string | undefined;
  readonly concurrency: number;
  readonly graceSteps: number;
  readonly maxWaitMs: number;
  /** Our own ceilings on calls; all of them hold. */
  readonly rates: readonly Rate[];
  /** The options in force, for the summary; none of them secret. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a run works with. */
export interface EnrollPorts {
  readonly graph: GraphPort;
  /** Makes sure that calls will bear a token. Rejects with OathEnrollError `sign_in`. */
  readonly signIn: () => Promise<void>;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly stdin: Readable;
  /** Aborted by a signal, with the exit code as its reason (130 or 143). */
  readonly interrupt: AbortSignal;
  /** Whose limits apply: API root, tenant and app. Asked for after the sign-in. */
  readonly account: () => Promise<string>;
  /** Given a way to look at what can still be made, when all rows of a file are known and none was sent. */
  readonly watch: (look: () => Foresight) => void;
  /** Told what the person at the terminal should know before the first call. */
  readonly notice: (text: string) => void;
  /** Sees every event of the run as it happens. */
  readonly observe: (event: RunEvent) => void;
}

/**
 * The main job: reads an input, sends each code while it lives, and writes down what became of every row.
 *
 * @throws OathEnrollError `input` for an unusable file, before any call; `usage` or `environment` where the run
 *   folder cannot be made; `journal` when the disk fails, resumable
 */
export async function enroll(request: EnrollRequest, ports: EnrollPorts): Promise<Summary> {
  const startedAtMs = ports.clock.now();
  const input = await openInput(request, ports);
  if (input.assumedReadAtMs !== undefined) {
    const readAt = new Date(input.assumedReadAtMs).toISOString();
    ports.notice(`There is no collectedAt column: all codes count as read at ${readAt}.`);
  }
  const folder = await makeRunFolder(request.reports, request.runId, request.input, startedAtMs);
  const journal = await Journal.create(join(folder.path, 'journal.jsonl'));
  const recorder = new JournalRecorder(journal, ports.clock, ports.observe);
  const { runId } = folder;
  recorder.write({
    type: 'run',
    runId,
    input: request.input,
    header: input.header,
    options: request.options,
    startedAtMs,
  });
  try {
    const end = await dispatch(input, journal, recorder, request, ports);
    return await conclude(folder, recorder, journal, end, { startedAtMs, request, ports });
  } catch (error) {
    await journal.close().catch(() => undefined);
    // An unusable file is refused before its first call: there is nothing to report on.
    if (isUnusable(error)) await rm(folder.path, { recursive: true });
    throw error;
  }
}

const isUnusable = (error: unknown): error is OathEnrollError =>
  error instanceof OathEnrollError && error.code === 'input';

/** Gives every row its turn, or ends early with a reason. */
async function dispatch(
  input: Input,
  journal: Journal,
  recorder: JournalRecorder,
  request: EnrollRequest,
  ports: EnrollPorts,
): Promise<DispatchEnd & { readonly badInput: boolean }> {
  const { clock, interrupt } = ports;
  let badInput = false;
  const notSignedIn = await signIn(ports);
  const memory = new PaceMemory(request.reports, () => clock.now());
  const account = notSignedIn === undefined ? await ports.account() : '';
  const throttle = new AdaptiveThrottle(ports.random, await memory.recall(account));
  const dispatcher = new Dispatcher(
    {
      graph: ports.graph,
      clock,
      recorder,
      throttle,
      ceiling: request.rates.length === 0 ? undefined : createCeiling(request.rates, clock),
      codeAt: codeFromSeed,
      // Rows that were never read are nobody's; a file is still read, so that each of its rows is told of.
      onStop: input.isLive ? input.close : undefined,
    },
    request,
  );
  const onInterrupt = (): void => dispatcher.stop('interrupted');
  interrupt.addEventListener('abort', onInterrupt);
  if (notSignedIn !== undefined) dispatcher.stop(notSignedIn);

  const takeRows = async (): Promise<void> => {
    for await (const row of input.rows) {
      takeRow(row, recorder, dispatcher, clock);
      await journal.drained();
    }
  };
  const takeLiveRows = (): Promise<void> =>
    takeRows().catch((error: unknown) => {
      badInput = isUnusable(error);
      // A pipe that was closed because the run stopped ends with an error of its own.
      if (!badInput && dispatcher.stopped === undefined) throw error;
      dispatcher.stop(String(error));
    });
  try {
    if (input.isLive) dispatcher.start();
    await Promise.race([input.isLive ? takeLiveRows() : takeRows(), dispatcher.finished]);
    ports.watch(() => dispatcher.foresight());
    // A file is read to its end before the first call, so that the most urgent row is chosen among all.
    dispatcher.start();
    dispatcher.close();
    const end = await dispatcher.finished;
    const hint = throttle.hint();
    if (hint !== undefined) await memory.keep(account, hint);
    return { ...end, badInput };
  } finally {
    interrupt.removeEventListener('abort', onInterrupt);
  }
}

/** Signs in before rows are read, as codes die meanwhile. Returns why that failed; undefined where it did not. */
async function signIn(ports: EnrollPorts): Promise<string | undefined> {
  try {
    const wasAborted = await Promise.race([ports.signIn(), aborted(ports.interrupt)]);
    return wasAborted === true ? 'interrupted' : undefined;
  } catch (error) {
    if (error instanceof OathEnrollError) return `not signed in: ${error.message}`;
    throw error;
  }
}

function aborted(signal: AbortSignal): Promise<true> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(true);
    signal.addEventListener('abort', () => resolve(true));
  });
}

function takeRow(
  { record, serialNumber, user, row, problem }: IntakeRow,
  recorder: JournalRecorder,
  dispatcher: Dispatcher,
  clock: Clock,
): void {
  recorder.write({ type: 'row', ...record, serialNumber, user, hasSeed: row?.proof.kind === 'seed' });
  if (row !== undefined) dispatcher.add(row);
  if (problem !== undefined) {
    recorder.write({
      type: 'outcome',
      line: record.line,
      status: problem.status,
      needsRecollection: false,
      reason: problem.reason,
      attempts: 0,
      completedAtMs: clock.now(),
    });
  }
}

/** The run is over: its end is written down, then results and summary are made. */
async function conclude(
  folder: RunFolder,
  recorder: JournalRecorder,
  journal: Journal,
  end: DispatchEnd & { readonly badInput: boolean },
  { startedAtMs, request, ports }: { startedAtMs: number; request: EnrollRequest; ports: EnrollPorts },
): Promise<Summary> {
  const finishedAtMs = ports.clock.now();
  await journal.synced();
  const tally = await writeResults(folder.path, () => new Replay(join(folder.path, 'journal.jsonl')));
  const exitCode = ports.interrupt.aborted
    ? Number(ports.interrupt.reason)
    : end.badInput
      ? 2
      : tally.exitCode(end.stopped !== undefined);
  recorder.write({ type: 'end', atMs: finishedAtMs, exitCode, reason: end.stopped ?? '' });
  await journal.close();
  const facts = {
    runId: folder.runId,
    folder: folder.path,
    startedAtMs,
    finishedAtMs,
    options: request.options,
  };
  return writeSummary({ ...end, ...facts }, tally, exitCode);
}
