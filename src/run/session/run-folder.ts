import { mkdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { OathEnrollError, systemCode } from '../../model/errors.js';

/** What a run id may be: a plain folder name on every system, so that it cannot lead anywhere else. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export interface RunFolder {
  readonly runId: string;
  /** Path of the folder, below the reports folder. */
  readonly path: string;
}

/**
 * Makes the folder of a new run, readable by its owner alone.
 *
 * @param runId chosen by the user; left out, it is UTC time and input name
 * @param inUse given the path of a folder that is there already; rejects where a run goes on in it
 * @throws OathEnrollError `usage` for an id that is no folder name or is taken
 */
export async function makeRunFolder(
  reports: string,
  runId: string | undefined,
  input: string,
  nowMs: number,
  inUse: (path: string) => Promise<void> = () => Promise.resolve(),
): Promise<RunFolder> {
  if (runId !== undefined && !RUN_ID.test(runId)) {
    throw new OathEnrollError(
      'usage',
      `--run-id takes letters, digits, ".", "_" and "-", not ${JSON.stringify(runId)}`,
    );
  }
  try {
    await mkdir(reports, { recursive: true, mode: 0o700 });
    for (let again = 1; ; again += 1) {
      const id = runId ?? defaultRunId(input, nowMs, again);
      const path = join(reports, id);
      try {
        await mkdir(path, { mode: 0o700 });
        return { runId: id, path };
      } catch (error) {
        if (systemCode(error) !== 'EEXIST') throw error;
        if (runId !== undefined) {
          await inUse(path);
          throw new OathEnrollError(
            'usage',
            `the run folder ${path} exists already: choose another --run-id, or go on with that run by "oath-enroll resume"`,
          );
        }
      }
    }
  } catch (error) {
    if (error instanceof OathEnrollError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    // A file where the folder should be is a slip on the command line; a full or locked disk is none.
    const isSlip = /EEXIST|ENOTDIR/.test(systemCode(error));
    throw new OathEnrollError(
      isSlip ? 'usage' : 'environment',
      `cannot make a run folder in ${reports}: ${why}`,
    );
  }
}

function defaultRunId(input: string, nowMs: number, again: number): string {
  const time = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '-');
  const name = input === '-' ? 'stdin' : basename(input, extname(input)).replace(/[^A-Za-z0-9._-]+/g, '-');
  return `${time}Z-${name.slice(0, 60)}${again === 1 ? '' : `-${again}`}`;
}
