import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Bearers } from './bearers.js';
import { Faults, type FaultRule } from './trouble/faults.js';
import { Graph } from './graph.js';
import type { TokenSpec, UserSpec } from './tenant/device.js';
import { requestHandler } from './request-handler.js';
import { ReadLag } from './tenant/read-lag.js';
import { RequestLog, type RequestLogEntry } from './request-log.js';
import { DEFAULT_SETTINGS, type EmulatorSettings } from './settings.js';
import { Tenant } from './tenant/tenant.js';
import { createThrottle } from './trouble/throttle.js';
import type { World } from './world.js';

export interface EmulatorOptions extends Partial<EmulatorSettings> {
  readonly users?: readonly UserSpec[];
  readonly tokens?: readonly TokenSpec[];
  /** UPN or object id of the signed-in user; the first enabled member unless told. */
  readonly me?: string;
  /** Faults in force from the start. */
  readonly faults?: readonly FaultRule[];
  /** Of the generator that draws for faults with a probability. */
  readonly seed?: number;
  /** Wall time, ms since the epoch: what codes, throttles, lags and the log go by. */
  readonly now?: () => number;
  /** On 127.0.0.1; any free one unless told. */
  readonly port?: number;
  /** Calls that the log keeps; all unless told. */
  readonly logLimit?: number;
}

export interface Emulator {
  /** API root, e.g. `http://127.0.0.1:50123/beta`. */
  readonly url: string;
  /** Root of the emulator's own routes, e.g. `http://127.0.0.1:50123/_emulator`. */
  readonly adminUrl: string;
  readonly tenant: Tenant;
  readonly faults: Faults;
  /** The log, oldest first. */
  requests(): RequestLogEntry[];
  clearRequests(): void;
  /** Changes settings from the next call on; a new throttle starts unspent. */
  configure(change: Partial<EmulatorSettings>): void;
  /** Every bearer token used so far gets 401 from now on. */
  revokeBearers(): void;
  /** Breaks all connections and frees the port. */
  close(): Promise<void>;
}

/** Starts a Graph of its own on the loopback interface. Throws where users and tokens make no sense together. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { users = [], tokens = [], now = Date.now, port = 0 } = options;
  const { world, configure } = makeWorld(new Tenant(users, tokens), options, now);
  const faults = new Faults(options.faults, options.seed);
  const log = new RequestLog(options.logLimit);
  const graph = new Graph(world, faults, log);
  const handle = requestHandler(graph, { world, faults, log, configure }, now);
  const server = createServer((request, response) => void handle(request, response));
  // A connection that the server closes for idleness would look like a fault that nobody asked for.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  const root = `http://127.0.0.1:${await listen(server, port)}`;
  world.root = `${root}/beta`;
  return {
    url: world.root,
    adminUrl: `${root}/_emulator`,
    tenant: world.tenant,
    faults,
    requests: () => log.entries(),
    clearRequests: () => log.clear(),
    configure,
    revokeBearers: () => world.bearers.revokeAll(),
    close: () => close(server),
  };
}

function makeWorld(tenant: Tenant, options: EmulatorOptions, now: () => number) {
  const lag = new ReadLag();
  tenant.onChange = (device, before) => lag.changed(device, before, now());
  const me =
    options.me === undefined
      ? tenant.users().find((user) => user.accountEnabled && user.userType === 'Member')
      : tenant.user(options.me);
  if (options.me !== undefined && me === undefined) throw new Error(`no user ${options.me} to sign in as`);
  const throttle = createThrottle(DEFAULT_SETTINGS.throttle);
  const world: World = {
    tenant,
    lag,
    bearers: new Bearers(),
    settings: DEFAULT_SETTINGS,
    throttle,
    me,
    root: '',
  };
  const configure = (change: Partial<EmulatorSettings>): void => {
    // First what may throw: a change is made whole or not at all.
    const throttle = change.throttle === undefined ? world.throttle : createThrottle(change.throttle);
    Object.assign(world, { throttle, settings: { ...world.settings, ...change } });
    lag.spec = world.settings.readLag;
  };
  const names = Object.keys(DEFAULT_SETTINGS) as (keyof EmulatorSettings)[];
  configure(Object.fromEntries(names.flatMap((name) => (name in options ? [[name, options[name]]] : []))));
  return { world, configure };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
