import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Emulator } from '../../src/emulator/index.js';
import { OathEnrollError } from '../../src/model/errors.js';
import { report } from '../../src/run/report.js';
import { tableOf, type Table } from '../support/run-folder.js';
import { LATENCY_MS } from './scenario.js';

type Graph = Pick<Emulator, 'tenant' | 'requests'>;
type Told = Table['records'][number];

/** What is wrong with what `report` tells of a run that was killed: its folder is a copy. */
export async function findingsInReport(
  folder: string,
  input: readonly (readonly string[])[],
  emulator: Graph,
): Promise<string[]> {
  try {
    await report(folder, () => undefined);
  } catch (error) {
    if (!(error instanceof OathEnrollError)) return [`report threw ${String(error)}`];
    // No row was written down, so no call may have left.
    return emulator.requests().length === 0
      ? []
      : [`nothing to report of, but calls were made: ${error.message}`];
  }
  const { records } = tableOf(await readFile(join(folder, 'results.csv'), 'utf8'));
  const serials = input.slice(1).map(([serial]) => serial);
  const reported = records.map(({ serialNumber }) => serialNumber);
  const isAll = reported.length === serials.length || emulator.requests().length === 0;
  const isInOrder = reported.every((serial, at) => serial === serials[at]);
  // Calls that were on their way as the process died have arrived by now.
  await pause(2 * LATENCY_MS);
  return [
    ...(isAll && isInOrder ? [] : [`the report has rows ${reported.join()}`]),
    ...records.flatMap((row) => againstTheTruth(row, emulator)),
  ];
}

/** The report may not know what became of a call, but it must not tell of one that was not made, or deny one that was. */
function againstTheTruth({ serialNumber = '', user = '', status = '' }: Told, { tenant }: Graph): string[] {
  const device = tenant.bySerial(serialNumber)?.view;
  const isActive = device?.status === 'activated' && device.assignedTo?.userPrincipalName === user;
  const isFalse = isActive ? !['enrolled', 'unresolved'].includes(status) : status === 'enrolled';
  return isFalse
    ? [`the report says ${status} of ${serialNumber}, which is ${isActive ? '' : 'not '}active`]
    : [];
}
