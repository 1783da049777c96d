/**
 * How soon a row that comes over standard input is a call: rows are written into the pipe of `oath-enroll run -` one at a
 * time, and the server's log says when each call arrived. Server and writer share a clock, as they share this process.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmulator, totpCode, type TokenSpec } from '../../src/emulator/index.js';
import { inTemporaryFolder, median, report } from './measure.js';

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const ROWS = 200;
const RUNS = 5;
/** The requirement, in ms. */
const TARGET_MS = 50;

interface Producer {
  readonly name: string;
  readonly rows: number;
  /** Pause before each row, ms. */
  readonly pauseMs: () => number;
  /** Rows that come at once. */
  readonly burst?: number;
}

const PRODUCERS: readonly Producer[] = [
  { name: 'a row every 20 to 120 ms', rows: ROWS, pauseMs: () => 20 + Math.random() * 100 },
  // The connection is closed by then, after 4 s.
  { name: 'a row every 5 to 6 s', rows: 8, pauseMs: () => 5000 + Math.random() * 1000 },
  { name: 'five rows at once, every 300 ms', rows: ROWS, pauseMs: () => 300, burst: 5 },
];

/** Wall time in fractions of a ms. */
const now = (): number => performance.timeOrigin + performance.now();

const SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const tokenOf = (i: number): TokenSpec => ({ serialNumber: `TOTP${10_000_000 + i}`, secretKey: SEED });
const userOf = (i: number): string => `user.${i}@contoso.example`;

/** Ms from each row's arrival to its call, in the order of the rows. */
async function delaysOf({ rows, pauseMs, burst = 1 }: Producer, cwd: string): Promise<number[]> {
  const all = Array.from({ length: rows }, (_, i) => i);
  const emulator = await startEmulator({
    tokens: all.map(tokenOf),
    users: all.map((i) => ({ userPrincipalName: userOf(i), displayName: 'Somebody' })),
    throttle: { kind: 'none' },
    latencyMs: 0,
    now,
  });
  const log = join(cwd, `${randomUUID()}.log`);
  const program = spawn(
    process.execPath,
    [MAIN, 'run', '-', '--quiet', '--again', '--log', log, '--graph-url', emulator.url],
    {
      cwd,
      stdio: ['pipe', 'ignore', 'inherit'],
    },
  );
  const arrivedAt = new Map<string, number>();
  program.stdin.write('serialNumber,user,verificationCode\n');
  await isSignedIn(log);
  for (let i = 0; i < rows; i += burst) {
    await sleep(pauseMs());
    for (const each of all.slice(i, i + burst)) {
      const { serialNumber } = tokenOf(each);
      const row = `${serialNumber},${userOf(each)},${totpCode(SEED, Date.now(), { intervalS: 30, hashFunction: 'hmacsha1' })}\n`;
      arrivedAt.set(serialNumber, now());
      program.stdin.write(row);
    }
  }
  program.stdin.end();
  await endOf(program);
  const delays = emulator.requests().map(({ serial, atMs }) => atMs - arrivedAt.get(serial!)!);
  await emulator.close();
  if (delays.length !== rows) throw new Error(`${delays.length} calls for ${rows} rows`);
  return delays;
}

/** From then on a row has nothing to wait for. */
async function isSignedIn(log: string): Promise<void> {
  while (!(await readFile(log, 'utf8').catch(() => '')).includes('signed_in')) await sleep(20);
  await sleep(200);
}

async function endOf(program: ChildProcess): Promise<void> {
  const [code] = (await once(program, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the program ended with ${code}`);
}

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;

await inTemporaryFolder(async (folder) => {
  const firsts: number[] = [];
  const table: Record<string, string | number>[] = [];
  for (const producer of PRODUCERS) {
    const delays: number[] = [];
    for (let run = 0; run < (producer.rows === ROWS ? RUNS : 1); run++) {
      const [first, ...rest] = await delaysOf(producer, folder);
      firsts.push(first!);
      delays.push(...rest);
    }
    table.push(rowOf(producer.name, delays));
  }
  table.unshift(rowOf('the first row of a run', firsts));
  await report('live', 'From the arrival of a row on standard input to its call', [
    'Ms from the write into the pipe of `oath-enroll run -` to the arrival of the call at the server, as its log has it. Server and ' +
      'writer are one process on the same two cores as the program. In between lie the pipe, the parser, the choice of the row, and ' +
      'a journal that is synced to disk before the call leaves. Of Graph’s own delay, and TLS, there is nothing in it. Rows that still ' +
      'wait as the pipe is closed are all that is left, and go at the pace of a file, two seconds apart at most: the longest waits.',
    table,
  ]);
});

function rowOf(rows: string, delays: readonly number[]): Record<string, string | number> {
  return {
    rows,
    count: delays.length,
    'median ms': median(delays).toFixed(1),
    'p95 ms': percentile(delays, 0.95).toFixed(1),
    'max ms': Math.max(...delays).toFixed(1),
    target: `${TARGET_MS} or less`,
  };
}
