import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RunEvent } from '../model/run-event.js';
import { systemDisk, type Disk, type JournalFile } from './disk.js';
import { diskError } from './journal-error.js';
import { encodeLine } from './journal-line.js';

/** Characters that may gather before {@link Journal.drained} holds the writer back. */
const HIGH_WATER = 4 * 2 ** 20;

/**
 * What happened in a run, one line per event, only ever appended to. Events gather while a batch is on its way to
 * the disk and then go together, so that many waiters share one sync.
 *
 * Once the disk has failed, nothing more is written: a later line would hide the damage, and a sync after a failed
 * one may succeed without the lost pages (fsync(2)). Every waiter and every later call gets the same
 * OathEnrollError `journal`.
 */
export class Journal {
  readonly #path: string;
  readonly #file: JournalFile;
  /** The batch that gathers now, and its size in characters. */
  #lines: string[] = [];
  #gathered = 0;
  /** The newest batch. It settles after all before it, and rejects if one of them did. */
  #newest = Promise.resolve();
  /** Why nothing is written any more. */
  #refusal: Error | undefined;
  #closed: Promise<void> | undefined;

  private constructor(path: string, file: JournalFile) {
    this.#path = path;
    this.#file = file;
  }

  /** Begins a journal, mode 0600. Rejects with OathEnrollError `journal` where the path is taken. */
  static async create(path: string, disk: Disk = systemDisk): Promise<Journal> {
    try {
      return new Journal(path, await disk.create(path));
    } catch (cause) {
      throw diskError(path, 'created', cause);
    }
  }

  /** Goes on with a journal after its first `validBytes` bytes, as a replay found them; a torn tail is cut off. */
  static async append(path: string, validBytes: number, disk: Disk = systemDisk): Promise<Journal> {
    try {
      return new Journal(path, await disk.reopen(path, validBytes));
    } catch (cause) {
      throw diskError(path, 'continued', cause);
    }
  }

  /**
   * Takes an event, after all those before it. It is on disk once a {@link synced} called later resolves. Throws
   * OathEnrollError `journal` if the disk has failed.
   */
  write(event: RunEvent): void {
    if (this.#refusal !== undefined) throw this.#refusal;
    const line = encodeLine(event);
    if (this.#lines.push(line) === 1) this.#startBatch();
    this.#gathered += line.length;
  }

  /** Resolves once everything written so far is on disk: what a call to Graph waits for. */
  synced(): Promise<void> {
    return this.#newest;
  }

  /**
   * Back-pressure for whoever writes much at once: resolves at once while little is waiting, else when the disk
   * has caught up. Awaited after every write, or every few thousand, it bounds the memory used.
   */
  drained(): Promise<void> {
    const hasRoom = this.#gathered < HIGH_WATER && this.#refusal === undefined;
    return hasRoom ? Promise.resolve() : this.#newest;
  }

  /** Syncs what was written and closes the file. Rejects if not all of it reached the disk. */
  close(): Promise<void> {
    this.#refusal ??= new Error('The journal is closed.');
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  #startBatch(): void {
    // The turn between two batches lets everyone whom the last sync woke write into this one.
    this.#newest = this.#newest.then(() => nextTurn()).then(() => this.#flush());
    // Those who wait are told; if nobody does, the next write throws.
    this.#newest.catch(() => undefined);
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#lines.join(''));
    this.#lines = [];
    this.#gathered = 0;
    try {
      const taken = await this.#file.append(bytes);
      if (taken < bytes.length) throw new Error(`the disk took ${taken} of ${bytes.length} bytes`);
      await this.#file.sync();
    } catch (cause) {
      this.#refusal = diskError(this.#path, 'written', cause);
      throw this.#refusal;
    }
  }

  async #finish(): Promise<void> {
    try {
      await this.#newest;
    } finally {
      await this.#file.close().catch((cause: unknown) => {
        throw diskError(this.#path, 'closed', cause);
      });
    }
  }
}
