/** The paths through the program that benchmarks take, and rows to send along them. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { AdaptiveThrottle } from '../../src/dispatch/pace/adaptive/adaptive-throttle.js';
import { Dispatcher } from '../../src/dispatch/dispatcher.js';
import type { Recorder } from '../../src/dispatch/recorder.js';
import { createGraph } from '../../src/graph/graph.js';
import { Journal } from '../../src/journal/journal.js';
import type { Answer, GraphPort } from '../../src/model/answer.js';
import { systemClock } from '../../src/model/clock.js';
import type { Row } from '../../src/model/row.js';
import { Secret } from '../../src/model/secret.js';
import { enroll } from '../../src/run/enroll.js';
import type { EnrollPorts, EnrollRequest } from '../../src/run/enroll-request.js';
import { resume } from '../../src/run/resume.js';
import { JournalRecorder } from '../../src/run/session/journal-recorder.js';
import { runHeader } from '../../src/run/session/run-so-far.js';

export const CONCURRENCY = 16;

/** All rows share a seed: with seeds nothing is dead and nothing is paced to a deadline, so the path itself is timed. */
const SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

const serialOf = (i: number): string => `TOTP${String(10_000_000 + i)}`;
const userOf = (i: number): string => `user.${i}@contoso.example`;
const codeOf = (i: number): string => String((i * 7919) % 1_000_000).padStart(6, '0');

export function rowOf(i: number): Row {
  return {
    line: i + 2,
    serialNumber: serialOf(i),
    user: userOf(i),
    displayName: undefined,
    intervalS: 30,
    proof: { kind: 'code', code: new Secret(codeOf(i)), collectedAtMs: Date.now() },
  };
}

function seedRowOf(i: number): Row {
  return { ...rowOf(i), proof: { kind: 'seed', seed: new Secret(SEED), hashFunction: 'hmacsha1' } };
}

/** A CSV with seeds as an admin has it, two columns more than needed. */
export const writeCsv = (file: string, rows: number): Promise<void> =>
  writeRows(file, rows, 'secretKey', () => SEED);

/**
 * The same with codes, beside it.
 *
 * @returns its path
 */
export async function writeCodes(file: string, rows: number): Promise<string> {
  const path = `${file}.codes.csv`;
  await writeRows(path, rows, 'verificationCode', codeOf);
  return path;
}

