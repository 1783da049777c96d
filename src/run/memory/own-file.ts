import { constants, type Stats } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import { AS_IT_IS } from '../../model/open-flags.js';

/** Far more than what is remembered between runs ever has. */
const MOST_BYTES = 512 * 2 ** 20;

/** Write permission of the file's group and of everybody else (chmod(2)). */
const WRITTEN_BY_OTHERS = 0o022;

/**
 * Whether this user alone can have written a file: what others lay into a shared folder is not believed. It is measured
 * by something that this run has made, for many a file system has owners and modes of its own (Windows, network shares,
 * `/mnt/c` of WSL): there everything looks alike, and all is believed.
 *
 * @param made the status of what this run has made, such as its folder
 */
export const isOwn = (stats: Stats, made: Stats): boolean =>
  stats.isFile() && stats.uid === made.uid && (stats.mode & WRITTEN_BY_OTHERS & ~made.mode) === 0;

/** The text of a file of one's own; '' where there is none, or it cannot be read. */
export async function readOwn(path: string, runFolder: string): Promise<string> {
  return withOwn(path, runFolder, constants.O_RDONLY, '', async (file, { size }) =>
    size > MOST_BYTES ? '' : file.readFile('utf8'),
  );
}

/** Gives the lines of a file of one's own, one after the other; none where there is none, or it cannot be read. */
export async function eachOwnLine(
  path: string,
  runFolder: string,
  see: (line: string) => void,
): Promise<void> {
  await withOwn(path, runFolder, constants.O_RDONLY, undefined, async (file) => {
    for await (const line of file.readLines({ autoClose: false })) see(line);
  });
}

/** Appends to a file of one's own, made with mode 0600 where there is none. What stands in its place is left alone. */
export async function appendOwn(path: string, text: string, runFolder: string): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
  await withOwn(path, runFolder, flags, undefined, (file) => file.writeFile(text));
}

async function withOwn<T>(
  path: string,
  runFolder: string,
  flags: number,
  otherwise: T,
  use: (file: FileHandle, stats: Stats) => Promise<T>,
): Promise<T> {
  try {
    const file = await open(path, flags | AS_IT_IS, 0o600);
    try {
      const stats = await file.stat();
      return isOwn(stats, await lstat(runFolder)) ? await use(file, stats) : otherwise;
    } finally {
      await file.close();
    }
  } catch {
    return otherwise;
  }
}
