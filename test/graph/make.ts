import type { Clock } from '../../src/model/clock.js';
import { systemClock } from '../../src/model/clock.js';
import type { Ask } from '../../src/model/answer.js';
import type { Row } from '../../src/model/row.js';
import { Secret } from '../../src/model/secret.js';
import type { BearerSource } from '../../src/graph/access-token.js';
import { createSend, type Send } from '../../src/graph/client.js';
import { transportBy } from '../../src/graph/transport.js';
import { createGraph, type Graph, type GraphSettings } from '../../src/graph/graph.js';

export const CODE = '588651';

export function row(over: Partial<Row> = {}): Row {
  return {
    line: 2,
    serialNumber: 'TOTP123456',
    user: 'amy@contoso.example',
    displayName: undefined,
    intervalS: 30,
    proof: { kind: 'code', code: new Secret(CODE), collectedAtMs: 0 },
    ...over,
  };
}

export function activate(over: Partial<Row> = {}): Ask {
  return { kind: 'activate', row: row(over), code: new Secret(CODE) };
}

export function graphAt(graphUrl: string, over: Partial<GraphSettings> = {}): Graph {
  return createGraph({
    graphUrl,
    auth: 'default',
    env: {},
    requestTimeoutMs: 10_000,
    clock: systemClock,
    onDeviceCode: () => undefined,
    onWarning: () => undefined,
    makeCredential: () => Promise.reject(new Error('a test signs in nowhere')),
    ...over,
  });
}

/** Calls below an API root on this very machine, with whatever bearer. */
export const sendOn = (apiRoot: string, bearer: BearerSource, clock: Clock = systemClock): Send =>
  createSend({ apiRoot, bearer, clock, requestTimeoutMs: 10_000, transport: transportBy({}, true) });

/** Time that passes when a test says so. `elapsed` and `now` move together. */
export class ManualClock implements Clock {
  #ms = 1_000_000;
  now = (): number => this.#ms;
  elapsed = (): number => this.#ms;
  at = (): (() => void) => () => undefined;
  pass(ms: number): void {
    this.#ms += ms;
  }
}
