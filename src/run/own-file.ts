import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { userInfo } from 'node:os';

/** A link is not followed, and a pipe not waited for. Windows has neither flag. */
const AS_IT_IS = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Far more than what is remembered between runs ever has. */
const MOST_BYTES = 512 * 2 ** 20;

/**
 * Whether this user alone can have written a file: what others lay into a shared folder is not believed. On Windows the
 * mode says nothing, and all are.
 */
export function isOwn(stats: Stats): boolean {
  const { uid } = userInfo();
  return stats.isFile() && (uid === -1 || (stats.uid === uid && (stats.mode & 0o022) === 0));
}

/** The text of a file of this user's own; '' where there is none, or it cannot be read. */
export async function readOwn(path: string): Promise<string> {
  return withOwn(path, constants.O_RDONLY, '', async (file, { size }) =>
    size > MOST_BYTES ? '' : file.readFile('utf8'),
  );
}

/** Appends to a file of this user's own, made with mode 0600 where there is none. What stands in its place is left alone. */
export async function appendOwn(path: string, text: string): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
  await withOwn(path, flags, undefined, (file) => file.writeFile(text));
}

async function withOwn<T>(
  path: string,
  flags: number,
  otherwise: T,
  use: (file: FileHandle, stats: Stats) => Promise<T>,
): Promise<T> {
  try {
    const file = await open(path, flags | AS_IT_IS, 0o600);
    try {
      const stats = await file.stat();
      return isOwn(stats) ? await use(file, stats) : otherwise;
    } finally {
      await file.close();
    }
  } catch {
    return otherwise;
  }
}
