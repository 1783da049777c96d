import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { EnrollPorts, EnrollRequest } from '../../src/run/enroll-request.js';
import { systemClock } from '../../src/model/clock.js';
import type { GraphPort } from '../../src/model/answer.js';
import type { Desk } from './desk.js';

/** A run of `in.csv` on a desk into the run folder `r1`, one call at a time, as the command line would ask for it. */
export function requestOn(desk: Desk, over: Partial<EnrollRequest> = {}): EnrollRequest {
  return {
    input: desk.path('in.csv'),
    columns: new Map(),
    interval: 60,
    collectedAt: 'auto',
    limit: undefined,
    reports: join(desk.folder, 'reports'),
    runId: 'r1',
    concurrency: 1,
    graceSteps: 1,
    maxWaitMs: 900_000,
    again: false,
    rates: [],
    options: {},
    ...over,
  };
}

/** What a run in this very process works with, signed in as nobody in particular. */
export function portsTo(graph: GraphPort, over: Partial<EnrollPorts> = {}): EnrollPorts {
  return {
    graph,
    signIn: () => Promise.resolve(),
    account: () => Promise.resolve('http://127.0.0.1/beta tenant/app'),
    clock: systemClock,
    random: Math.random,
    stdin: Readable.from([]),
    interrupt: new AbortController().signal,
    self: { process: process.pid, host: 'here', space: '' },
    isRunning: () => true,
    watch: () => undefined,
    notice: () => undefined,
    observe: () => undefined,
    ...over,
  };
}
