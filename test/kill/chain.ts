import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Emulator } from '../../src/emulator/index.js';
import { Desk, toCsv } from '../support/desk.js';
import type { RunFolder } from '../support/run-folder.js';
import { fastNow } from './fast-time.js';
import type { KillPoint } from './preload.js';
import type { Preload } from './preloaded.js';
import { graphOf, GRACE_STEPS, LATENCY_MS, rollout, type ScenarioName } from './scenario.js';
import { findingsInReport } from './report-findings.js';

/** Time goes so much faster, for program and Graph alike: patience of 10 s passes in one. */
const SPEED = 10;

/** True time; on a busy machine a session takes some seconds. */
const LONGEST_SESSION_MS = 60_000;

const RUN = ['--run-id', 'r1', '--interval', '60', '--grace-steps', String(GRACE_STEPS)];
/** A machine that is busy must not look like a Graph that is slow. */
const PATIENCE = ['--request-timeout', '600', '--concurrency', '4'];

/** A run that is to be killed at each point, resumed each time, and in the end left to finish. */
export interface Chain {
  readonly scenario: ScenarioName;
  readonly points: readonly KillPoint[];
  /** Done to the run's folder after each kill: a control spoils it. */
  readonly spoil?: (folder: string) => Promise<void>;
}

/** What became of a chain. */
export interface ChainEnd {
  readonly emulator: Pick<Emulator, 'tenant' | 'requests'>;
  readonly run: RunFolder;
  /** All that lies in the administrator's folder. */
  readonly files: readonly string[];
  readonly exitCode: number | null;
  readonly stderr: string;
  /** Points at which a session was really killed. */
  readonly kills: readonly KillPoint[];
  /** The kinds of boundaries that each session came to, in order. */
  readonly traces: readonly (readonly string[])[];
  /** What was wrong with a report between two sessions. */
  readonly findings: readonly string[];
}

export async function play({ scenario, points, spoil }: Chain, preload: Preload): Promise<ChainEnd> {
  const desk = new Desk(await mkdtemp(join(tmpdir(), 'oath-enroll-kill-')));
  const time = { epochMs: Date.now(), speed: SPEED };
  const now = fastNow(time, Date.now.bind(Date));
  try {
    const emulator = await desk.graph([], graphOf(scenario, now));
    const rows = rollout(now());
    await desk.write('rows.csv', toCsv(rows));
    const kills: KillPoint[] = [];
    const traces: string[][] = [];
    const findings: string[] = [];
    for (const kill of [...points, undefined]) {
      const began = await hasBegun(desk.path('reports/r1'));
      if (!began) await rm(desk.path('reports/r1'), { recursive: true, force: true });
      const args = began
        ? ['resume', 'reports/r1']
        : ['run', 'rows.csv', '--graph-url', emulator.url, ...RUN, ...PATIENCE];
      const { trace, env } = preload.orders({ time, callTakesMs: [LATENCY_MS / 4, LATENCY_MS * 0.8], kill });
      const program = desk.start(args, { env });
      program.endInput();
      const { code, stderr } = await Promise.race([program.exit, hangs()]);
      traces.push((await readFile(trace, 'utf8')).trimEnd().split('\n'));
      if (code !== null) {
        const files = await desk.files();
        const run = await desk.readRun();
        return { emulator, run, files, exitCode: code, stderr, kills, traces, findings };
      }
      kills.push(kill!);
      await spoil?.(desk.path('reports/r1'));
      const copy = desk.path(`copy-${kills.length}`);
      await cp(desk.path('reports/r1'), copy, { recursive: true }).catch(() => undefined);
      findings.push(...(await findingsInReport(copy, rows, emulator)));
      await rm(copy, { recursive: true, force: true });
    }
    throw new Error('the last session was killed without an order');
  } finally {
    await desk.close();
  }
}

/** Who does not end is reported, and ended by the desk. */
async function hangs(): Promise<never> {
  await setTimeout(LONGEST_SESSION_MS, undefined, { ref: false });
  throw new Error('a session did not end');
}

/** Whether the journal got as far as to tell of a run; else it is run anew. */
async function hasBegun(folder: string): Promise<boolean> {
  return (await readFile(join(folder, 'journal.jsonl'), 'utf8').catch(() => '')).includes('\n');
}
