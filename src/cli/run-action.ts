import { createGraph, type Graph } from '../graph/graph.js';
import type { Rate } from '../model/rate.js';
import { systemClock } from '../model/clock.js';
import { OathEnrollError } from '../model/errors.js';
import { enroll } from '../run/enroll.js';
import type { Purpose } from '../model/row.js';
import type { EnrollPorts, EnrollRequest } from '../run/enroll-request.js';
import type { Summary } from '../model/summary.js';
import { report } from '../run/report.js';
import { resume } from '../run/resume.js';
import { runHeader } from '../run/run-so-far.js';
import type { Io } from './io.js';
import { fromRecord, recorded } from './recorded-options.js';
import { DEFAULT_GRAPH_URL, type RunOptions, type TellingOptions } from './run-options.js';
import type { NextSteps } from './summary-text.js';
import { telling, type Subject, type Teller } from './telling.js';
import { quoted } from './words.js';

/** Microsoft's documented limit on writes, per app and tenant: no run goes faster. */
const GRAPH_CEILING: Rate = { calls: 3000, seconds: 150 };

/** Told of a run's summary when all else was told. */
export type OnSummary = (summary: Summary) => Promise<void>;

/**
 * Carries out `oath-enroll run`.
 *
 * @param next what a person does after the run
 * @returns the exit code
 */
export async function runAction(
  input: string,
  options: RunOptions,
  io: Io,
  next: NextSteps = sameAgain(options),
  onSummary?: OnSummary,
): Promise<number> {
  let summary: Summary | undefined;
  const exitCode = await telling(options, io, subjectOf(input, options, io), next, async (teller) => {
    summary = await enroll(...graphRequest(input, options, io, teller));
    return summary;
  });
  if (summary !== undefined) await onSummary?.(summary);
  return exitCode;
}

/** Carries out `oath-enroll resume`, with the options that the run was started with, save those that are given. */
export async function resumeAction(
  folder: string,
  tell: TellingOptions & Partial<RunOptions>,
  io: Io,
  onSummary?: OnSummary,
): Promise<number> {
  const header = await runHeader(folder);
  const started = fromRecord(header.options);
  if (started === undefined) {
    throw new OathEnrollError('input', 'it was started by another version of oath-enroll: use that one', {
      file: folder,
    });
  }
  const options: RunOptions = { ...started, ...tell };
  let summary: Summary | undefined;
  const exitCode = await telling(tell, io, { name: header.input }, sameAgain(options), async (teller) => {
    summary = await resume(folder, ...graphRequest(header.input, options, io, teller));
    return summary;
  });
  if (summary !== undefined) await onSummary?.(summary);
  return exitCode;
}

/** Carries out `oath-enroll report`. */
export function reportAction(folder: string, tell: TellingOptions, io: Io): Promise<number> {
  const next = { rerun: () => [], resume: resumeCommand };
  return telling(tell, io, { name: folder }, next, ({ notice }) => report(folder, notice));
}

/** The Graph that the options name. */
export function graphOf(options: RunOptions, io: Io, ask: Teller['ask']): Graph {
  return createGraph({
    graphUrl: options.graphUrl,
    auth: options.auth,
    env: io.env,
    requestTimeoutMs: options.requestTimeout,
    clock: systemClock,
    onDeviceCode: ask,
    onWarning: ask,
    self: options.self === true,
  });
}

/** The ceilings on all calls; all of them hold. */
export function ratesOf({ rate }: RunOptions, { host }: Graph): Rate[] {
  return [rate, host.isLoopback ? undefined : GRAPH_CEILING].filter((each) => each !== undefined);
}

/** What a run on Graph is to do, and what it works with. */
export function graphRequest(
  input: string,
  options: RunOptions,
  io: Io,
  { observe, watch, notice, ask }: Teller,
  graph = graphOf(options, io, ask),
): [EnrollRequest, EnrollPorts] {
  return [
    {
      ...requestOf(input, options),
      concurrency: options.concurrency,
      maxWaitMs: options.maxWait,
      again: options.again === true,
      rates: ratesOf(options, graph),
    },
    {
      graph: graph.port,
      inventory: { reads: graph.reads, createTogether: graph.createTogether },
      signIn: () => graph.signIn(),
      account: () => graph.account(),
      clock: systemClock,
      random: Math.random,
      stdin: io.stdin,
      interrupt: io.interrupt,
      self: io.self,
      isRunning: io.isRunning,
      watch,
      notice,
      observe,
    },
  ];
}

/** The same command for another file, with the options that say how to read it and where to send it. */
export function sameAgain(
  options: RunOptions,
  command: 'run' | 'collect' | 'import' = options.import === 'only' ? 'import' : 'run',
  more: readonly string[] = [],
): NextSteps {
  const words = [
    ...(options.import === true ? ['--import'] : []),
    ...[...options.column].map(([name, header]) => `--column ${quoted(`${name}=${header}`)}`),
    ...(options.interval === 30 ? [] : [`--interval ${options.interval}`]),
    ...(options.hashFunction === undefined ? [] : [`--hash-function ${options.hashFunction}`]),
    ...(options.graceSteps === 1 ? [] : [`--grace-steps ${options.graceSteps}`]),
    ...(options.auth === 'default' ? [] : [`--auth ${options.auth}`]),
    ...(options.rate === undefined ? [] : [`--rate ${options.rate.calls}/${options.rate.seconds}`]),
    ...(options.reports === 'reports' ? [] : [`--reports ${quoted(options.reports)}`]),
    ...(options.graphUrl === DEFAULT_GRAPH_URL ? [] : [`--graph-url ${quoted(options.graphUrl)}`]),
  ];
  return {
    rerun: (path) => [`  ${[`npx oath-enroll ${command}`, quoted(path), ...words, ...more].join(' ')}`],
    resume: resumeCommand,
    asksForCodes: command === 'collect',
  };
}

const resumeCommand = (folder: string): string[] => [`  npx oath-enroll resume ${quoted(folder)}`];

/** What a run is of. */
export function subjectOf(input: string, { limit }: RunOptions, { stdin }: Io): Subject {
  const isLive = input === '-';
  const name = isLive ? 'standard input' : input;
  return {
    name: limit === undefined ? name : `${name} (--limit ${limit})`,
    isTyped: isLive && stdin.isTTY === true,
  };
}

const purposeOf = ({ import: imports }: RunOptions): Purpose => {
  if (imports === 'only') return 'import';
  return imports === true ? 'import_and_enroll' : 'enroll';
};

/** How an input is read and where its results go. */
export function requestOf(input: string, options: RunOptions) {
  return {
    input,
    columns: options.column,
    interval: options.interval,
    hashFunction: options.hashFunction,
    purpose: purposeOf(options),
    collectedAt: options.collectedAt,
    limit: options.limit,
    reports: options.reports,
    runId: options.runId,
    graceSteps: options.graceSteps,
    options: recorded(options),
  };
}
