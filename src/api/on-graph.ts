import { createGraph, type Graph } from '../graph/graph.js';
import { systemClock } from '../model/clock.js';
import { OathEnrollError } from '../model/errors.js';
import type { Rate } from '../model/rate.js';
import type { Purpose } from '../model/row.js';
import type { EnrollPorts, EnrollRequest } from '../run/enroll-request.js';
import type { Credential } from '../model/credential.js';
import { settingsOf, type EnrollOptions, type RunSettings } from './options.js';
import type { Source } from './rows.js';
import { environment, isRunning, self } from './this-process.js';

/** Microsoft's documented limit on writes, per app and tenant: no run goes faster. */
const GRAPH_CEILING: Rate = { calls: 3000, seconds: 150 };

/**
 * The Graph that the options name. Nothing is sent yet.
 *
 * @throws OathEnrollError `host` for a URL that no token may be sent to; `usage` for options that do not go together
 */
export function graphOf(options: EnrollOptions): Graph {
  const settings = settingsOf(options);
  const { auth: method } = settings;
  const own = ownCredential(options.auth);
  const tell = options.onPrompt ?? options.onNotice ?? ignore;
  if (method === 'device-code' && options.onPrompt === undefined) {
    throw new OathEnrollError('usage', 'auth "device-code" needs onPrompt: nobody would see the code');
  }
  return createGraph({
    graphUrl: settings.graphUrl,
    // The name counts only where the credential is made from it.
    auth: method === 'own' ? 'default' : method,
    env: options.env ?? environment(),
    requestTimeoutMs: settings.requestTimeout * 1000,
    clock: systemClock,
    onDeviceCode: tell,
    onWarning: tell,
    self: settings.self === true,
    ...(own !== undefined && { credential: own }),
  });
}

function ownCredential(auth: EnrollOptions['auth']): Credential | undefined {
  return typeof auth === 'function' ? { getToken: auth } : typeof auth === 'object' ? auth : undefined;
}

/** The ceilings on all calls; all of them hold. */
export function ratesOf({ rate }: EnrollOptions, { host }: Graph): Rate[] {
  return [rate, host.isLoopback ? undefined : GRAPH_CEILING].filter((each) => each !== undefined);
}

/**
 * How an input is read and where its results go.
 *
 * @throws OathEnrollError `usage` for a value that an option does not take
 */
export function requestOf({ input, inputName, isLive }: Omit<Source, 'stdin'>, options: EnrollOptions) {
  const settings = settingsOf(options);
  const { collectedAt } = settings;
  return {
    input,
    inputName,
    isLive,
    columns: new Map(Object.entries(settings.column)),
    interval: settings.interval,
    hashFunction: settings.hashFunction,
    purpose: purposeOf(settings),
    collectedAt: collectedAt instanceof Date ? collectedAt.getTime() : collectedAt,
    limit: settings.limit,
    reports: settings.reports,
    runId: settings.runId,
    graceSteps: settings.graceSteps,
    concurrency: settings.concurrency,
    maxWaitMs: settings.maxWait * 1000,
    again: settings.again === true,
    // Only what was checked: what else an object holds may be a secret.
    options: { ...settings },
  };
}

const purposeOf = ({ import: imports }: RunSettings): Purpose => {
  if (imports === 'only') return 'import';
  return imports === true ? 'import_and_enroll' : 'enroll';
};

/**
 * What a run on Graph is to do, and what it works with.
 *
 * @throws as {@link graphOf}
 */
export function onGraph(
  source: Source,
  options: EnrollOptions,
  graph = graphOf(options),
): [EnrollRequest, EnrollPorts] {
  return [
    { ...requestOf(source, options), rates: ratesOf(options, graph) },
    {
      graph: graph.port,
      inventory: {
        reads: graph.reads,
        createTogether: graph.createTogether,
        watch: options.onReading ?? ignore,
      },
      signIn: () => graph.signIn(),
      account: () => graph.account(),
      clock: systemClock,
      random: Math.random,
      stdin: source.stdin,
      interrupt: options.signal ?? new AbortController().signal,
      self: self(),
      isRunning,
      watch: options.onForesight ?? ignore,
      notice: options.onNotice ?? ignore,
      observe: options.onEvent ?? ignore,
    },
  ];
}

/** For whoever does not listen. */
export const ignore = (): void => undefined;
