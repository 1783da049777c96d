import type { Disk, JournalFile } from '../../src/journal/disk.js';

type Step = 'create' | 'reopen' | 'append' | 'sync' | 'close';

/** A disk in memory that knows what would survive a power cut, and on which a test may fail or delay any step. */
export class FakeDisk implements Disk {
  readonly steps: Step[] = [];
  readonly appendedBytes: number[] = [];
  #written = '';
  #durable = '';

  /** `before` runs as each step begins; `takes` says how many of the given bytes an append takes. */
  constructor(
    private readonly before: (step: Step, nth: number) => void | Promise<void> = () => undefined,
    private readonly takes: (bytes: number, nth: number) => number = (bytes) => bytes,
  ) {}

  /** What would survive a power cut now. */
  get durable(): string {
    return this.#durable;
  }

  count(step: Step): number {
    return this.steps.filter((one) => one === step).length;
  }

  async create(): Promise<JournalFile> {
    await this.#begin('create');
    return this.#file();
  }

  async reopen(): Promise<JournalFile> {
    await this.#begin('reopen');
    return this.#file();
  }

  async #begin(step: Step): Promise<void> {
    this.steps.push(step);
    await this.before(step, this.count(step));
  }

  #file(): JournalFile {
    return {
      append: async (bytes) => {
        this.appendedBytes.push(bytes.length);
        await this.#begin('append');
        const taken = this.takes(bytes.length, this.count('append'));
        this.#written += Buffer.from(bytes.subarray(0, taken)).toString('utf8');
        return taken;
      },
      sync: async () => {
        const covered = this.#written;
        await this.#begin('sync');
        this.#durable = covered;
      },
      close: () => this.#begin('close'),
    };
  }
}

export function errno(code: string): Error {
  return Object.assign(new Error(`${code}: no luck`), { code });
}
