import { hash } from 'node:crypto';
import { lstat, readdir } from 'node:fs/promises';
import { join, parse, resolve } from 'node:path';
import { z } from 'zod';
import { Replay } from '../../journal/replay.js';
import { OathEnrollError } from '../../model/errors.js';
import { parseJson } from '../../model/json.js';
import type { Outcome } from '../../model/outcome.js';
import type { Row } from '../../model/row.js';
import type { RunEvent } from '../../model/run-event.js';
import { appendOwn, eachOwnLine, isOwn } from './own-file.js';
import { JOURNAL } from '../../model/run-files.js';

/** What the journals say of enrolled tokens, gathered so that a journal is read once. */
const GATHERED = '.enrolled.jsonl';

/** So much is appended to it at once. */
const APPENDED_CHARS = 2 ** 20;

const enrolledSchema = z.object({
  tenant: z.string(),
  serialNumber: z.string(),
  user: z.string(),
  run: z.string(),
});
type Enrolled = z.infer<typeof enrolledSchema>;

/** The journal of this run was read when it had so many bytes. */
const readSchema = z.object({ run: z.string(), bytes: z.number() });

const lineSchema = z.union([enrolledSchema, readSchema]);
type Line = z.infer<typeof lineSchema>;

/** Which tokens earlier runs of a reports folder enrolled, for whom, in one tenant. */
export class EarlierRuns {
  readonly #runs = new Map<string, string>();
  #lastRun = '';

  private constructor(private readonly tenant: string) {}

  /**
   * Reads the journals of all runs in a reports folder. What cannot be read, was damaged, or could be written by others,
   * tells nothing: such a row is sent again, and Graph says that it is enrolled already.
   *
   * @param runFolder this run's own, in the reports folder: it is left out
   * @param account API root, tenant and app; who enrolled a token in a tenant does not matter, so the app is left out
   */
  static async read(runFolder: string, account: string): Promise<EarlierRuns> {
    // By where it is now: a folder may have been renamed since its run began.
    const { dir: reports, base: thisRun } = parse(resolve(runFolder));
    const path = join(reports, GATHERED);
    const made = await lstat(runFolder);
    const earlier = new EarlierRuns(tenantOf(account));
    const read = new Map<string, number>();
    await eachOwnLine(path, runFolder, (text) => {
      const line = parseLine(text);
      if (line === undefined) return;
      if ('bytes' in line) read.set(line.run, line.bytes);
      else earlier.#remember(line);
    });
    for (const run of await readdir(reports).catch(() => [])) {
      const journal = join(reports, run, JOURNAL);
      const bytes = await lstat(journal).then(
        (stats) => (isOwn(stats, made) ? stats.size : undefined),
        () => undefined,
      );
      if (run === thisRun || bytes === undefined || read.get(run) === bytes) continue;
      // On a line of its own, whatever a kill tore off before it.
      let text = '\n';
      for await (const enrolled of enrolledIn(journal, run)) {
        earlier.#remember(enrolled);
        text += textOf(enrolled);
        if (text.length < APPENDED_CHARS) continue;
        await appendOwn(path, text, runFolder);
        text = '';
      }
      await appendOwn(path, text + textOf({ run, bytes }), runFolder);
    }
    return earlier;
  }

  /** The run that enrolled this row's token for its user, if one did. */
  runThatEnrolled(row: Pick<Row, 'serialNumber' | 'user'>): string | undefined {
    return this.#runs.get(keyOf(row));
  }

  #remember({ tenant, run, ...row }: Enrolled): void {
    if (tenant !== this.tenant) return;
    // One text for all of its rows, however often it was read.
    if (this.#lastRun !== run) this.#lastRun = run;
    this.#runs.set(keyOf(row), this.#lastRun);
  }
}

/** What a run enrolled. Read twice, as its million rows stand before the first of their outcomes. */
async function* enrolledIn(journal: string, run: string): AsyncGenerator<Enrolled> {
  const lines = new Set<number>();
  let tenant = '';
  for await (const event of readable(journal)) {
    if (event.type === 'signed_in') tenant = tenantOf(event.account);
    if (event.type === 'outcome' && isProven(event)) lines.add(event.line);
  }
  if (lines.size === 0) return;
  for await (const event of readable(journal)) {
    if (event.type !== 'row' || !lines.delete(event.line)) continue;
    yield { tenant, serialNumber: event.serialNumber, user: event.user, run };
    if (lines.size === 0) return;
  }
}

/** The events of a journal, up to where it is damaged. */
async function* readable(journal: string): AsyncGenerator<RunEvent> {
  try {
    yield* new Replay(journal);
  } catch (error) {
    if (!(error instanceof OathEnrollError)) throw error;
  }
}

/** Graph said so to this run itself: what it skipped was enrolled by the run that its reason names. */
const isProven = ({ status, attempts }: Outcome): boolean =>
  status === 'enrolled' || (status === 'already_enrolled' && attempts > 0);

const parseLine = (text: string): Line | undefined => lineSchema.safeParse(parseJson(text)).data;

const textOf = (line: Line): string => `${JSON.stringify(line)}\n`;

/** API root and tenant of an account, without the app. */
export const tenantOf = (account: string): string => account.slice(0, account.lastIndexOf('/'));

/** A digest, as a million texts take 100 MB more. That two of a million are alike has a chance of 1 in 10^17. */
const keyOf = ({ serialNumber, user }: Pick<Row, 'serialNumber' | 'user'>): string =>
  hash('sha256', JSON.stringify([serialNumber.toLowerCase(), user.toLowerCase()]), 'binary').slice(0, 12);
