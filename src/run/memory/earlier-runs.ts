import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Replay } from '../../journal/replay.js';
import { OathEnrollError } from '../../model/errors.js';
import { parseJson } from '../../model/json.js';
import type { Outcome } from '../../model/outcome.js';
import type { Row } from '../../model/row.js';
import { appendOwn, isOwn, readOwn } from './own-file.js';
import { JOURNAL } from '../../model/run-files.js';

/** What the journals say of enrolled tokens, gathered so that a journal is read once. */
const GATHERED = '.enrolled.jsonl';

const lineSchema = z.union([
  z.object({ tenant: z.string(), serialNumber: z.string(), user: z.string(), run: z.string() }),
  /** The journal of this run was read when it had so many bytes. */
  z.object({ run: z.string(), bytes: z.number() }),
]);
type Line = z.infer<typeof lineSchema>;

/** Which tokens earlier runs of a reports folder enrolled, for whom, in one tenant. */
export class EarlierRuns {
  readonly #runs = new Map<string, string>();

  /**
   * Reads the journals of all runs in a reports folder. What cannot be read, was damaged, or could be written by others,
   * tells nothing: such a row is sent again, and Graph says that it is enrolled already.
   *
   * @param thisRun has its folder already, and is left out
   * @param account API root, tenant and app; who enrolled a token in a tenant does not matter, so the app is left out
   */
  static async read(reports: string, thisRun: string, account: string): Promise<EarlierRuns> {
    const path = join(reports, GATHERED);
    const runFolder = join(reports, thisRun);
    const made = await lstat(runFolder);
    const known = await readOwn(path, runFolder);
    const gathered = known.split('\n').flatMap(parseLine);
    const read = new Map(gathered.flatMap((line) => ('bytes' in line ? [[line.run, line.bytes]] : [])));
    const added: Line[] = [];
    for (const run of await readdir(reports).catch(() => [])) {
      const journal = join(reports, run, JOURNAL);
      const bytes = await lstat(journal).then(
        (stats) => (isOwn(stats, made) ? stats.size : undefined),
        () => undefined,
      );
      if (run === thisRun || bytes === undefined || read.get(run) === bytes) continue;
      added.push(...(await enrolledIn(journal, run)), { run, bytes });
    }
    if (added.length > 0) {
      const text = added.map((line) => `${JSON.stringify(line)}\n`).join('');
      // What a kill tore off would swallow the line behind it.
      const isTorn = known !== '' && !known.endsWith('\n');
      await appendOwn(path, isTorn ? `\n${text}` : text, runFolder);
    }
    const earlier = new EarlierRuns();
    const tenant = tenantOf(account);
    for (const line of [...gathered, ...added]) {
      if ('tenant' in line && line.tenant === tenant) earlier.#runs.set(keyOf(line), line.run);
    }
    return earlier;
  }

  /** The run that enrolled this row's token for its user, if one did. */
  runThatEnrolled(row: Pick<Row, 'serialNumber' | 'user'>): string | undefined {
    return this.#runs.get(keyOf(row));
  }
}

async function enrolledIn(journal: string, run: string): Promise<Line[]> {
  const rows = new Map<number, { serialNumber: string; user: string }>();
  const enrolled: Line[] = [];
  let tenant = '';
  try {
    for await (const event of new Replay(journal)) {
      if (event.type === 'row') rows.set(event.line, { serialNumber: event.serialNumber, user: event.user });
      if (event.type === 'signed_in') tenant = tenantOf(event.account);
      if (event.type !== 'outcome') continue;
      const row = rows.get(event.line);
      if (row === undefined || !isProven(event)) continue;
      rows.delete(event.line);
      enrolled.push({ tenant, ...row, run });
    }
  } catch (error) {
    if (!(error instanceof OathEnrollError)) throw error;
  }
  return enrolled;
}

/** Graph said so to this run itself: what it skipped was enrolled by the run that its reason names. */
const isProven = ({ status, attempts }: Outcome): boolean =>
  status === 'enrolled' || (status === 'already_enrolled' && attempts > 0);

function parseLine(text: string): Line[] {
  const { data } = lineSchema.safeParse(parseJson(text));
  return data === undefined ? [] : [data];
}

/** API root and tenant of an account, without the app. */
export const tenantOf = (account: string): string => account.slice(0, account.lastIndexOf('/'));

const keyOf = ({ serialNumber, user }: Pick<Row, 'serialNumber' | 'user'>): string =>
  JSON.stringify([serialNumber.toLowerCase(), user.toLowerCase()]);
