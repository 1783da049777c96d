import { basename, dirname, join, resolve } from 'node:path';
import { isThrottleRefusal } from '../dispatch/decisions/decide.js';
import type { Past } from '../dispatch/task.js';
import type { IntakeRow } from '../intake/row-judge.js';
import { Journal } from '../journal/journal.js';
import { Replay } from '../journal/replay.js';
import { httpStatusOf } from '../model/answer.js';
import { OathEnrollError } from '../model/errors.js';
import type { InputHeader } from '../model/row.js';
import type { InputFile, RunEvent } from '../model/run-event.js';
import { Secret } from '../model/secret.js';
import type { Summary } from '../model/summary.js';
import type { EnrollPorts, EnrollRequest } from './enroll-request.js';
import { inputFile, openInput, type Input } from './input.js';
import { JournalRecorder } from './session/journal-recorder.js';
import { report } from './report.js';
import { isUnusable, type OpenRow } from './session/row-taker.js';
import { JOURNAL } from '../model/run-files.js';
import { RunLocks } from './session/run-locks.js';
import { runSoFar, type RunSoFar } from './session/run-so-far.js';
import { work } from './session/session.js';

const INPUT_IS_GONE = 'it came over standard input, and its code or seed with it: run it again';
const CODE_IS_GONE = 'its code was typed in and is kept nowhere: read a fresh one';
const NO_SECRET = new Secret('');

/**
 * Finishes a run that was killed, interrupted or stopped: outcomes that stand are kept, calls without an answer are
 * looked up, and what is still open is sent while its code lives.
 *
 * @param folder the run's folder
 * @param request as the run was started; where its rows come from is the journal's to say
 * @throws OathEnrollError `input` where the folder holds no run, or its input was changed; `journal` for a damaged
 *   journal; `locked` while the run goes on elsewhere; and as `enroll`
 */
export async function resume(folder: string, request: EnrollRequest, ports: EnrollPorts): Promise<Summary> {
  const locks = new RunLocks(`the resumption of ${folder}`, ports);
  try {
    await locks.takeFolder(folder);
    const run = await runSoFar(folder);
    const { file } = run.header;
    if (run.isComplete && run.finished.size === run.rows) {
      // A session that was killed at its very end has left its lock: taken over, it goes with ours.
      if (file !== undefined) await locks.takeInput(file.path).catch(() => undefined);
      return await report(folder, ports.notice);
    }
    const input = file === undefined ? undefined : await sameInput(file, run, request, ports, locks);
    ports.notice(`${run.finished.size} of ${run.rows} rows are done; going on with the rest.`);
    const journal = await Journal.append(join(folder, JOURNAL), run.validBytes);
    const recorder = new JournalRecorder(journal, ports.clock, ports.observe);
    recorder.write({ type: 'resumed', atMs: ports.clock.now() });
    return await work(
      {
        folder: { runId: run.header.runId, path: folder },
        journal,
        recorder,
        locks,
        rows: input === undefined ? rowsFromJournal(folder, run) : openRows(folder, run, input),
        isLive: false,
        closeInput: () => input?.close(),
        account: run.account,
        closedUntilMs: run.closedUntilMs,
        calls: run.calls,
      },
      // Where it was started from, and from where it goes on, may be two folders.
      { ...request, reports: dirname(resolve(folder)) },
      ports,
    );
  } finally {
    await locks.release();
  }
}

/** Takes and opens the run's input, which must be as it was: codes may stand on other lines now, or belong to others. */
async function sameInput(
  file: InputFile,
  { header }: RunSoFar,
  request: EnrollRequest,
  ports: EnrollPorts,
  locks: RunLocks,
): Promise<Input> {
  const isThere = locks.takeInput(file.path).then(() => inputFile(file.path));
  const now = await isThere.catch((error: unknown) => {
    throw isUnusable(error) ? lost(file.path, error.message) : error;
  });
  if (now.bytes !== file.bytes || now.modifiedAtMs !== file.modifiedAtMs) {
    throw changed(file.path, `it was written on ${new Date(now.modifiedAtMs).toISOString()}`);
  }
  // Codes that counted as read when they came in were read no later than that.
  const collectedAt = request.collectedAt === 'arrival' ? header.startedAtMs : request.collectedAt;
  const input = await openInput({ ...request, input: file.path, collectedAt }, ports);
  if (JSON.stringify(input.header) !== JSON.stringify(header.header)) {
    throw changed(file.path, 'it has another header');
  }
  return input;
}