async function writeRows(
  file: string,
  rows: number,
  column: string,
  secretOf: (i: number) => string,
): Promise<void> {
  const stream = createWriteStream(file);
  stream.write(`serialNumber,user,${column},department,site\n`);
  for (let i = 0; i < rows; i++) {
    const cells = [serialOf(i), userOf(i), secretOf(i), `Department ${i % 40}`, `Site ${i % 7}`];
    if (!stream.write(`${cells.join(',')}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await finished(stream);
}

export function graphAt(url: string): GraphPort {
  return createGraph({
    graphUrl: url,
    auth: 'default',
    env: {},
    requestTimeoutMs: 30_000,
    clock: systemClock,
    onDeviceCode: () => undefined,
    onWarning: () => undefined,
  }).port;
}

/** A Graph in this process that takes every token, as fast as an event can come from outside. */
export const instantGraph: GraphPort = {
  ask: () => new Promise((resolve) => setImmediate(resolve, TAKEN)),
  signingIn: () => undefined,
  renewSignIn: () => undefined,
};

const TAKEN: Answer = {
  kind: 'answered',
  httpStatus: 204,
  errorCode: '',
  message: '',
  requestId: '6f1c9f2e-6f5c-4f6e-8f0a-2a4d0f0f3c11',
  retryAfter: undefined,
  dateMs: undefined,
  throttlePercentage: undefined,
  claims: undefined,
  devices: undefined,
};

/** Counts what was settled well and keeps nothing. */
class CountingRecorder implements Recorder {
  enrolled = 0;
  intent = (): Promise<void> => DONE;
  withdrawn = (): void => undefined;
  answered = (): void => undefined;
  drained = (): Promise<void> => DONE;
  settled: Recorder['settled'] = (_row, { status }) => {
    if (status === 'enrolled') this.enrolled += 1;
  };
}

const DONE = Promise.resolve();

/** The dispatcher without files: rows are made as they are added, and nothing is written down. */
export async function dispatchRows(graph: GraphPort, rows: number): Promise<void> {
  const recorder = new CountingRecorder();
  await dispatchAll(graph, rows, recorder);
  mustBeAll(recorder.enrolled, rows);
}

/** The same with what is done written to a journal, and each intent on disk before its call. */
export async function dispatchJournaled(graph: GraphPort, rows: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'journaled-'));
  try {
    const journal = await Journal.create(join(folder, 'journal.jsonl'));
    let enrolled = 0;
    const recorder = new JournalRecorder(journal, systemClock, (event) => {
      if (event.type === 'outcome' && event.status === 'enrolled') enrolled += 1;
    });
    await dispatchAll(graph, rows, recorder);
    await journal.close();
    mustBeAll(enrolled, rows);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function dispatchAll(graph: GraphPort, rows: number, recorder: Recorder): Promise<void> {
  const dispatcher = new Dispatcher(
    {
      graph,
      clock: systemClock,
      recorder,
      throttle: new AdaptiveThrottle(Math.random),
      codeAt: ({ line }) => new Secret(codeOf(line)),
    },
    { concurrency: CONCURRENCY, graceSteps: 1, maxWaitMs: 0 },
  );
  for (let i = 0; i < rows; i++) dispatcher.add(seedRowOf(i));
  dispatcher.start();
  dispatcher.close();
  await dispatcher.finished;
}

/**
 * The whole of `oath-enroll run`: intake, dispatch, journal, results.
 *
 * @returns the run's folder
 */
export async function enrollFile(graph: GraphPort, file: string, rows: number): Promise<string> {
  const { counts, folder } = await enroll(await requestFor(file), portsTo(graph));
  mustBeAll(counts.enrolled, rows);
  return folder;
}

/** The same of codes that all died long ago. */
export async function expireFile(graph: GraphPort, file: string, rows: number): Promise<void> {
  const { counts } = await enroll({ ...(await requestFor(file)), collectedAt: 0 }, portsTo(graph));
  mustBeAll(counts.expired, rows);
}

/**
 * A run that a signal stops once half of its rows are enrolled.
 *
 * @returns its folder
 */
export async function enrollHalf(file: string, rows: number): Promise<string> {
  const interrupt = new AbortController();
  let left = rows / 2;
  const graph: GraphPort = {
    ...instantGraph,
    ask: (call) => {
      if (--left === 0) interrupt.abort('SIGTERM');
      return instantGraph.ask(call);
    },
  };
  const { folder } = await enroll(await requestFor(file), { ...portsTo(graph), interrupt: interrupt.signal });
  return folder;
}

/** The whole of `oath-enroll resume`. */
export async function resumeRun(graph: GraphPort, folder: string, rows: number): Promise<void> {
  const { input } = await runHeader(folder);
  const { counts } = await resume(folder, await requestFor(input), portsTo(graph));
  mustBeAll(counts.enrolled, rows);
}

/** The whole of `oath-enroll run` of a file whose rows were all enrolled by another run. */
export async function enrollAgain(graph: GraphPort, folder: string, rows: number): Promise<void> {
  const { input } = await runHeader(folder);
  const { counts } = await enroll({ ...(await requestFor(input)), reports: dirname(folder) }, portsTo(graph));
  mustBeAll(counts.already_enrolled, rows);
}

async function requestFor(file: string): Promise<EnrollRequest> {
  return {
    input: file,
    columns: new Map(),
    interval: 30,
    collectedAt: 'auto',
    limit: undefined,
    // Of its own: what one run enrolled, the next would skip.
    reports: await mkdtemp(join(dirname(file), 'reports-')),
    runId: undefined,
    concurrency: CONCURRENCY,
    graceSteps: 1,
    again: false,
    maxWaitMs: 0,
    rates: [],
    options: {},
  };
}

const portsTo = (graph: GraphPort): EnrollPorts => ({
  graph,
  signIn: () => Promise.resolve(),
  clock: systemClock,
  random: Math.random,
  stdin: process.stdin,
  interrupt: new AbortController().signal,
  account: () => Promise.resolve('bench'),
  watch: () => undefined,
  self: { process: 1, host: 'bench', space: '' },
  isRunning: () => true,
  notice: () => undefined,
  observe: () => undefined,
});

function mustBeAll(count: number, rows: number): void {
  if (count !== rows) throw new Error(`${count} of ${rows} rows ended as they should`);
}
