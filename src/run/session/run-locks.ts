import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunLock, type Holder } from '../../journal/run-lock.js';
import type { Clock } from '../../model/clock.js';
import { OathEnrollError, systemCode } from '../../model/errors.js';
import { unreadable } from '../unreadable.js';

export interface LockPorts {
  readonly clock: Clock;
  readonly notice: (text: string) => void;
  /** Who this process is, for whoever finds what it locked. */
  readonly self: Pick<Holder, 'process' | 'host' | 'space'>;
  /** Whether a process of this machine runs. */
  readonly isRunning: (process: number) => boolean;
}

/** What one run holds against all others: its input and its folder. */
export class RunLocks {
  readonly #held: RunLock[] = [];
  readonly #holder: Holder;

  /** @param task the run, in words */
  constructor(
    task: string,
    private readonly ports: LockPorts,
  ) {
    this.#holder = { task, ...ports.self, since: new Date(ports.clock.now()).toISOString() };
  }

  /** Rejects with OathEnrollError `locked` should another process take one of them over. Never resolves. */
  get lost(): Promise<never> {
    return Promise.race(this.#held.map((lock) => lock.lost));
  }

  /** Undefined while all are surely held; see {@link RunLock.confirming}. */
  readonly confirming = (): Promise<void> | undefined => {
    for (const lock of this.#held) {
      const confirming = lock.confirming();
      if (confirming !== undefined) return confirming;
    }
    return undefined;
  };

  /** @throws OathEnrollError `locked` where another run holds it; `environment` where it cannot be locked */
  async takeFolder(path: string): Promise<void> {
    await this.#take(`the run folder ${path}`, join(path, '.lock'));
  }

  /**
   * The lock lies beside the input, for other machines to see; in the system's own folder where that is read-only.
   *
   * @throws as {@link takeFolder}
   */
  async takeInput(input: string): Promise<void> {
    const path = await realpath(input).catch((error: unknown) => {
      throw unreadable(input, error);
    });
    try {
      await this.#take(input, `${path}.lock`);
    } catch (error) {
      const { cause } = error as Error;
      if (!['EACCES', 'EPERM', 'EROFS'].includes(systemCode(cause))) throw error;
      const name = createHash('sha256').update(path).digest('hex').slice(0, 32);
      await this.#take(input, join(tmpdir(), `oath-enroll-${name}.lock`));
    }
  }

  async release(): Promise<void> {
    await Promise.all(this.#held.map((lock) => lock.release()));
  }

  async #take(what: string, path: string): Promise<void> {
    const { clock, isRunning, notice } = this.ports;
    const request = { what, path, holder: this.#holder, clock, isRunning, onWait: notice };
    try {
      this.#held.push(await RunLock.take(request));
    } catch (cause) {
      throw systemCode(cause) === '' ? cause : unlockable(what, cause as Error);
    }
  }
}

function unlockable(what: string, cause: Error): OathEnrollError {
  const error = new OathEnrollError('environment', `${what} cannot be locked: ${cause.message}`);
  error.cause = cause;
  return error;
}
