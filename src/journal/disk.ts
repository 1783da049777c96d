import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../model/errors.js';
import { NO_LINK } from '../model/open-flags.js';

/** An open journal, as the disk sees it. Each call waits for the one before; errors are Node's own. */
export interface JournalFile {
  /** Writes at the end; resolves with the number of bytes taken, fewer than given where the disk is full. */
  append(bytes: Uint8Array): Promise<number>;
  /** Resolves once every byte taken so far would survive a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The file operations that a journal needs: a port, so that tests can make the disk fail, cut short and dawdle. */
export interface Disk {
  /** A new, empty file that its owner alone may read. Fails with EEXIST where the path is taken. */
  create(path: string): Promise<JournalFile>;
  /** An existing file, cut to its first `validBytes` bytes, which are on disk when this resolves. */
  reopen(path: string, validBytes: number): Promise<JournalFile>;
}

/** The machine's own disk. */
export const systemDisk: Disk = {
  async create(path) {
    const handle = await open(path, 'ax', 0o600);
    try {
      await syncFolder(dirname(path));
    } catch (error) {
      await handle.close();
      throw error;
    }
    return journalFile(handle);
  },

  async reopen(path, validBytes) {
    const handle = await open(path, constants.O_RDWR | NO_LINK);
    try {
      const { size } = await handle.stat();
      if (size < validBytes) throw new Error(`it has ${size} bytes, fewer than the ${validBytes} just read`);
      await handle.truncate(validBytes);
      // What a killed run wrote but did not sync is about to be relied on: it must be on disk as well.
      await handle.sync();
    } finally {
      await handle.close();
    }
    return journalFile(await open(path, constants.O_WRONLY | constants.O_APPEND | NO_LINK));
  },
};

function journalFile(handle: FileHandle): JournalFile {
  return {
    append: async (bytes) => (await handle.write(bytes)).bytesWritten,
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

/** A new file's name survives a power cut only once its folder is synced too (fsync(2)). */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(folder, 'r');
  } catch {
    return; // Windows opens no folders, and needs no such sync.
  }
  try {
    await handle.sync();
  } catch (error) {
    // File systems that cannot sync a folder say so with one of these.
    if (!['EINVAL', 'EPERM', 'ENOTSUP'].includes(systemCode(error))) throw error;
  } finally {
    await handle.close();
  }
}
