/** What benchmarks share: a measure of one piece of work, taken in a process of its own, and the tables of the results. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Cost of one row, in µs. */
export interface Cost {
  readonly wallUs: number;
  /** User and system time of all threads of the process. */
  readonly cpuUs: number;
}

/** Of a process of its own, `peakRssMb` over its whole life. */
export interface Measure extends Cost {
  readonly peakRssMb: number;
}

export async function costOf(rows: number, work: () => Promise<unknown>): Promise<Cost> {
  const cpuBefore = process.cpuUsage();
  const startedAtMs = performance.now();
  await work();
  const wallMs = performance.now() - startedAtMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wallUs: (wallMs * 1000) / rows, cpuUs: (user + system) / rows };
}

export const peakRssMb = (): number => process.resourceUsage().maxRSS / 1024;

/** Runs a script in a process of its own; what it prints as JSON. */
export async function runApart<T>(script: string, args: readonly string[]): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]);
  return JSON.parse(stdout) as T;
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** The median of each figure by itself. */
export function medianOf(measures: readonly Measure[]): Measure {
  return {
    wallUs: median(measures.map(({ wallUs }) => wallUs)),
    cpuUs: median(measures.map(({ cpuUs }) => cpuUs)),
    peakRssMb: median(measures.map((each) => each.peakRssMb)),
  };
}

export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'oath-enroll-bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Table = readonly Readonly<Record<string, string | number>>[];

/** Prints tables and writes them, with the words around them, to `reports/benchmarks/<name>.md`. */
export async function report(
  name: string,
  title: string,
  parts: readonly (string | Table)[],
  script = name,
): Promise<void> {
  for (const part of parts) {
    if (typeof part === 'string') console.log(part);
    else console.table(part);
  }
  const folder = join('reports', 'benchmarks');
  await mkdir(folder, { recursive: true });
  const made = `Node ${process.version}, \`npm run bench:${script}\``;
  const texts = parts.map((part) => (typeof part === 'string' ? part : markdown(part)));
  await writeFile(join(folder, `${name}.md`), `${[`# ${title}`, made, ...texts].join('\n\n')}\n`);
}

export function markdown(table: Table): string {
  const names = Object.keys(table[0] ?? {});
  const lines = [names, names.map(() => '---'), ...table.map((row) => names.map((each) => row[each]!))];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
