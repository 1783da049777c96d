import type { Answer, Ask, GraphPort, OathDevice } from '../model/answer.js';
import type { BearerSource } from './access-token.js';
import { challengedClaims } from './claims.js';
import type { Exchange, Send } from './client.js';
import { readDevicePage } from './devices.js';
import { readGraphError } from './graph-error.js';
import { oneLine } from './one-line.js';
import { serialNumberFilter, userPath } from './user-path.js';

type Activation = Extract<Ask, { kind: 'activate' }>;
type LookUp = Exclude<Ask, Activation>;
type Answered = Extract<Answer, { kind: 'answered' }>;

const MAX_MESSAGE = 300;
const MAX_CODE = 100;

/** The calls on hardware OATH tokens that Graph beta documents, as a port for the dispatcher. */
export function createHardwareOath(apiRoot: string, send: Send, bearer: BearerSource): GraphPort {
  return {
    ask: (ask) => (ask.kind === 'activate' ? activate(send, ask) : lookUp(apiRoot, send, ask)),
    signingIn: () => {
      const token = bearer.get();
      return token instanceof Promise ? token.then(() => undefined) : undefined;
    },
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

/** One page of a list. What follows it is asked for by the dispatcher: every call passes the same gate. */
async function lookUp(apiRoot: string, send: Send, ask: LookUp): Promise<Answer> {
  const exchange = await send({ method: 'GET', path: ask.page ?? lookUpPath(ask) });
  if (exchange.kind !== 'exchange') return exchange;
  if (exchange.status !== 200) return answered(exchange, {});
  if (typeof exchange.body !== 'string') return exchange.body;
  const page = readDevicePage(exchange.body);
  if (page === undefined) return unreadable('the answer is not the list of tokens that Graph documents');
  if (page.nextLink === undefined) return answered(exchange, page);
  const nextPage = below(apiRoot, page.nextLink);
  if (nextPage === undefined) return unreadable('the next page of the list is not on this Graph');
  return { ...answered(exchange, page), nextPage };
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
): Answered {
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
