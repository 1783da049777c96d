import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Of the flags of an open file, those that say whether it is written to (open(2): O_WRONLY, O_RDWR). */
const WRITES = 0o3;

/**
 * Which files a process of this machine has open for writing, as far as can be told: on Linux, of the processes that this
 * user may look into; elsewhere of none.
 *
 * @returns absolute paths without symbolic links
 */
export async function writtenFiles(proc = '/proc'): Promise<ReadonlySet<string>> {
  const processes = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name));
  const written = await Promise.all(processes.map((name) => writtenBy(join(proc, name))));
  return new Set(written.flat());
}

async function writtenBy(process: string): Promise<string[]> {
  const numbers = await readdir(join(process, 'fd')).catch(() => []);
  const paths: string[] = [];
  for (const number of numbers) {
    const path = await readlink(join(process, 'fd', number)).catch(() => '');
    if (!/\.csv$/i.test(path)) continue;
    const info = await readFile(join(process, 'fdinfo', number), 'utf8').catch(() => '');
    const flags = parseInt(/^flags:\s*([0-7]+)/m.exec(info)?.[1] ?? '0', 8);
    if ((flags & WRITES) !== 0) paths.push(path);
  }
  return paths;
}
