/**
 * What a row costs by how many there are. Two paths, both with an in-process Graph that answers each call in a turn
 * of its own: the dispatcher alone, and the whole of `run` from a CSV on disk to the results, journal synced.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepHeapLean } from '../../src/cli/lean-heap.js';
import {
  costOf,
  inTemporaryFolder,
  measureApart,
  medianOf,
  peakRssMb,
  report,
  type Measure,
} from './measure.js';
import { dispatchRows, enrollFile, instantGraph, writeCsv } from './subjects.js';

const SIZES = [1000, 10_000, 100_000, 1_000_000];
/** A small run is repeated within its process until so many rows went by: its cost is else mostly noise. */
const LEAST_ROWS = 20_000;
const WARM_UP_ROWS = 10_000;
/** The largest takes its time. */
const roundsOf = (rows: number): number => (rows >= 1_000_000 ? 1 : 3);

const MOST_GROWTH = 1.2;
const MOST_RSS_MB = 400;

const SUBJECTS: Readonly<Record<string, (folder: string, rows: number) => Promise<void>>> = {
  dispatcher: (_folder, rows) => dispatchRows(instantGraph, rows),
  'whole run': (folder, rows) => enrollFile(instantGraph, csvIn(folder, rows), rows),
};

const csvIn = (folder: string, rows: number): string => join(folder, `${rows}.csv`);

async function measure(subject: string, rows: number, folder: string): Promise<Measure> {
  keepHeapLean();
  const work = SUBJECTS[subject]!;
  await work(folder, WARM_UP_ROWS);
  const times = Math.max(1, Math.ceil(LEAST_ROWS / rows));
  const cost = await costOf(times * rows, async () => {
    for (let i = 0; i < times; i++) await work(folder, rows);
  });
  return { ...cost, peakRssMb: peakRssMb() };
}

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
        rounds.push(await measureApart(fileURLToPath(import.meta.url), [subject, String(rows), folder]));
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

const [subject, rows, folder] = process.argv.slice(2);
if (subject === undefined) await inTemporaryFolder(compare);
else process.stdout.write(JSON.stringify(await measure(subject, Number(rows), folder!)));
