import { isObject, parseTarget, type Call } from './call.js';
import type { Reply } from '../reply.js';
import { badRequest } from '../world.js';

/** Requests that one batch may hold. */
const MOST_ITEMS = 20;

interface Item {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly body?: unknown;
}

/**
 * `POST /$batch`: each item is judged by itself through `judge`, throttle and all, in the order given; the answers
 * come back in another order. The batch itself is not counted.
 */
export function batchReply(call: Call, judge: (item: Call) => Reply): Reply {
  const items = call.json?.['requests'];
  if (!Array.isArray(items) || !items.every(isItem)) return badRequest(call, 'Invalid batch payload format.');
  if (items.length > MOST_ITEMS)
    return badRequest(call, 'Number of batch request steps exceeds the maximum of 20.');
  if (new Set(items.map((item) => item.id)).size < items.length)
    return badRequest(call, 'The id of each request in a batch must be unique.');
  const responses = items.map((item) => itemResponse(item, call, judge));
  return { status: 200, body: { responses: responses.reverse() } };
}

function itemResponse(item: Item, call: Call, judge: (item: Call) => Reply): object {
  const target = parseTarget(item.url.startsWith('/') ? item.url : `/${item.url}`);
  const json = isObject(item.body) ? item.body : undefined;
  const reply = target
    ? judge({ ...call, ...target, method: item.method.toUpperCase(), json })
    : badRequest(call, 'The url of a request could not be read.');
  const { status, body, headers } = reply;
  return {
    id: item.id,
    // An item whose connection broke inside the service: the batch can only say that no answer came.
    status: status === 0 ? 504 : status,
    headers: { ...headers, 'request-id': call.ids.requestId, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body }),
  };
}

function isItem(value: unknown): value is Item {
  return isObject(value) && ['id', 'method', 'url'].every((name) => typeof value[name] === 'string');
}