/** The rows of the input that are not finished, each compared with what the journal has of it. */
async function* openRows(
  folder: string,
  { finished, past, header: { header, file } }: RunSoFar,
  input: Input,
): AsyncGenerator<OpenRow> {
  const journaled = journaledRows(folder);
  for await (const intake of input.rows) {
    const { value: known, done = false } = await journaled.next();
    if (!done && known !== undefined) {
      const difference = differenceOf(known, intake, header);
      if (difference !== undefined) throw changed(file?.path ?? '', 'a row differs', difference);
    }
    const { line } = intake.record;
    if (!finished.has(line)) yield { intake, isKnown: !done, past: past.get(line) };
  }
  // A session that was cut off while it read has fewer rows than the input, never more.
  const { value: missing, done } = await journaled.next();
  if (done !== true) throw changed(file?.path ?? '', 'a row is missing', { line: missing.line });
}

type JournaledRow = Extract<RunEvent, { type: 'row' }>;

async function* journaledRows(folder: string): AsyncGenerator<JournaledRow, undefined> {
  for await (const event of new Replay(join(folder, JOURNAL))) if (event.type === 'row') yield event;
  return undefined;
}

/** Where a row is not what it was. Codes and seeds are not compared: the journal has none. */
function differenceOf(
  known: JournaledRow,
  { record, serialNumber, user }: IntakeRow,
  { names }: InputHeader,
): { line: number; column?: string } | undefined {
  const at = record.cells.findIndex((cell, index) => cell !== known.cells[index]);
  const isSame =
    record.line === known.line &&
    serialNumber === known.serialNumber &&
    user === known.user &&
    record.cells.length === known.cells.length;
  if (isSame && at === -1) return undefined;
  const column = names[at];
  return { line: record.line, ...(column !== undefined && { column }) };
}

/** What is left of rows whose input is gone: calls without an answer can still be looked up. */
async function* rowsFromJournal(
  folder: string,
  { finished, past, header }: RunSoFar,
): AsyncGenerator<OpenRow> {
  const why = header.input === '-' ? INPUT_IS_GONE : CODE_IS_GONE;
  for await (const { line, cells, serialNumber, user, hasSeed } of journaledRows(folder)) {
    if (finished.has(line)) continue;
    const before = past.get(line);
    // A code that died long ago: looked up, the row may prove to be enrolled, but it is never sent.
    const code = { kind: 'code', code: NO_SECRET, collectedAtMs: 0 } as const;
    const proof = hasSeed ? ({ kind: 'seed', seed: NO_SECRET, hashFunction: 'hmacsha1' } as const) : code;
    const row = { line, serialNumber, user, displayName: undefined, intervalS: 30, proof } as const;
    const gone = hasSeed || before === undefined || !isInDoubt(before) ? why : undefined;
    yield { intake: { record: { line, cells }, serialNumber, user, row }, isKnown: true, past: before, gone };
  }
}

/** Whether the call may have been done, or was refused for a reason that is not known yet. */
function isInDoubt({ answer }: Past): boolean {
  if (answer === undefined || isThrottleRefusal(answer)) return false;
  return httpStatusOf(answer) !== 401;
}

const changed = (
  path: string,
  why: string,
  place: { line?: number; column?: string } = {},
): OathEnrollError =>
  new OathEnrollError(
    'input',
    `it was changed after the run began (${why}), so the run cannot go on with it. ${putBack(path)}`,
    { file: path, ...place },
  );

const lost = (path: string, why: string): OathEnrollError =>
  new OathEnrollError('input', `${why}, and the run needs its rows to go on. ${putBack(path)}`, {
    file: path,
  });

const putBack = (path: string): string =>
  `Put it back as it was, or start a new run of ${basename(path)}: what this one enrolled is not sent again`;
