import { constants } from 'node:fs';
import { access, copyFile, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemCode } from '../../model/errors.js';
import type { InputFile } from '../../model/run-event.js';
import { AS_IT_IS } from '../../model/open-flags.js';
import { PAGE, RECOLLECT, RESULTS, SUMMARY } from '../../model/run-files.js';
import { writeWhole } from '../../results/whole-file.js';
import { runHeader } from '../session/run-so-far.js';

/** In a run's folder: where its input was moved to. */
const MOVED = 'moved.json';

/** What of a run's folder is laid beside its input. */
const LAID_BESIDE = [RESULTS, RECOLLECT, SUMMARY, PAGE];

/** What a run left behind, or why there was none. */
export type Ending =
  | { readonly run: string; readonly hasRecollection: boolean }
  | { readonly refusal: string; readonly id: string };

/**
 * Moves an input, and lays the results of its run beside it.
 *
 * @param into `done` or `attention` of the inbox: the input gets a folder of its own there
 * @returns that folder; undefined where the input is gone, as another process has put it away
 * @throws Node's own error where that cannot be done: the input then stays, or is there in both places
 */
export async function putAway(file: InputFile, into: string, ending: Ending): Promise<string | undefined> {
  await mkdir(into, { recursive: true, mode: 0o700 });
  // Whoever may write into the inbox must not lead codes and results elsewhere.
  if (!(await lstat(into)).isDirectory()) throw Object.assign(new Error('it is a link'), { code: 'ELOOP' });
  const folder = await newFolder(join(into, 'run' in ending ? basename(ending.run) : ending.id));
  const target = join(folder, basename(file.path));
  if (!(await move(file.path, target))) {
    await rm(folder, { recursive: true });
    return undefined;
  }
  if ('refusal' in ending) {
    await writeWhole(join(folder, 'refused.txt'), `${ending.refusal}\n`);
    return folder;
  }
  for (const name of LAID_BESIDE) {
    if (name === RECOLLECT && !ending.hasRecollection) continue;
    const from = join(ending.run, name);
    if (await isThere(from)) await copyFile(from, join(folder, name), constants.COPYFILE_EXCL);
  }
  await writeWhole(join(ending.run, MOVED), `${JSON.stringify({ to: target })}\n`);
  return folder;
}

/**
 * The run folder of a run of this very file that was not put away yet, as it ended early, or its process did: the newest.
 */
export async function runOf(file: InputFile, reports: string): Promise<string | undefined> {
  let newest: { readonly folder: string; readonly startedAtMs: number } | undefined;
  for (const name of await readdir(reports).catch(() => [])) {
    const folder = join(reports, name);
    const header = await runHeader(folder).catch(() => undefined);
    if (header?.file?.path !== file.path || header.file.bytes !== file.bytes) continue;
    if (header.file.modifiedAtMs !== file.modifiedAtMs || (await isThere(join(folder, MOVED)))) continue;
    if (newest === undefined || header.startedAtMs > newest.startedAtMs) {
      newest = { folder, startedAtMs: header.startedAtMs };
    }
  }
  return newest?.folder;
}

/** A folder that was not there before. */
async function newFolder(path: string): Promise<string> {
  for (let again = 1; ; again += 1) {
    const folder = again === 1 ? path : `${path}-${again}`;
    try {
      await mkdir(folder, { mode: 0o700 });
      return folder;
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
  }
}

/** Returns false where there is nothing to move. A target on another disk gets a copy, which is synced before the file goes. */
async function move(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' && !(await isThere(from))) return false;
    if (systemCode(error) !== 'EXDEV') throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL);
    const copy = await open(to, 'r+');
    await copy.sync();
    await copy.close();
    await rm(from);
  }
  // It holds codes, or seeds. A link that was laid in its place since it was run is left as it is.
  const file = await open(to, constants.O_RDONLY | AS_IT_IS).catch(() => undefined);
  await file?.chmod(0o600);
  await file?.close();
  return true;
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
