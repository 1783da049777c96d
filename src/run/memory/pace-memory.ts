import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hintSchema } from '../../dispatch/pace/adaptive/hint.js';
import { systemCode } from '../../model/errors.js';
import { parseJson } from '../../model/json.js';
import { writeWhole } from '../../results/whole-file.js';
import { readOwn } from './own-file.js';

/** What was learned longer ago than this is forgotten: limits change, and other programs come and go. */
const REMEMBERED_MS = 14 * 24 * 3_600_000;

const paceSchema = z.object({
  learnedAtMs: z.number(),
  hint: hintSchema.optional(),
  /** Wall time until which Graph asked not to be called. */
  closedUntilMs: z.number().optional(),
});

/** What is known of the limits of an account. */
export type Pace = Omit<z.infer<typeof paceSchema>, 'learnedAtMs'>;

const memorySchema = z.object({ version: z.literal(1), paces: z.record(z.string(), paceSchema) });

/**
 * What earlier runs learned of Graph's limits, by API root, tenant and app, in a file of the reports folder. It is a
 * hint and no more: a file that cannot be read, or that somebody else could write, is as good as none.
 */
export class PaceMemory {
  readonly #path: string;

  /** @param runFolder where a new memory is made ready: the drafts of a killed run go with its next report */
  constructor(
    private readonly reports: string,
    private readonly runFolder: string,
    private readonly now: () => number,
  ) {
    this.#path = join(reports, '.pace.json');
  }

  async recall(key: string): Promise<Pace> {
    return (await this.#read()).get(key) ?? {};
  }

  /** Keeps what was learned, where there is room for it: a full disk must not cost the run its results. */
  async keep(key: string, pace: Pace): Promise<void> {
    const known = await this.#read();
    const paces = Object.fromEntries(known.set(key, { learnedAtMs: this.now(), ...pace }));
    const text = `${JSON.stringify({ version: 1, paces }, null, 2)}\n`;
    try {
      await mkdir(this.reports, { recursive: true, mode: 0o700 });
      await writeWhole(this.#path, text, this.runFolder);
    } catch (error) {
      if (systemCode(error) === '') throw error;
    }
  }

  async #read(): Promise<Map<string, z.infer<typeof paceSchema>>> {
    const text = await readOwn(this.#path, this.runFolder);
    const parsed = memorySchema.safeParse(parseJson(text));
    const paces = Object.entries(parsed.data?.paces ?? {});
    return new Map(paces.filter(([, { learnedAtMs }]) => this.now() - learnedAtMs <= REMEMBERED_MS));
  }
}
