import { rm } from 'node:fs/promises';
import { deadlineMs } from '../../dispatch/queue/deadline.js';
import type { IntakeRow } from '../../intake/row-judge.js';
import type { Obstacle } from '../../model/dry-run.js';
import type { Outcome } from '../../model/outcome.js';
import type { InputHeader } from '../../model/row.js';
import type { RunEvent } from '../../model/run-event.js';
import { ResultFiles } from '../../results/result-csv.js';
import { Tally, writeSummary, type RunFacts } from '../../results/summary.js';
import type { Summary } from '../../model/summary.js';
import type { ToSend } from './forecast.js';
import { makeRunFolder, type RunFolder } from '../session/run-folder.js';

/** Reasons are many where each row has its own: beyond so many kinds they are only counted in the summary. */
const MOST_KINDS = 100;
const MOST_EXAMPLES = 3;

type Growing = Obstacle & { count: number; readonly examples: { line: number; reason: string }[] };

export interface FindingsRequest {
  readonly reports: string;
  readonly runId: string | undefined;
  readonly input: string;
  readonly graceSteps: number;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a dry run finds, row by row in input order: into the files of its folder at once, and added up here. */
export class Findings {
  readonly tally = new Tally();
  #codelessRows = 0;
  readonly #deadlines = new Map<number, number>();
  readonly #obstacles = new Map<string, Growing>();

  private constructor(
    private readonly request: FindingsRequest,
    private readonly folder: RunFolder,
    private readonly files: ResultFiles,
    private readonly startedAtMs: number,
    private readonly observe: (event: RunEvent) => void,
  ) {}

  /** @throws OathEnrollError `usage` or `environment` where the folder cannot be made */
  static async begin(
    request: FindingsRequest,
    header: InputHeader,
    startedAtMs: number,
    observe: (event: RunEvent) => void,
  ): Promise<Findings> {
    const folder = await makeRunFolder(request.reports, request.runId, request.input, startedAtMs);
    return new Findings(request, folder, await ResultFiles.create(folder.path, header), startedAtMs, observe);
  }

  get path(): string {
    return this.folder.path;
  }

  /** Adds a row; a promise is returned only when it has to be waited for. */
  add({ record, row }: IntakeRow, outcome: Outcome): Promise<unknown> | undefined {
    this.tally.add(outcome);
    if (row !== undefined && outcome.status === 'would_enroll') {
      const deadline = deadlineMs(row, this.request.graceSteps);
      // A token that is created first takes a call more.
      if (deadline === Infinity) this.#codelessRows += row.maker === undefined ? 1 : 2;
      else this.#deadlines.set(deadline, (this.#deadlines.get(deadline) ?? 0) + 1);
    }
    if (['failed', 'invalid', 'unresolved'].includes(outcome.status)) this.#count(record.line, outcome);
    this.observe({ type: 'outcome', line: record.line, ...outcome });
    return this.files.add(record, outcome);
  }

  /** The rows that a run would send. */
  get toSend(): ToSend {
    const codes = [...this.#deadlines.values()].reduce((sum, count) => sum + count, 0);
    return { rows: codes + this.#codelessRows, deadlines: this.#deadlines };
  }

  /** What stands in the way, the most frequent first. */
  get obstacles(): readonly Obstacle[] {
    return [...this.#obstacles.values()].sort((a, b) => b.count - a.count);
  }

  /** Puts results and summary in their place. */
  async write(
    facts: Pick<RunFacts, 'calls' | 'refusals' | 'waitedMs' | 'stopped' | 'finishedAtMs'>,
    exitCode: number,
  ): Promise<Summary> {
    await this.files.commit();
    const { runId, path: folder } = this.folder;
    const { startedAtMs } = this;
    const { options } = this.request;
    return writeSummary({ ...facts, runId, folder, startedAtMs, options }, this.tally, exitCode);
  }

  /** Leaves no trace. */
  async discard(): Promise<void> {
    await this.files.discard();
    await rm(this.folder.path, { recursive: true });
  }

  #count(line: number, { status, reason }: Outcome): void {
    const [what = reason] = reason.split(': ', 1);
    const key = `${status} ${what}`;
    const known = this.#obstacles.get(key);
    if (known === undefined) {
      if (this.#obstacles.size < MOST_KINDS)
        this.#obstacles.set(key, { status, what, count: 1, examples: [{ line, reason }] });
      return;
    }
    known.count += 1;
    if (known.examples.length < MOST_EXAMPLES) known.examples.push({ line, reason });
  }
}
