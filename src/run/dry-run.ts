import { rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { deadlineMs } from '../dispatch/deadline.js';
import type { IntakeRow } from '../intake/row-judge.js';
import type { Clock } from '../model/clock.js';
import { needsRecollection, type Outcome } from '../model/outcome.js';
import type { RunEvent } from '../model/run-event.js';
import { ResultFiles } from '../results/result-csv.js';
import { Tally, writeSummary, type Summary } from '../results/summary.js';
import type { EnrollRequest } from './enroll-request.js';
import { openInput } from './input.js';
import { makeRunFolder } from './run-folder.js';

export type DryRunRequest = Omit<EnrollRequest, 'concurrency' | 'maxWaitMs' | 'rates' | 'again'>;

export interface DryRunPorts {
  readonly clock: Clock;
  readonly stdin: Readable;
  readonly observe: (event: RunEvent) => void;
}

/**
 * Says of each row what its own cells tell: unusable, a duplicate, dead already, or fit to be sent. No network call
 * is made. Rows go straight from the input to the results, so memory does not grow with them.
 *
 * @throws OathEnrollError `input` for an unusable file
 */
export async function checkOffline(request: DryRunRequest, ports: DryRunPorts): Promise<Summary> {
  const { clock, observe } = ports;
  const startedAtMs = clock.now();
  const input = await openInput(request, ports);
  const folder = await makeRunFolder(request.reports, request.runId, request.input, startedAtMs);
  const files = await ResultFiles.create(folder.path, input.header);
  const tally = new Tally();
  try {
    for await (const row of input.rows) {
      const outcome = foresee(row, request.graceSteps, clock.now());
      tally.add(outcome);
      observe({ type: 'outcome', line: row.record.line, ...outcome });
      const wait = files.add(row.record, outcome);
      if (wait !== undefined) await wait;
    }
  } catch (error) {
    await files.discard();
    await rm(folder.path, { recursive: true });
    throw error;
  }
  await files.commit();
  const facts = {
    ...NO_CALLS,
    runId: folder.runId,
    folder: folder.path,
    startedAtMs,
    options: request.options,
  };
  return writeSummary({ ...facts, finishedAtMs: clock.now() }, tally, tally.exitCode(false));
}

const NO_CALLS = { calls: 0, refusals: 0, waitedMs: 0, stopped: undefined };

function foresee({ row, problem }: IntakeRow, graceSteps: number, nowMs: number): Outcome {
  const rest = { attempts: 0, completedAtMs: nowMs };
  if (problem !== undefined)
    return { status: problem.status, reason: problem.reason, needsRecollection: false, ...rest };
  const deadline = deadlineMs(row, graceSteps);
  if (nowMs <= deadline) return { status: 'would_enroll', needsRecollection: false, reason: '', ...rest };
  return {
    status: 'expired',
    needsRecollection: needsRecollection('expired', row.proof.kind === 'seed'),
    reason: `the code’s time was over at ${new Date(deadline).toISOString()}`,
    ...rest,
  };
}
