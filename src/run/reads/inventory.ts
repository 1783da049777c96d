import type { BatchReader } from '../../dispatch/batch-reader.js';
import { differenceOf } from '../../dispatch/decisions/creation.js';
import { told } from '../../dispatch/decisions/decision.js';
import { httpStatusOf, type Answer, type OathDevice } from '../../model/answer.js';
import type { ReadSoFar } from '../../model/read.js';
import type { Row } from '../../model/row.js';

/** More pages than any tenant has: a list that goes on beyond them does not end. */
const MOST_PAGES = 20_000;

/** The tokens that a tenant has, as they were read. */
export class Inventory {
  readonly #bySerial = new Map<string, OathDevice>();

  add(device: OathDevice): void {
    const key = device.serialNumber.toLowerCase();
    const known = this.#bySerial.get(key);
    // A serial number can exist twice (uploaded as CSV and through Graph): one that somebody holds tells more.
    if (known?.assignedToId === undefined) this.#bySerial.set(key, device);
  }

  get size(): number {
    return this.#bySerial.size;
  }

  get devices(): Iterable<OathDevice> {
    return this.#bySerial.values();
  }

  find(serialNumber: string): OathDevice | undefined {
    return this.#bySerial.get(serialNumber.toLowerCase());
  }

  /** What it says of a row whose token is to be in it: missing, there already, or there and another. */
  compare(row: Row): 'missing' | 'same' | { readonly difference: string } {
    const device = this.find(row.serialNumber);
    if (device === undefined) return 'missing';
    const difference = differenceOf(row, device);
    return difference === undefined ? 'same' : { difference };
  }
}

/** Why the inventory is not known. */
export interface Unread {
  readonly why: string;
}

/**
 * Reads the whole inventory, page by page.
 *
 * @param watch given a way to see how far that is
 */
export async function readInventory(
  reader: Pick<BatchReader, 'read' | 'shutForMs'>,
  watch?: (look: () => ReadSoFar) => void,
): Promise<Inventory | Unread> {
  const inventory = new Inventory();
  watch?.(() => ({ count: inventory.size, shutForMs: reader.shutForMs }));
  let page: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const reading = await reader.read({ kind: 'whole_inventory', page });
    if (reading.kind === 'ended') return reading;
    if (reading.found?.kind !== 'tokens') return { why: whyUnread(reading.answer) };
    reading.found.tokens.forEach((device) => inventory.add(device));
    page = reading.found.nextPage;
    if (page === undefined) return inventory;
  }
  return { why: 'the list of the inventory’s tokens does not end' };
}

function whyUnread(answer: Answer): string {
  const isDenied = httpStatusOf(answer) === 403;
  const mend = isDenied ? ': not allowed, grant Policy.Read.All' : '';
  return `the inventory could not be read (${told(answer)})${mend}`;
}
