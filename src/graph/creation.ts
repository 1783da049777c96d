import { z } from 'zod';
import type { Answer } from '../model/answer.js';
import { parseJson } from '../model/json.js';
import type { Row } from '../model/row.js';
import type { HttpCall } from './client.js';

/** The tenant's inventory of hardware tokens. */
export const INVENTORY = 'directory/authenticationMethodDevices/hardwareOathDevices';

/** One token into the inventory (Graph beta, "Create hardwareOathTokenAuthenticationMethodDevice"). */
export const creationOf = (row: Row): HttpCall => ({ method: 'POST', path: INVENTORY, body: deviceOf(row) });

/** Several at once, as the changes of a collection (Graph beta, "Bulk create hardware OATH devices"). */
export const creationOfAll = (rows: readonly Row[]): HttpCall => ({
  method: 'PATCH',
  path: INVENTORY,
  body: {
    '@context': '#$delta',
    value: rows.map((row, at) => ({ '@contentId': String(at + 1), ...deviceOf(row) })),
  },
});

function deviceOf({ serialNumber, displayName, intervalS, proof, maker }: Row): Record<string, unknown> {
  if (proof.kind !== 'seed' || maker === undefined)
    throw new Error('a token is made of a seed and its maker');
  return {
    serialNumber,
    ...maker,
    secretKey: proof.seed.reveal(),
    timeIntervalInSeconds: intervalS,
    hashFunction: proof.hashFunction,
    ...(displayName === undefined ? {} : { displayName }),
  };
}

const item = z.looseObject({
  '@contentId': z.union([z.string(), z.number()]).transform(String).optional(),
  serialNumber: z.string().optional(),
  id: z.string().optional(),
});
const bulk = z.object({ value: z.array(item) });

/** What marks an item that was not taken (OData 4.01 JSON format, section 15.2), and the status that it was given. */
const EXCEPTION = 'DataModificationException';
const exception = z.looseObject({ responseCode: z.coerce.number().int().min(100).max(599) });

/**
 * What the body of a bulk answer says of each row: the status that it would have had by itself. Undefined for a row of
 * which it says nothing that is documented; what is unknown is not guessed.
 */
export function readBulk(body: string, rows: readonly Row[]): readonly (number | undefined)[] {
  const { data } = bulk.safeParse(parseJson(body));
  return rows.map((row, at) => {
    const found =
      data?.value.find((each) => each['@contentId'] === String(at + 1)) ??
      data?.value.find((each) => each['@contentId'] === undefined && each.serialNumber === row.serialNumber);
    if (found === undefined) return undefined;
    const refusal = Object.entries(found).find(([name]) => name.endsWith(EXCEPTION));
    if (refusal !== undefined) return exception.safeParse(refusal[1]).data?.responseCode ?? 400;
    // Taken is what came back as a token of this inventory.
    const isTaken = found.id !== undefined || found.serialNumber === row.serialNumber;
    return isTaken ? 201 : undefined;
  });
}

/** An answer to a bulk call that says nothing of a row: it may have been taken or not. */
export const untold = (detail: string): Answer => ({ kind: 'no_answer', cause: 'unreadable', detail });
