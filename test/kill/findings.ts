import type { Emulator } from '../../src/emulator/index.js';
import { activations } from '../support/desk.js';
import type { Table } from '../support/run-folder.js';
import type { ChainEnd } from './chain.js';
import { ENROLLABLE } from './scenario.js';

type Graph = Pick<Emulator, 'tenant' | 'requests'>;
type Told = Table['records'][number];

/** What a run leaves behind, and nothing else. */
const LEFT = [
  'reports/.pace.json',
  'reports/r1/journal.jsonl',
  'reports/r1/recollect.csv',
  'reports/r1/report.html',
  'reports/r1/results.csv',
  'reports/r1/summary.json',
  'rows.csv',
];

/** All that is wrong with a chain, compared with the same rollout left alone. */
export function findingsIn(end: ChainEnd, undisturbed: ChainEnd): string[] {
  const { emulator, run, files, exitCode, stderr } = end;
  return [
    ...end.findings,
    ...notEnrolled(emulator),
    ...sentAgain(emulator),
    ...otherResults(run.results, undisturbed.run.results),
    ...otherRecollection(run.recollect, undisturbed.run.recollect),
    ...files.filter((name) => !LEFT.includes(name)).map((name) => `${name} was left behind`),
    ...LEFT.filter((name) => !files.includes(name)).map((name) => `${name} is missing`),
    ...(exitCode === undisturbed.exitCode ? [] : [`exit code ${exitCode}: ${stderr}`]),
  ];
}

function notEnrolled({ tenant }: Graph): string[] {
  return ENROLLABLE.filter(({ serialNumber, user }) => {
    const device = tenant.bySerial(serialNumber)?.view;
    return device?.status !== 'activated' || device.assignedTo?.userPrincipalName !== user;
  }).map(({ serialNumber }) => `${serialNumber} was never enrolled`);
}

/** Activations that Graph had taken already, whatever it had answered. */
function sentAgain(emulator: Graph): string[] {
  const taken = new Set<string>();
  return activations(emulator).flatMap(({ serial = '', acted }) => {
    const again = taken.has(serial);
    if (acted) taken.add(serial);
    return again ? [`${serial} was sent again after Graph had taken it`] : [];
  });
}

function otherResults({ records }: Table, expected: Table): string[] {
  const told = records.map(comparable);
  const alike = expected.records.map(comparable);
  if (told.length !== alike.length) return [`the results have ${told.length} rows, not ${alike.length}`];
  return told.flatMap((row, at) => {
    const differs = Object.keys(row).filter((name) => row[name] !== alike[at]![name]);
    const [is, was] = [row, alike[at]!].map((each) => JSON.stringify(differs.map((name) => each[name])));
    return differs.length === 0
      ? []
      : [`line ${row['line']}: ${differs.join(', ')} ${is}, left alone ${was}`];
  });
}

/** A row of the results without times, and without what names the cut. */
function comparable({ serialNumber, user, status, needsRecollection, reason = '', line }: Told) {
  const timeless = reason.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then');
  const uncut = timeless === 'a look-up found the token active for this user' ? '' : timeless;
  return { serialNumber, user, status, needsRecollection, line, reason: uncut } as Record<string, string>;
}

function otherRecollection({ records }: Table, expected: Table): string[] {
  const [told, alike] = [records, expected.records].map((rows) =>
    rows.map((row) => row['serialNumber']).join(),
  );
  return told === alike ? [] : [`to be collected again: ${told}, left alone ${alike}`];
}
