import { createGraph } from '../graph/graph.js';
import type { Rate } from '../dispatch/ceiling.js';
import { systemClock } from '../model/clock.js';
import type { RunEvent } from '../model/run-event.js';
import { checkOffline } from '../run/dry-run.js';
import { enroll } from '../run/enroll.js';
import type { Summary } from '../results/summary.js';
import type { Io } from './io.js';
import { Narrator } from './narrator.js';
import { DEFAULT_GRAPH_URL, type RunOptions } from './run-options.js';
import { summaryText, type TellRerun } from './summary-text.js';
import { quoted } from './words.js';

/** Microsoft's documented limit on writes, per app and tenant: no run goes faster. */
const GRAPH_CEILING: Rate = { calls: 3000, seconds: 150 };

/**
 * Carries out `oath-enroll run`.
 *
 * @param tellRerun how a person runs a file of fresh codes, as lines of text
 * @returns the exit code
 */
export async function runAction(
  input: string,
  options: RunOptions,
  io: Io,
  tellRerun: TellRerun = sameAgain(options),
): Promise<number> {
  const narrator = new Narrator(
    io.stderr,
    systemClock,
    options.quiet === true || options.json === true
      ? 'nothing'
      : options.verbose === true
        ? 'rows'
        : 'progress',
  );
  const log =
    options.log === undefined ? undefined : (await import('./event-log.js')).openEventLog(options.log);
  const observe = (event: RunEvent): void => {
    narrator.see(event);
    log?.see(event);
  };
  try {
    const summary =
      options.dryRun === true
        ? await checkOffline(request(input, options), { clock: systemClock, stdin: io.stdin, observe })
        : await enrollWith(input, options, io, narrator, observe);
    if (options.json === true) io.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
    else if (options.quiet !== true)
      io.stdout.write(summaryText(summary, input, narrator.troubles, tellRerun));
    return summary.exitCode;
  } finally {
    narrator.close();
    log?.close();
  }
}

async function enrollWith(
  input: string,
  options: RunOptions,
  io: Io,
  narrator: Narrator,
  observe: (event: RunEvent) => void,
): Promise<Summary> {
  const tell = (text: string): void => void io.stderr.write(`${text}\n`);
  const graph = createGraph({
    graphUrl: options.graphUrl,
    auth: options.auth,
    env: io.env,
    requestTimeoutMs: options.requestTimeout,
    clock: systemClock,
    onDeviceCode: tell,
    onWarning: tell,
  });
  return enroll(
    {
      ...request(input, options),
      concurrency: options.concurrency,
      maxWaitMs: options.maxWait,
      rates: [options.rate, graph.host.isLoopback ? undefined : GRAPH_CEILING].filter(
        (each) => each !== undefined,
      ),
    },
    {
      graph: graph.port,
      signIn: () => graph.signIn(),
      account: () => graph.account(),
      watch: (look) => narrator.watch(look),
      clock: systemClock,
      random: Math.random,
      stdin: io.stdin,
      interrupt: io.interrupt,
      notice: options.quiet === true ? () => undefined : tell,
      observe,
    },
  );
}

/** The same command for another file, with the options that say how to read it and where to send it. */
function sameAgain(options: RunOptions): TellRerun {
  const words = [
    ...[...options.column].map(([name, header]) => `--column ${quoted(`${name}=${header}`)}`),
    ...(options.interval === 30 ? [] : [`--interval ${options.interval}`]),
    ...(options.auth === 'default' ? [] : [`--auth ${options.auth}`]),
    ...(options.rate === undefined ? [] : [`--rate ${options.rate.calls}/${options.rate.seconds}`]),
    ...(options.reports === 'reports' ? [] : [`--reports ${quoted(options.reports)}`]),
    ...(options.graphUrl === DEFAULT_GRAPH_URL ? [] : [`--graph-url ${quoted(options.graphUrl)}`]),
  ];
  return (path) => [`  ${['npx oath-enroll run', quoted(path), ...words].join(' ')}`];
}

function request(input: string, options: RunOptions) {
  return {
    input,
    columns: options.column,
    interval: options.interval,
    collectedAt: options.collectedAt,
    limit: options.limit,
    reports: options.reports,
    runId: options.runId,
    graceSteps: options.graceSteps,
    options: {
      ...options,
      column: Object.fromEntries(options.column),
      maxWait: options.maxWait / 1000,
      requestTimeout: options.requestTimeout / 1000,
      ...(typeof options.collectedAt === 'number' && {
        collectedAt: new Date(options.collectedAt).toISOString(),
      }),
    },
  };
}
