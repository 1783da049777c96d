/**
 * What a row costs by how many there are, with an in-process Graph that answers each call in a turn of its own: the
 * dispatcher alone, and the whole of `run` and `resume` from a CSV on disk to the results, journal synced.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepHeapLean } from '../../src/cli/lean-heap.js';
import {
  costOf,
  inTemporaryFolder,
  medianOf,
  peakRssMb,
  report,
  runApart,
  type Cost,
  type Measure,
} from './measure.js';
import {
  dispatchRows,
  enrollAgain,
  enrollFile,
  enrollHalf,
  expireFile,
  instantGraph,
  resumeRun,
  writeCodes,
  writeCsv,
} from './subjects.js';

const SIZES = [1000, 10_000, 100_000, 1_000_000];
/** A small run is repeated within its process until so many rows went by: its cost is else mostly noise. */
const LEAST_ROWS = 20_000;
const WARM_UP_ROWS = 10_000;
/** The largest takes its time. */
const roundsOf = (rows: number): number => (rows >= 1_000_000 ? 1 : 3);

const MOST_GROWTH = 1.2;
const MOST_RSS_MB = 400;

interface Subject {
  /** What comes before it, in a process of its own: gives the path that the work is given. */
  readonly before?: (file: string, rows: number) => Promise<string>;
  /** Is given the input, unless something came before. */
  readonly work: (path: string, rows: number) => Promise<unknown>;
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  dispatcher: { work: (_file, rows) => dispatchRows(instantGraph, rows) },
  'whole run': { work: (file, rows) => enrollFile(instantGraph, file, rows) },
  'run whose codes are all dead': {
    before: writeCodes,
    work: (file, rows) => expireFile(instantGraph, file, rows),
  },
  'resumption of a run that was stopped half way': {
    before: enrollHalf,
    work: (folder, rows) => resumeRun(instantGraph, folder, rows),
  },
  'run of a file that another run enrolled': {
    before: (file, rows) => enrollFile(instantGraph, file, rows),
    work: (folder, rows) => enrollAgain(instantGraph, folder, rows),
  },
};

const SCRIPT = fileURLToPath(import.meta.url);
const csvIn = (folder: string, rows: number): string => join(folder, `${rows}.csv`);

async function measure(subject: string, rows: number, folder: string): Promise<Measure> {
  keepHeapLean();
  const { before, work } = SUBJECTS[subject]!;
  const costOnce = async (count: number): Promise<Cost> => {
    const path =
      before === undefined ? csvIn(folder, count) : await apart<string>('before', subject, count, folder);
    return costOf(count, () => work(path, count));
  };
  await costOnce(WARM_UP_ROWS);
  const costs: Cost[] = [];
  for (let left = LEAST_ROWS; left > 0; left -= rows) costs.push(await costOnce(rows));
  const mean = (of: keyof Cost): number => costs.reduce((sum, cost) => sum + cost[of], 0) / costs.length;
  return { wallUs: mean('wallUs'), cpuUs: mean('cpuUs'), peakRssMb: peakRssMb() };
}

type Step = 'before' | 'measure';

/** Does a step in a process of its own. */
const apart = <T>(step: Step, subject: string, rows: number, folder: string): Promise<T> =>
  runApart(SCRIPT, [step, subject, String(rows), folder]);

const STEPS: Readonly<Record<Step, (subject: string, rows: number, folder: string) => Promise<unknown>>> = {
  before: (subject, rows, folder) => SUBJECTS[subject]!.before!(csvIn(folder, rows), rows),
  measure,
};

async function compare(folder: string): Promise<void> {
  for (const rows of new Set([WARM_UP_ROWS, ...SIZES])) await writeCsv(csvIn(folder, rows), rows);
  const parts: Parameters<typeof report>[2][number][] = [
    `Every row costs as much in a large run as in a small one, up to ${MOST_GROWTH} times, and ${MOST_RSS_MB} MB hold the largest. ` +
      'Each measure is a process of its own, warmed up with 10,000 rows; medians of three, but one of the largest.',
  ];
  for (const subject of Object.keys(SUBJECTS)) {
    const measures: Measure[] = [];
    for (const rows of SIZES) {
      const rounds: Measure[] = [];
      for (let round = 0; round < roundsOf(rows); round++) {
        rounds.push(await apart('measure', subject, rows, folder));
      }
      measures.push(medianOf(rounds));
    }
    parts.push(
      `## ${subject}`,
      measures.map(({ wallUs, cpuUs, peakRssMb }, at) => ({
        rows: SIZES[at]!,
        'wall µs/row': wallUs.toFixed(1),
        'CPU µs/row': cpuUs.toFixed(1),
        'CPU by that of the smallest': (cpuUs / measures[0]!.cpuUs).toFixed(2),
        'peak RSS MB': Math.round(peakRssMb),
      })),
    );
  }
  await report('scale', 'What a row costs by how many there are', parts);
}

const [step, subject, rows, folder] = process.argv.slice(2);
if (step === undefined) await inTemporaryFolder(compare);
else process.stdout.write(JSON.stringify(await STEPS[step as Step](subject!, Number(rows), folder!)));
