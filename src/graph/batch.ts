import { z } from 'zod';
import type { Answer } from '../model/answer.js';
import { parseJson } from '../model/json.js';
import type { BatchAnswer, Read, ReadAnswer, ReadPort } from '../model/read.js';
import { signInWith, type BearerSource } from './access-token.js';
import type { Exchange, Send } from './client.js';
import { answered } from './hardware-oath.js';
import { readFound, readPath } from './read-found.js';
import type { HttpHeaders } from './transport.js';

/** One answer of a batch (page "Combine multiple HTTP requests using JSON batching"). */
const item = z.object({
  id: z.string(),
  status: z.int(),
  headers: z.record(z.string(), z.string()).nullish().catch(undefined),
  body: z.unknown().optional(),
});
type Item = z.infer<typeof item>;

const batch = z.object({ responses: z.array(z.unknown()) });

/** Reads of Graph in batches, for a dry run. Nothing but GET is ever in one. */
export function createReads(apiRoot: string, send: Send, bearer: BearerSource): ReadPort {
  return {
    readTogether: (reads) => readTogether(apiRoot, send, reads),
    ...signInWith(bearer),
  };
}

async function readTogether(apiRoot: string, send: Send, reads: readonly Read[]): Promise<BatchAnswer> {
  const requests = reads.map((read, at) => ({ id: String(at), method: 'GET', url: `/${readPath(read)}` }));
  const exchange = await send({ method: 'POST', path: '$batch', body: { requests } });
  if (exchange.kind !== 'exchange') return { kind: 'whole', answer: exchange };
  if (exchange.status !== 200) return { kind: 'whole', answer: answered(exchange, secretsOf(exchange)) };
  if (typeof exchange.body !== 'string') return { kind: 'whole', answer: exchange.body };
  const { data } = batch.safeParse(parseJson(exchange.body));
  if (data === undefined) return { kind: 'whole', answer: unreadable('the answer is no batch') };
  // Answers come in any order; one that cannot be read costs its own read alone.
  const items = data.responses.flatMap((response) => item.safeParse(response).data ?? []);
  const byId = new Map(items.map((response) => [response.id, response]));
  return {
    kind: 'each',
    answers: reads.map((read, at) => readItem(apiRoot, exchange, read, byId.get(String(at)))),
  };
}

function readItem(apiRoot: string, whole: Exchange, read: Read, response: Item | undefined): ReadAnswer {
  if (response === undefined) return { answer: unreadable('the batch holds no answer to this') };
  const exchange = { ...whole, status: response.status, headers: headersOf(response, whole) };
  const body = textOf(response.body);
  if (body === undefined) return { answer: unreadable('an answer of the batch is nested without end') };
  const answer = answered({ ...exchange, body }, secretsOf(whole));
  if (response.status !== 200) return { answer };
  const found = readFound(read, body, apiRoot);
  return found === undefined
    ? { answer: unreadable('the answer is not what Graph documents') }
    : { answer, found };
}

/** An item's body as text; undefined where it is nested deeper than can be written. */
function textOf(body: unknown): string | undefined {
  try {
    return body === undefined ? '' : JSON.stringify(body);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The item's own headers; a date in its Retry-After is read against the clock of the batch. */
function headersOf({ headers }: Item, whole: Exchange): HttpHeaders {
  const own = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  return new Map([['date', whole.headers.get('date') ?? ''], ...own]);
}

/** Reads bear no code and no seed: what may be told back is the token alone. */
const secretsOf = ({ bearer }: Exchange): string[] => [bearer.reveal()];

const unreadable = (detail: string): Answer => ({ kind: 'no_answer', cause: 'unreadable', detail });
