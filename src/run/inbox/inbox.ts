import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../model/clock.js';
import { OathEnrollError, systemCode } from '../../model/errors.js';
import type { InputFile } from '../../model/run-event.js';
import { writtenFiles } from './held-open.js';

/** A file that does not change for so long, and that nobody writes to, is complete. */
export const SETTLED_AFTER_MS = 3000;

export interface Inbox {
  /** Files that are complete, the oldest first. */
  readonly settled: readonly InputFile[];
  /** Names of those that are not. */
  readonly growing: readonly string[];
}

/**
 * Which CSV files of a folder are complete. Hidden and temporary files, folders and symbolic links are none of ours.
 *
 * @param isWritten which files are open for writing
 * @throws OathEnrollError `usage` where there is no such folder; `environment` where it cannot be read
 */
export async function readInbox(folder: string, clock: Clock, isWritten = writtenFiles): Promise<Inbox> {
  const before = await csvFiles(folder);
  if (before.size === 0) return { settled: [], growing: [] };
  await new Promise<void>((resolve) => clock.at(clock.elapsed() + SETTLED_AFTER_MS, resolve));
  const [after, written] = [await csvFiles(folder), await isWritten()];
  const settled: InputFile[] = [];
  const growing: string[] = [];
  for (const [name, now] of after) {
    const then = before.get(name);
    const isSame = then?.bytes === now.bytes && then.modifiedAtMs === now.modifiedAtMs;
    if (isSame && !written.has(now.path)) settled.push(now);
    else growing.push(name);
  }
  settled.sort((a, b) => a.modifiedAtMs - b.modifiedAtMs || (a.path < b.path ? -1 : 1));
  return { settled, growing };
}

/** What became of a file of the inbox since it was found there: two runs may look into it at the same time. */
export async function becameOf({
  path,
  bytes,
  modifiedAtMs,
}: InputFile): Promise<'unchanged' | 'changed' | 'gone'> {
  const now = await lstat(path).catch(() => undefined);
  if (now === undefined) return 'gone';
  return now.size === bytes && now.mtimeMs === modifiedAtMs ? 'unchanged' : 'changed';
}

async function csvFiles(folder: string): Promise<Map<string, InputFile>> {
  const files = new Map<string, InputFile>();
  const root = await realpath(folder).catch((error: unknown) => {
    throw unusable(folder, error);
  });
  const names = await readdir(root).catch((error: unknown) => {
    throw unusable(folder, error);
  });
  for (const name of names.filter(isCsv)) {
    const path = join(root, name);
    const stats = await lstat(path).catch(() => undefined);
    if (stats?.isFile() === true) files.set(name, { path, bytes: stats.size, modifiedAtMs: stats.mtimeMs });
  }
  return files;
}

/** Programs write `.x.csv.part`, `.~lock.x.csv#` or `~$x.csv` beside a file that they have open or fetch. */
const isCsv = (name: string): boolean => /\.csv$/i.test(name) && !/^[.~]/.test(name);

function unusable(folder: string, error: unknown): OathEnrollError {
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new OathEnrollError('usage', `--inbox: there is no folder ${folder}`);
  }
  return new OathEnrollError('environment', `the inbox ${folder} cannot be read (${code})`);
}
