import { z } from 'zod';
import type { OathDevice } from '../model/answer.js';
import { parseJson } from '../model/json.js';
import { oneLine } from './one-line.js';

/** One page of a look-up. */
export interface DevicePage {
  readonly devices: readonly OathDevice[];
  /** The whole URL of the next page, as Graph gave it. */
  readonly nextLink: string | undefined;
}

/** Longest name that is passed on, in characters. */
const MAX_NAME = 256;

const name = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined)
  .catch(undefined);

/** `hardwareOathTokenAuthenticationMethodDevice` of Graph beta; the seed in it is not read, not even as null. */
const device = z.object({
  serialNumber: z.string().min(1),
  status: z.enum(['available', 'assigned', 'activated', 'failedActivation', 'unknown']).catch('unknown'),
  assignedTo: z.object({ id: name, displayName: name }).nullish().catch(undefined),
  timeIntervalInSeconds: z.number().optional().catch(undefined),
  hashFunction: name,
  manufacturer: name,
  model: name,
});

/** Graph's samples show a device both as the item itself and as its `device`. */
const item = z.union([z.object({ device }).transform((method) => method.device), device]);

const page = z.object({ value: z.array(item), '@odata.nextLink': z.string().optional() });

/**
 * Reads one page of a user's tokens or of the inventory. `undefined` where it is not what Graph documents, also
 * for a single item without a serial number: a list that may lack the token in question proves nothing.
 *
 * @param secrets are blanked in names, should they stand there
 */
export function readDevicePage(body: string, secrets: readonly string[] = []): DevicePage | undefined {
  const parsed = page.safeParse(parseJson(body));
  if (!parsed.success) return undefined;
  const shown = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : oneLine(text, MAX_NAME, secrets);
  const devices = parsed.data.value.map(
    ({ serialNumber, status, assignedTo, timeIntervalInSeconds, ...rest }) => ({
      serialNumber,
      status,
      assignedToId: shown(assignedTo?.id),
      assignedToName: shown(assignedTo?.displayName),
      intervalS: timeIntervalInSeconds,
      hashFunction: shown(rest.hashFunction),
      manufacturer: shown(rest.manufacturer),
      model: shown(rest.model),
    }),
  );
  return { devices, nextLink: parsed.data['@odata.nextLink'] };
}
