import { readdir, readlink } from 'node:fs/promises';

/** Files and folders at or under a path that this process has open: what is never closed runs out one day. */
export async function openIn(folder: string): Promise<string[]> {
  const open = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return open.filter((path) => path.startsWith(folder));
}
