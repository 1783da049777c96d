/**
 * What a row costs beyond its HTTP call: a bare loop of `fetch`, the Graph client alone, our dispatcher and Graph
 * stage, these with the journal, and the whole of `run` with intake, journal, results and page, all with the same
 * calls in flight to the same server in another process, which answers 204 at once. Each measure is a process of its
 * own; they take turns.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, HTTPMessageHandler } from '@microsoft/microsoft-graph-client';
import {
  costOf,
  inTemporaryFolder,
  runApart,
  median,
  medianOf,
  peakRssMb,
  report,
  type Measure,
} from './measure.js';
import {
  CONCURRENCY,
  dispatchJournaled,
  dispatchRows,
  enrollFile,
  graphAt,
  rowOf,
  writeCsv,
} from './subjects.js';

const ROUNDS = 5;
const ROWS = 4000;
/** Sent before the measure begins, so that connections are open and code is compiled. */
const WARM_UP_ROWS = 1500;

type Work = (rows: number) => Promise<unknown>;

/** By name, in the order of the table. `folder` holds a CSV for each number of rows. */
const SUBJECTS: Readonly<Record<string, (url: string, folder: string) => Work>> = {
  fetch: (url) => (rows) =>
    atOnce(rows, async (i) => {
      const { path, body } = callOf(i);
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer loopback' },
        body: JSON.stringify(body),
      });
      if (response.status !== 204) throw new Error(`HTTP ${response.status}`);
    }),
  'Graph client': (url) => {
    const client = Client.initWithMiddleware({
      baseUrl: url,
      defaultVersion: '',
      middleware: new HTTPMessageHandler(),
    });
    return (rows) =>
      atOnce(rows, async (i) => {
        const { path, body } = callOf(i);
        await client.api(path).header('authorization', 'Bearer loopback').post(body);
      });
  },
  'dispatcher and Graph stage': (url) => (rows) => dispatchRows(graphAt(url), rows),
  'the same with the journal': (url) => (rows) => dispatchJournaled(graphAt(url), rows),
  'whole run': (url, folder) => (rows) => enrollFile(graphAt(url), csvIn(folder, rows), rows),
};

function callOf(i: number): { path: string; body: Record<string, string> } {
  const { user, serialNumber, proof } = rowOf(i);
  if (proof.kind !== 'code') throw new Error('the row has a code');
  return {
    path: `/users/${user}/authentication/hardwareOathMethods/assignAndActivateBySerialNumber`,
    body: { verificationCode: proof.code.reveal(), serialNumber },
  };
}

/** Calls for rows 0 to `rows` - 1, as many in flight as the dispatcher has. */
async function atOnce(rows: number, call: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < rows) await call(next++);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

const csvIn = (folder: string, rows: number): string => join(folder, `${rows}.csv`);

function serve(): void {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
}

async function measure(subject: string, url: string, folder: string): Promise<Measure> {
  const work = SUBJECTS[subject]!(url, folder);
  await work(WARM_UP_ROWS);
  const cost = await costOf(ROWS, () => work(ROWS));
  return { ...cost, peakRssMb: peakRssMb() };
}

async function compare(url: string, folder: string): Promise<void> {
  for (const rows of [WARM_UP_ROWS, ROWS]) await writeCsv(csvIn(folder, rows), rows);
  const names = Object.keys(SUBJECTS);
  const rounds: Record<string, Measure>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const measures: Record<string, Measure> = {};
    for (const name of names) {
      measures[name] = await runApart(fileURLToPath(import.meta.url), [name, url, folder]);
    }
    rounds.push(measures);
  }
  /** Throughput of one by that of another: the median over the rounds, within which the machine was alike. */
  const ratio = (name: string, of: string, figure: 'wallUs' | 'cpuUs'): string =>
    median(rounds.map((measures) => measures[of]![figure] / measures[name]![figure])).toFixed(2);
  const [, client, stage, journaled, whole] = names as [string, string, string, string, string];
  await report('overhead', 'What a row costs beyond its call', [
    `${ROWS} rows, ${CONCURRENCY} calls in flight, medians of ${ROUNDS} rounds. The server is another process on the same two cores and ` +
      'answers 204 at once, so nothing hides what our code costs; of Graph’s usual answer time of 100 ms and more it is a hundredth.',
    names.map((name) => {
      const { wallUs, cpuUs, peakRssMb } = medianOf(rounds.map((measures) => measures[name]!));
      return {
        subject: name,
        'rows/s': Math.round(1e6 / wallUs),
        'CPU µs/row': Math.round(cpuUs),
        'peak RSS MB': Math.round(peakRssMb),
      };
    }),
    [
      { of: stage, by: client, least: 0.8 },
      { of: journaled, by: stage, least: 0.7 },
      { of: whole, by: stage, least: undefined },
    ].map(({ of, by, least }) => ({
      'throughput of': of,
      'as a share of': by,
      'by wall time': ratio(of, by, 'wallUs'),
      'by CPU time': ratio(of, by, 'cpuUs'),
      target: least === undefined ? '' : `${least} or more`,
    })),
  ]);
}

const [subject, url, folder] = process.argv.slice(2);
if (subject === 'serve') serve();
else if (subject !== undefined) {
  process.stdout.write(JSON.stringify(await measure(subject, url!, folder!)));
} else {
  const server = fork(fileURLToPath(import.meta.url), ['serve']);
  try {
    const [port] = (await once(server, 'message')) as [number];
    await inTemporaryFolder((made) => compare(`http://127.0.0.1:${port}/beta`, made));
  } finally {
    server.kill();
  }
}
