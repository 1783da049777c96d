import type { Readable } from 'node:stream';
import { AdaptiveThrottle } from '../dispatch/pace/adaptive/adaptive-throttle.js';
import type { BatchReader } from '../dispatch/batch-reader.js';
import { createCeiling } from '../dispatch/pace/ceiling.js';
import type { Rate } from '../model/rate.js';
import { told } from '../dispatch/decisions/decision.js';
import type { OathDevice } from '../model/answer.js';
import type { Clock } from '../model/clock.js';
import { OathEnrollError } from '../model/errors.js';
import type { ReadPort, ReadSoFar } from '../model/read.js';
import { aborted } from './session/aborted.js';
import { FactFinder } from './reads/fact-finder.js';
import { inTurn } from './reads/in-turn.js';
import { openInput } from './input.js';
import { Inventory, readInventory } from './reads/inventory.js';
import { reading } from './reads/reading.js';

export interface StatusRequest {
  /** A file, or `-`, that names tokens; undefined for all that the tenant has. */
  readonly input: string | undefined;
  readonly columns: ReadonlyMap<string, string>;
  readonly concurrency: number;
  readonly maxWaitMs: number;
  readonly rates: readonly Rate[];
}

export interface StatusPorts {
  readonly reads: ReadPort;
  /** Rejects with OathEnrollError `sign_in`. */
  readonly signIn: () => Promise<void>;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly stdin: Readable;
  readonly interrupt: AbortSignal;
  /** Given a way to see how far the reading is, as it begins. */
  readonly watch: (look: () => ReadSoFar) => void;
}

/** A token as the tenant has it, or has it not. */
export interface TokenStatus {
  /** Where the file names it. */
  readonly line: number | undefined;
  readonly serialNumber: string;
  /** Whom the file names beside it; '' where it names nobody. */
  readonly user: string;
  /** `missing`: the inventory has no such token. */
  readonly status: OathDevice['status'] | 'missing';
  readonly device: OathDevice | undefined;
}

/** Tokens that are asked for at the same time: enough to fill batches. */
const AT_ONCE = 1000;

/**
 * What the tenant's inventory says of the tokens of a file, in its order, or of all tokens. Nothing is changed.
 *
 * @throws OathEnrollError `input` for an unusable file; `sign_in`; `environment` where Graph does not tell;
 *   `interrupted`
 */
export async function status(request: StatusRequest, ports: StatusPorts): Promise<readonly TokenStatus[]> {
  // A sign-in, or standard input, may keep us waiting for as long as it likes.
  const tokens = await Promise.race([readStatus(request, ports), aborted(ports.interrupt)]);
  if (tokens !== true) return tokens;
  throw new OathEnrollError('interrupted', 'interrupted before all was read: nothing was changed');
}

async function readStatus(request: StatusRequest, ports: StatusPorts): Promise<readonly TokenStatus[]> {
  const { clock, random, interrupt, reads } = ports;
  await ports.signIn();
  const ceiling = request.rates.length === 0 ? undefined : createCeiling(request.rates, clock);
  const gate = { clock, ceiling, throttle: new AdaptiveThrottle(random) };
  const { input } = request;
  return reading({ ...gate, graph: reads }, request, interrupt, (reader) =>
    input === undefined ? ofAll(ports, reader) : ofFile({ ...request, input }, ports, reader),
  );
}

async function ofAll({ watch }: StatusPorts, reader: BatchReader): Promise<TokenStatus[]> {
  const inventory = await readInventory(reader, watch);
  if (!(inventory instanceof Inventory)) throw new OathEnrollError('environment', inventory.why);
  return [...inventory.devices].map((device) => ({
    line: undefined,
    serialNumber: device.serialNumber,
    user: '',
    status: device.status,
    device,
  }));
}

async function ofFile(
  { input: path, columns }: StatusRequest & { readonly input: string },
  ports: StatusPorts,
  reader: BatchReader,
): Promise<TokenStatus[]> {
  const input = await openInput(
    { input: path, columns, interval: 30, collectedAt: 'arrival', limit: undefined, purpose: 'look_up' },
    ports,
  );
  const finder = new FactFinder(reader);
  const found: TokenStatus[] = [];
  ports.watch(() => ({ count: found.length, shutForMs: reader.shutForMs }));
  await inTurn(
    input.rows,
    AT_ONCE,
    ({ serialNumber }) => finder.tokensBy(serialNumber),
    ({ record: { line }, serialNumber, user }, known) => {
      if (known.kind !== 'known') {
        const why =
          known.kind === 'ended'
            ? known.why
            : known.kind === 'denied'
              ? 'the inventory may not be read (HTTP 403): grant Policy.Read.All'
              : `the inventory could not be read (${told(known.answer)})`;
        throw new OathEnrollError('environment', why);
      }
      const inventory = new Inventory();
      known.value.forEach((each) => inventory.add(each));
      const device = inventory.find(serialNumber);
      found.push({ line, serialNumber, user, status: device?.status ?? 'missing', device });
      return undefined;
    },
  );
  return found;
}
