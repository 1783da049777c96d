import { OathEnrollError } from '../model/errors.js';
import { enroll as enrollRun } from '../run/enroll.js';
import { resume as resumeRun } from '../run/resume.js';
import { runHeader } from '../run/session/run-so-far.js';
import { withListeners } from './listeners.js';
import { onGraph } from './on-graph.js';
import { fromRecord, type EnrollOptions, type RunSettings } from './options.js';
import { resultOf, type EnrollResult } from './result.js';
import { sourceOf, type EnrollInput } from './rows.js';

/**
 * Assigns and activates each token of an input in Microsoft Entra ID, as `oath-enroll run` does; with `import: 'only'` puts
 * them into the tenant's inventory. A row that fails is no error: see the verdict.
 *
 * @throws {OathEnrollError} `usage` for options or a run folder that cannot be; `input` for an unusable input, before any
 *   call; `host` for a Graph URL that no token may go to; `locked` while another run holds the input or the folder;
 *   `environment` where the folder cannot be made or the results cannot be written; `journal` where the disk fails, resumable;
 *   `interrupted` where `signal` came before the first row. And what a listener throws: the run then ends in good order.
 */
export function enroll(input: EnrollInput, options: EnrollOptions = {}): Promise<EnrollResult> {
  return withListeners(options, async (heard) => {
    const run = onGraph(sourceOf(input), heard);
    return resultOf(await enrollRun(...run));
  });
}

/**
 * Finishes a run that was killed, interrupted or stopped, with the options that it was started with, save those that are
 * given. Outcomes that stand are kept, a call without an answer is looked up, the rest is sent while it lives.
 *
 * @param folder the run's folder. A credential of the caller's own is in no journal: give it again
 * @throws {OathEnrollError} `input` where the folder holds no run, or its input was changed; `journal` for a damaged
 *   journal; and as {@link enroll}
 */
export function resume(folder: string, options: EnrollOptions = {}): Promise<EnrollResult> {
  return withListeners(options, async (heard) => {
    const { input, settings } = await startedWith(folder);
    const { auth, ...started } = settings;
    const given = Object.entries(heard).filter(([, value]) => value !== undefined);
    const all = { ...started, ...(auth !== 'own' && { auth }), ...Object.fromEntries(given) };
    const source = input === '-' ? { ...sourceOf([]), input } : sourceOf(input);
    return resultOf(await resumeRun(folder, ...onGraph(source, all)));
  });
}

/**
 * What a run was started with.
 *
 * @throws OathEnrollError `input` where the folder holds no run that this version can go on with; `journal` for a
 *   damaged journal
 */
export async function startedWith(
  folder: string,
): Promise<{ readonly input: string; readonly settings: RunSettings }> {
  const { input, options } = await runHeader(folder);
  const settings = fromRecord(options);
  if (settings !== undefined) return { input, settings };
  throw new OathEnrollError('input', 'it was started by another version of oath-enroll: use that one', {
    file: folder,
  });
}
