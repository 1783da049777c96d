import type { IntakeRow } from '../intake/row-judge.js';
import type { Summary } from '../model/summary.js';
import { CodeDesk, TYPED_HEADER } from './desk/code-desk.js';
import type { EnrollPorts, EnrollRequest } from './enroll-request.js';
import { openInput } from './input.js';
import { newRun } from './session/new-run.js';
import { work } from './session/session.js';

/** A run whose codes are read as it goes. */
export interface CollectRequest extends Omit<EnrollRequest, 'collectedAt' | 'codesComeLater' | 'limit'> {
  /** Whether `input` is a file with tokens and users; if not, it is only a name for the run. */
  readonly hasFile: boolean;
}

/**
 * Enrols tokens at a desk: each code is sent as soon as it was read, and its outcome is there at once. Signed in to
 * before the first code is asked for; journal, locks, pace and results are those of any run.
 *
 * @param converse talks to the operator, and returns when no more codes will be read
 * @throws OathEnrollError as `enroll`; and what `converse` throws
 */
export async function collect(
  request: CollectRequest,
  ports: EnrollPorts,
  converse: (desk: CodeDesk) => Promise<void>,
): Promise<Summary> {
  const startedAtMs = ports.clock.now();
  const asRun = { ...request, collectedAt: 'auto', limit: undefined, codesComeLater: true } as const;
  const input = request.hasFile ? await openInput(asRun, ports) : undefined;
  const fileRows: IntakeRow[] = [];
  if (input !== undefined) for await (const row of input.rows) fileRows.push(row);

  const { interval: intervalS, graceSteps } = request;
  const desk = new CodeDesk(fileRows, ports.clock, { intervalS, graceSteps });
  const observe: EnrollPorts['observe'] = (event) => {
    ports.observe(event);
    desk.see(event);
  };
  // Codes are in no file, so the run cannot be read from it again; but nobody else may work through it meanwhile.
  const begin = { header: input?.header ?? TYPED_HEADER, lock: input?.file?.path, startedAtMs };
  return newRun(asRun, { ...ports, observe }, begin, (run) => {
    const rows = desk.rows(() => converse(desk));
    const { close: closeInput, watchGate } = desk;
    return work({ ...run, rows, isLive: true, closeInput, watchGate }, asRun, { ...ports, observe });
  });
}
