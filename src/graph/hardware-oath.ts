import type { Answer, Ask, GraphPort, OathDevice } from '../model/answer.js';
import type { BearerSource } from './access-token.js';
import { challengedClaims } from './claims.js';
import type { Exchange, HttpCall, Send } from './client.js';
import { readDevicePage } from './devices.js';
import { readGraphError } from './graph-error.js';
import { oneLine } from './one-line.js';
import { serialNumberFilter, userPath } from './user-path.js';

type Activation = Extract<Ask, { kind: 'activate' }>;
type LookUp = Exclude<Ask, Activation>;

/** A user holds five tokens at most and few share a serial number: more pages than this are no answer to trust. */
const MAX_PAGES = 5;

const MAX_MESSAGE = 300;
const MAX_CODE = 100;

/** The calls on hardware OATH tokens that Graph beta documents, as a port for the dispatcher. */
export function createHardwareOath(apiRoot: string, send: Send, bearer: BearerSource): GraphPort {
  return {
    ask: (ask) => (ask.kind === 'activate' ? activate(send, ask) : lookUp(apiRoot, send, ask)),
    renewSignIn: (sentAtElapsedMs, claims) => bearer.renew(sentAtElapsedMs, claims),
  };
}

/** The status line alone decides: a 204 is a 204, whatever becomes of the body behind it. */
async function activate(send: Send, { row, code }: Activation): Promise<Answer> {
  const { serialNumber, displayName } = row;
  const verificationCode = code.reveal();
  const exchange = await send({
    method: 'POST',
    path: `${userPath(row.user)}/authentication/hardwareOathMethods/assignAndActivateBySerialNumber`,
    body: { verificationCode, serialNumber, ...(displayName === undefined ? {} : { displayName }) },
  });
  if (exchange.kind === 'exchange') return answered(exchange, { secrets: [verificationCode] });
  return { ...exchange, detail: oneLine(exchange.detail, MAX_MESSAGE, [verificationCode]) };
}

/**
 * Reads all pages, or answers as the page did that could not be read: half a list must not pass for a list that
 * lacks the token. Pages beyond the first are rare, and are asked for only right after a 200.
 */
async function lookUp(apiRoot: string, send: Send, ask: LookUp): Promise<Answer> {
  const devices: OathDevice[] = [];
  let path: string | undefined = lookUpPath(ask);
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const call: HttpCall = { method: 'GET', path };
    const exchange = await send(call);
    if (exchange.kind !== 'exchange') return exchange;
    if (exchange.status !== 200) return answered(exchange, {});
    if (typeof exchange.body !== 'string') return exchange.body;
    const page = readDevicePage(exchange.body);
    if (page === undefined) return unreadable('the answer is not the list of tokens that Graph documents');
    devices.push(...page.devices);
    if (page.nextLink === undefined) return answered(exchange, { devices });
    path = below(apiRoot, page.nextLink);
    if (path === undefined) return unreadable('the next page of the list is not on this Graph');
  }
  return unreadable(`the list of tokens has more than ${MAX_PAGES} pages`);
}

function lookUpPath({ kind, row }: LookUp): string {
  return kind === 'user_tokens'
    ? `${userPath(row.user)}/authentication/hardwareOathMethods`
    : `directory/authenticationMethodDevices/hardwareOathDevices?${serialNumberFilter(row.serialNumber)}`;
}

/** The path of a link relative to the API root; `undefined` for any other place: it would be sent the token. */
function below(apiRoot: string, link: string): string | undefined {
  if (!URL.canParse(link)) return undefined;
  const { origin, pathname, search } = new URL(link);
  const whole = origin + pathname + search;
  return whole.startsWith(`${apiRoot}/`) ? whole.slice(apiRoot.length + 1) : undefined;
}

function unreadable(detail: string): Answer {
  return { kind: 'no_answer', cause: 'unreadable', detail };
}

function answered(
  { status, headers, body }: Exchange,
  { secrets = [], devices }: { secrets?: readonly string[]; devices?: readonly OathDevice[] },
): Answer {
  const refused = status < 200 || status > 299;
  const error = refused && typeof body === 'string' ? readGraphError(body) : undefined;
  const requestId = headers.get('request-id') ?? error?.requestId;
  const retryAfter = headers.get('retry-after');
  return {
    kind: 'answered',
    httpStatus: status,
    errorCode: oneLine(error?.code ?? '', MAX_CODE, secrets),
    message: oneLine(error?.message ?? '', MAX_MESSAGE, secrets),
    requestId: requestId === undefined ? undefined : oneLine(requestId, MAX_CODE, secrets),
    retryAfter: retryAfter === null ? undefined : oneLine(retryAfter, MAX_CODE),
    dateMs: finite(Date.parse(headers.get('date') ?? '')),
    throttlePercentage: finite(Number.parseFloat(headers.get('x-ms-throttle-limit-percentage') ?? '')),
    claims: status === 401 ? challengedClaims(headers.get('www-authenticate') ?? '') : undefined,
    devices,
  };
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
