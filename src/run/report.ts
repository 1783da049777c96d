import { access, rm, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Replay } from '../journal/replay.js';
import { OathEnrollError, systemCode } from '../model/errors.js';
import type { RunPicture } from '../results/report-page/run-picture.js';
import { isDraft } from '../results/whole-file.js';
import { writeSummary } from '../results/summary.js';
import { JOURNAL, PAGE } from '../model/run-files.js';
import { RunLocks, type LockPorts } from './session/run-locks.js';
import type { Summary } from '../model/summary.js';
import { writeResults } from '../results/write-results.js';

/** What a summary says of a run whose process was killed. */
const CUT_OFF = 'it was cut off';

/**
 * Writes results and summary of a run from its journal alone, however the run ended.
 *
 * @param folder the run's folder
 * @param notice told where the page cannot be made: the results stand without it
 * @throws OathEnrollError `input` where it holds no run; `journal` for a damaged journal; `environment` where the
 *   results cannot be written
 */
export async function report(folder: string, notice: (text: string) => void): Promise<Summary> {
  try {
    const journal = await journalIn(folder);
    await removeDrafts(folder);
    const { story, tally, picture } = await writeResults(folder, () => new Replay(journal));
    const { header, end } = story;
    if (header === undefined) throw noRun(folder);
    // Who was killed stopped nothing: what counts is what became of the rows.
    const exitCode = end?.exitCode ?? tally.exitCode(end !== undefined && end.reason !== '');
    const summary = await writeSummary(
      {
        runId: header.runId,
        folder,
        calls: story.calls,
        refusals: story.refusals,
        waitedMs: story.waitedMs,
        startedAtMs: header.startedAtMs,
        finishedAtMs: story.lastMs,
        stopped: end === undefined ? CUT_OFF : end.reason === '' ? undefined : end.reason,
        options: header.options,
      },
      tally,
      exitCode,
    );
    await tryPage(summary, picture, notice);
    return summary;
  } catch (error) {
    throw systemCode(error) === '' ? error : unwritable(folder, error);
  }
}

/**
 * The same, for whoever asks for it: never beside a run that goes on, whose own results would come first and be
 * overwritten.
 *
 * @throws OathEnrollError `locked` while the run goes on; and as {@link report}
 */
export async function reportAgain(folder: string, ports: LockPorts): Promise<Summary> {
  const locks = new RunLocks(`the report of ${folder}`, ports);
  try {
    await journalIn(folder);
    await locks.takeFolder(folder);
    return await report(folder, ports.notice);
  } finally {
    await locks.release();
  }
}

/** The page comes last, and no trouble with it touches the results. One of an earlier session would tell lies. */
async function tryPage(summary: Summary, picture: RunPicture, notice: (text: string) => void): Promise<void> {
  try {
    // With what it draws with it takes a moment to load, which a dry run need not spend.
    const { writePage } = await import('../results/report-page/write-page.js');
    await writePage(summary, picture);
  } catch (error) {
    await rm(join(summary.folder, PAGE), { force: true }).catch(() => undefined);
    const why = error instanceof Error ? error.message : String(error);
    notice(
      `${PAGE} cannot be written: ${why}. The results are complete; mend that, then: oath-enroll report ${summary.folder}`,
    );
  }
}

/** A folder without a run in it. */
export const noRun = (folder: string): OathEnrollError =>
  new OathEnrollError('input', `this is no run folder: there is no ${JOURNAL} with a run in it`, {
    file: folder,
  });

/** Path of the journal of a run. @throws OathEnrollError `input` where there is none */
export async function journalIn(folder: string): Promise<string> {
  const path = join(folder, JOURNAL);
  await access(path).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error))) throw noRun(folder);
  });
  return path;
}

/** What a killed process left half written. */
async function removeDrafts(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter(isDraft)) await rm(join(folder, name), { force: true });
}

function unwritable(folder: string, error: unknown): OathEnrollError {
  const why = error instanceof Error ? error.message : String(error);
  return new OathEnrollError(
    'environment',
    `the results cannot be written: ${why}. Nothing is lost; mend that, then: oath-enroll report ${folder}`,
  );
}
