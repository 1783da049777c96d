/**
 * Reading 200,000 rows: bare csv-parse, the intake, and the whole of `run --dry-run --offline` with its results, as
 * streams over the same file. Each run is a process of its own, they take turns, and the table shows medians of five.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'csv-parse';
import { openIntake, type IntakeRow } from '../../src/intake/intake.js';
import { systemClock } from '../../src/model/clock.js';
import { checkOffline } from '../../src/run/dry-run.js';
import { median } from './measure.js';

const ROWS = 200_000;
const ROUNDS = 5;
const SUBJECTS = ['csv-parse', 'intake', 'offline check'] as const;
type Subject = (typeof SUBJECTS)[number];

interface Measure {
  readonly rows: number;
  readonly ms: number;
  readonly peakRssMb: number;
}

async function open(subject: Subject, file: string): Promise<AsyncIterable<unknown>> {
  const source = createReadStream(file);
  if (subject === 'csv-parse') return source.pipe(parse({ from: 2 }));
  const { rows } = await openIntake(source, {
    fileName: file,
    defaultInterval: 30,
    now: () => Date.now(),
    collectedAtMs: (arrivedAtMs) => arrivedAtMs,
  });
  return rows;
}

async function measure(subject: Subject, file: string): Promise<Measure> {
  const startedAt = performance.now();
  if (subject === 'offline check') {
    const { summary } = await checkOffline(
      {
        input: file,
        columns: new Map(),
        interval: 30,
        collectedAt: 'auto',
        limit: undefined,
        reports: dirname(file),
        runId: undefined,
        graceSteps: 1,
        options: {},
        rates: [],
      },
      { clock: systemClock, stdin: process.stdin, observe: () => undefined },
    );
    return {
      rows: summary.rows,
      ms: performance.now() - startedAt,
      peakRssMb: process.resourceUsage().maxRSS / 1024,
    };
  }
  let rows = 0;
  let usable = 0;
  for await (const record of await open(subject, file)) {
    rows++;
    if (subject === 'csv-parse' || (record as IntakeRow).row !== undefined) usable++;
  }
  if (usable !== ROWS) throw new Error(`${usable} of ${rows} rows are usable`);
  const ms = performance.now() - startedAt;
  return { rows, ms, peakRssMb: process.resourceUsage().maxRSS / 1024 };
}

async function writeRows(file: string): Promise<void> {
  const stream = createWriteStream(file);
  const startMs = Date.now() - 1000;
  stream.write('serialNumber,user,verificationCode,collectedAt,department,site\n');
  for (let i = 0; i < ROWS; i++) {
    const code = String((i * 7919) % 1_000_000).padStart(6, '0');
    // Codes that still live, as an admin checks a file before running it.
    const collectedAt = new Date(startMs + i).toISOString();
    const line = `TOTP${String(10_000_000 + i)},user.${i}@contoso.example,${code},${collectedAt},Department ${i % 40},"Site ${i % 7}, floor ${i % 5}"\n`;
    if (!stream.write(line)) await once(stream, 'drain');
  }
  stream.end();
  await finished(stream);
}

async function compare(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'oath-enroll-bench-'));
  try {
    const file = join(folder, 'rows.csv');
    await writeRows(file);
    const measures: Record<Subject, Measure[]> = { 'csv-parse': [], intake: [], 'offline check': [] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const subject of SUBJECTS) {
        const run = await promisify(execFile)(process.execPath, [
          fileURLToPath(import.meta.url),
          subject,
          file,
        ]);
        measures[subject].push(JSON.parse(run.stdout) as Measure);
      }
    }
    const bareMs = median(measures['csv-parse'].map(({ ms }) => ms));
    console.table(
      SUBJECTS.map((subject) => {
        const ms = median(measures[subject].map((run) => run.ms));
        const peakRssMb = median(measures[subject].map((run) => run.peakRssMb));
        return {
          subject,
          rows: measures[subject][0]!.rows,
          'median ms': Math.round(ms),
          'rows/s': Math.round(ROWS / (ms / 1000)),
          'peak RSS MB': Math.round(peakRssMb),
          ratio: Number((ms / bareMs).toFixed(2)),
        };
      }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const [subject, file] = process.argv.slice(2);
if (subject === undefined || file === undefined) await compare();
else process.stdout.write(JSON.stringify(await measure(subject as Subject, file)));
