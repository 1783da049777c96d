import files, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { ownFolder } from './own-folder.js';

/** Which writes the disk refuses: from the first that matches, all to files of that name. */
export interface BadDisk {
  /** Of the file's path. */
  readonly file: RegExp;
  /** Of what is written; any unless told. */
  readonly from?: RegExp;
  readonly code?: 'ENOSPC' | 'EACCES' | 'EROFS' | 'EDQUOT';
}

const disks = new Map<string, BadDisk>();

/** Makes the disk refuse writes to what the program does in a folder, in this very process, for as long as an act takes. */
export async function onBadDisk<T>(folder: string, disk: BadDisk, act: () => Promise<T>): Promise<T> {
  disks.set(folder, disk);
  try {
    return await act();
  } finally {
    disks.delete(folder);
  }
}

function spoil(handle: FileHandle, { from = /^/, code = 'ENOSPC' }: BadDisk): void {
  let isBad = false;
  const api = handle as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  for (const name of ['write', 'writeFile']) {
    const write = api[name]!.bind(handle);
    api[name] = async (data, ...more) => {
      isBad ||= from.test(String(data));
      if (isBad) throw Object.assign(new Error(`${code}: no luck with this disk`), { code });
      return write(data, ...more);
    };
  }
}

const { open } = files;
files.open = async (path, ...rest) => {
  const handle = await open(path, ...rest);
  const disk = disks.get(ownFolder());
  if (disk?.file.test(String(path))) spoil(handle, disk);
  return handle;
};
syncBuiltinESMExports();
