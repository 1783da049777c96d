import type { Answer, Ask, CreateTogether, GraphPort, Trouble } from '../model/answer.js';
import { isSuccess } from '../model/http-status.js';
import { signInWith, type BearerSource } from './access-token.js';
import type { Row } from '../model/row.js';
import { challengedClaims } from './claims.js';
import type { Exchange, Send } from './client.js';
import { creationOf, creationOfAll, INVENTORY, readBulk, untold } from './creation.js';
import { readDevicePage } from './devices.js';
import { readGraphError } from './graph-error.js';
import { oneLine } from './one-line.js';
import { serialNumberFilter, userPath } from './user-path.js';

type Activation = Extract<Ask, { kind: 'activate' }>;
type LookUp = Extract<Ask, { kind: 'user_tokens' | 'inventory' }>;
type Answered = Extract<Answer, { kind: 'answered' }>;

const MAX_MESSAGE = 300;
const MAX_CODE = 100;

/**
 * The calls on hardware OATH tokens that Graph beta documents, as a port for the dispatcher.
 *
 * @param pathOf where a user is found below the API root
 */
export function createHardwareOath(
  apiRoot: string,
  send: Send,
  bearer: BearerSource,
  pathOf: (user: string) => string = userPath,
): GraphPort {
  return {
    ask: (ask) => {
      const { row } = ask;
      switch (ask.kind) {
        case 'activate':
          return activate(send, ask, pathOf(row.user));
        case 'create':
          return create(send, row);
        case 'user_tokens':
          return lookUp(apiRoot, send, ask, `${pathOf(row.user)}/authentication/hardwareOathMethods`);
        case 'inventory':
          return lookUp(apiRoot, send, ask, `${INVENTORY}?${serialNumberFilter(row.serialNumber)}`);
      }
    },
    ...signInWith(bearer),
  };
}

/** The status line alone decides: a 204 is a 204, whatever becomes of the body behind it. */
async function activate(send: Send, ask: Activation, user: string): Promise<Answer> {
  const { serialNumber, displayName } = ask.row;
  const verificationCode = ask.code.reveal();
  const exchange = await send({
    method: 'POST',
    path: `${user}/authentication/hardwareOathMethods/assignAndActivateBySerialNumber`,
    body: { verificationCode, serialNumber, ...(displayName === undefined ? {} : { displayName }) },
  });
  const secrets = [verificationCode, ...secretsOf(ask.row, exchange)];
  return exchange.kind === 'exchange' ? answered(exchange, secrets) : without(secrets, exchange);
}

async function create(send: Send, row: Row): Promise<Answer> {
  const exchange = await send(creationOf(row));
  const secrets = secretsOf(row, exchange);
  return exchange.kind === 'exchange' ? answered(exchange, secrets) : without(secrets, exchange);
}

/** The bulk call on the inventory that Graph beta documents. */
export const bulkCreation =
  (send: Send): CreateTogether =>
  (rows) =>
    createTogether(send, rows);

/**
 * A bulk call that failed as a whole tells nothing of its rows, but for what is sure to have kept it from being done:
 * throttling, and a sign-in or permission that is missing. Its form and the most that it may hold are little known.
 */
async function createTogether(send: Send, rows: readonly Row[]): Promise<Answer[]> {
  const exchange = await send(creationOfAll(rows));
  const secrets = rows.flatMap((row) => secretsOf(row, exchange));
  if (exchange.kind !== 'exchange') return rows.map(() => without(secrets, exchange));
  const whole = answered(exchange, secrets);
  const { status, body } = exchange;
  if ([401, 403, 429].includes(status) || status >= 500) return rows.map(() => whole);
  if (!isSuccess(status)) return rows.map(() => untold(`the bulk call was refused (HTTP ${status})`));
  const told = typeof body === 'string' ? readBulk(body, rows) : [];
  return rows.map((_, at) => {
    const httpStatus = told[at];
    return httpStatus === undefined
      ? untold('the answer to the bulk call is not what Graph documents')
      : { ...whole, httpStatus };
  });
}

/** One page of a list. What follows it is asked for by the dispatcher: every call passes the same gate. */
async function lookUp(apiRoot: string, send: Send, ask: LookUp, path: string): Promise<Answer> {
  const exchange = await send({ method: 'GET', path: ask.page ?? path });
  const secrets = secretsOf(ask.row, exchange);
  if (exchange.kind !== 'exchange') return without(secrets, exchange);
  if (exchange.status !== 200) return answered(exchange, secrets);
  if (typeof exchange.body !== 'string') return without(secrets, exchange.body);
  const page = readDevicePage(exchange.body, secrets);
  if (page === undefined) return unreadable('the answer is not the list of tokens that Graph documents');
  const { devices, nextLink } = page;
  if (nextLink === undefined) return { ...answered(exchange, secrets), devices };
  const nextPage = below(apiRoot, nextLink);
  if (nextPage === undefined) return unreadable('the next page of the list is not on this Graph');
  return { ...answered(exchange, secrets), devices, nextPage };
}

/** What whoever answers may tell back and nobody must read: proofs of the row, and the token that the call bore. */
function secretsOf({ proof }: Row, exchange: Exchange | Trouble): string[] {
  const held = proof.kind === 'code' ? proof.code : proof.seed;
  return [held.reveal(), ...(exchange.kind === 'exchange' ? [exchange.bearer.reveal()] : [])];
}

function without(secrets: readonly string[], trouble: Trouble): Trouble {
  return { ...trouble, detail: oneLine(trouble.detail, MAX_MESSAGE, secrets) };
}

/** The path of a link relative to the API root; `undefined` for any other place: it would be sent the token. */
export function below(apiRoot: string, link: string): string | undefined {
  if (!URL.canParse(link)) return undefined;
  const { origin, pathname, search } = new URL(link);
  const whole = origin + pathname + search;
  return whole.startsWith(`${apiRoot}/`) ? whole.slice(apiRoot.length + 1) : undefined;
}

function unreadable(detail: string): Answer {
  return { kind: 'no_answer', cause: 'unreadable', detail };
}

/** What a status line and its headers say, without any of `secrets`. */
export function answered({ status, headers, body }: Exchange, secrets: readonly string[]): Answered {
  const refused = !isSuccess(status);
  const error = refused && typeof body === 'string' ? readGraphError(body) : undefined;
  const requestId = headers.get('request-id') ?? error?.requestId;
  const retryAfter = headers.get('retry-after');
  return {
    kind: 'answered',
    httpStatus: status,
    errorCode: oneLine(error?.code ?? '', MAX_CODE, secrets),
    message: oneLine(error?.message ?? '', MAX_MESSAGE, secrets),
    requestId: requestId === undefined ? undefined : oneLine(requestId, MAX_CODE, secrets),
    retryAfter: retryAfter === undefined ? undefined : shownWait(retryAfter, secrets),
    dateMs: finite(Date.parse(headers.get('date') ?? '')),
    throttlePercentage: finite(Number.parseFloat(headers.get('x-ms-throttle-limit-percentage') ?? '')),
    claims: status === 401 ? challengedClaims(headers.get('www-authenticate') ?? '') : undefined,
    devices: undefined,
  };
}

/** A Retry-After to be written down. One that is a secret told back is still obeyed, a second longer. */
function shownWait(header: string, secrets: readonly string[]): string {
  const [, whole, rest = ''] = /^\s*(\d+)(\.\d+)?\s*$/.exec(header) ?? [];
  if (whole === undefined) return oneLine(header, MAX_CODE, secrets);
  return secrets.includes(whole) ? String(Number(whole) + 1) : whole + rest;
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
