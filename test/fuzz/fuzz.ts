/**
 * `npm run fuzz [inputs] [seed]`: reads so many hostile inputs, a million unless told, and writes `reports/fuzz.md`. Most
 * are tables written in random dialects, which have to come back; the others are bytes that mutate towards new code. Each kind
 * is a thread; where one stands still for a minute, the input that it is at is printed.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import fc from 'fast-check';
import { markdown } from '../bench/measure.js';
import { fuzz } from './guided.js';
import { comesBack } from './tables.js';

type Half = 'tables' | 'bytes';

interface Work {
  readonly half: Half;
  readonly inputs: number;
  readonly seed: number;
  readonly watch: Watch;
}

/** Memory that both threads see: how many inputs were begun, and how the last of them begins. */
interface Watch {
  readonly count: Int32Array;
  readonly seen: Uint8Array;
}

const newWatch = (): Watch => ({
  count: new Int32Array(new SharedArrayBuffer(4)),
  seen: new Uint8Array(new SharedArrayBuffer(2000)),
});

interface Result {
  readonly inputs: number;
  readonly reached: string;
  readonly findings: readonly string[];
}

/** Their threads end at about the same time. */
const SHARE = { bytes: 0.4, tables: 0.6 } as const;

const STILL_MS = 60_000;

async function tables(inputs: number, seed: number): Promise<Result> {
  const details = await fc.check(comesBack, { numRuns: inputs, seed });
  const findings = details.failed ? [fc.defaultReportMessage(details) ?? 'a table did not come back'] : [];
  return { inputs: details.numRuns, reached: '', findings };
}

async function bytes(inputs: number, seed: number, { count, seen }: Watch): Promise<Result> {
  const { blocks, kept, shapes, refused, findings, ...done } = await fuzz(inputs, seed, {
    see: (input) => {
      seen.fill(0).set(input.subarray(0, seen.length));
      Atomics.add(count, 0, 1);
    },
  });
  const reached =
    `${blocks.reached} of ${blocks.all} blocks, ${shapes} different answers, ` +
    `${kept} inputs kept, ${refused} refused`;
  return {
    inputs: done.inputs,
    reached,
    findings: findings.map(
      (each) => `${each.bytes.toString('base64')} cut at ${each.places.join()}: ${each.broken}`,
    ),
  };
}

function start(work: Work): Promise<Result & { seconds: number }> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: work });
    const { count, seen } = work.watch;
    let before = -1;
    const still = setInterval(() => {
      if (work.half === 'bytes' && count[0] === before) {
        void worker.terminate();
        reject(new Error(`seed ${work.seed}: no end with ${Buffer.from(seen).toString('base64')}`));
      }
      before = count[0] ?? 0;
    }, STILL_MS);
    worker.on('error', reject);
    worker.on('exit', () => clearInterval(still));
    worker.on('message', (result: Result) =>
      resolve({ ...result, seconds: (performance.now() - startedAt) / 1000 }),
    );
  });
}

async function main(inputs: number, seed: number): Promise<void> {
  const halves = (['bytes', 'tables'] as const).map((half) => ({
    half,
    inputs: Math.ceil(inputs * SHARE[half]),
    seed,
    watch: newWatch(),
  }));
  const results = await Promise.all(halves.map(start));
  const table = results.map(({ inputs: done, seconds, reached, findings }, i) => ({
    half: halves[i]!.half,
    inputs: done,
    seconds: Math.round(seconds),
    'inputs/s': Math.round(done / seconds),
    reached,
    findings: findings.length,
    seed,
  }));
  const findings = results.flatMap((each) => each.findings);
  const made = `Node ${process.version}, \`npm run fuzz -- ${inputs} ${seed}\`; both halves at once.`;
  const parts = ['# Hostile input', made, markdown(table), ...findings.map((each) => `- ${each}`)];
  console.log(parts.join('\n\n'));
  await writeFile('reports/fuzz.md', `${parts.join('\n\n')}\n`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}

if (isMainThread) {
  const [inputs = '1000000', seed = '1'] = process.argv.slice(2);
  await main(Number(inputs), Number(seed));
} else {
  // Most of what a refusal costs is its stack trace, which nobody sees.
  Error.stackTraceLimit = 0;
  const { half, inputs, seed, watch } = workerData as Work;
  parentPort?.postMessage(half === 'tables' ? await tables(inputs, seed) : await bytes(inputs, seed, watch));
}
