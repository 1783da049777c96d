import { randomUUID } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Chunks are gathered to about this many characters before they are written. */
const CHUNK_LENGTH = 1 << 16;

/**
 * A file that appears whole or not at all: written beside its place with mode 0600, synced, then renamed. It takes
 * its text in pieces, so that a million rows need not be in memory at once.
 */
export class WholeFile {
  #waiting = '';

  private constructor(
    private readonly path: string,
    private readonly draft: string,
    private readonly file: FileHandle,
  ) {}

  /** @param draftsIn a folder on the same disk, where what a killed process leaves is cleared away */
  static async create(path: string, draftsIn = dirname(path)): Promise<WholeFile> {
    const draft = join(draftsIn, `${basename(path)}.${randomUUID()}.tmp`);
    return new WholeFile(path, draft, await open(draft, 'wx', 0o600));
  }

  /** Appends text; a promise is returned only when it has to be waited for. */
  write(text: string): Promise<void> | undefined {
    this.#waiting += text;
    return this.#waiting.length < CHUNK_LENGTH ? undefined : this.#flush();
  }

  /** Puts the file in its place. */
  async commit(): Promise<void> {
    try {
      await this.#flush();
      await this.file.sync();
      await this.file.close();
      await rename(this.draft, this.path);
    } catch (error) {
      await this.discard();
      throw error;
    }
    await syncFolder(dirname(this.path));
  }

  /** Leaves no trace. */
  async discard(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await rm(this.draft, { force: true });
  }

  async #flush(): Promise<void> {
    const text = this.#waiting;
    this.#waiting = '';
    await this.file.writeFile(text);
  }
}

/** Writes a short file in one go, whole or not at all. */
export async function writeWhole(path: string, text: string, draftsIn?: string): Promise<void> {
  const file = await WholeFile.create(path, draftsIn);
  await file.write(text);
  await file.commit();
}

/** The rename itself must outlive a power cut. Windows cannot sync a folder, and need not. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** Whether a file is one that did not get as far as to be put in its place. */
export const isDraft = (name: string): boolean => /\.[0-9a-f-]{36}\.tmp$/.test(name);
