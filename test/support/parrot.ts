import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'vitest';

/** How a parrot answers an activation. */
export interface Parroting {
  /** 0: no answer at all. */
  readonly status: number;
  /** What Retry-After is made of: words around what it was told, or a code as it is, a number of seconds. */
  readonly retryAfter?: 'words' | 'code';
  /** Only the first so many activations; the others are refused with 400. */
  readonly times?: number;
  /** Of the look-ups, each with an answer of its own kind: 200 names the token's holder. */
  readonly lookUp?: number;
  /** Of creations, one by one or many at once; they are answered as activations unless told. */
  readonly creation?: number;
}

export interface Parrot {
  /** API root. */
  readonly url: string;
  /** Codes, seeds and bearer tokens that it was told. */
  readonly told: ReadonlySet<string>;
  activations(): number;
  creations(): number;
}

/** What it may be asked with. */
interface Told {
  readonly verificationCode?: string;
  readonly serialNumber?: string;
  readonly secretKey?: string;
  /** Tokens that are created together. */
  readonly value?: readonly Told[];
  readonly '@contentId'?: string;
  /** The reads of a batch. */
  readonly requests?: readonly { readonly id: string }[];
}

/** A Graph that tells back in every place of an answer what it was told, now and before, and `more` besides. */
export async function startParrot(
  { status, retryAfter, times = Infinity, lookUp = 200, creation = status }: Parroting,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  more: readonly string[] = [],
): Promise<Parrot> {
  const told = new Set<string>();
  let activations = 0;
  let creations = 0;

  const answer = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const { method = '', url = '', headers } = request;
    const isBatch = url.endsWith('/$batch');
    const isCreation = method !== 'GET' && url.endsWith('/hardwareOathDevices');
    const isActivation = method === 'POST' && !isBatch && !isCreation;
    const bearer = headers.authorization?.replace('Bearer ', '') ?? '';
    // Loopback's own is the same for all, and no secret.
    if (bearer !== 'loopback') told.add(bearer);
    const asked = (body === '' ? {} : JSON.parse(body)) as Told;
    const { verificationCode: code, serialNumber } = asked;
    for (const { verificationCode, secretKey } of [asked, ...(asked.value ?? [])]) {
      if (verificationCode !== undefined) told.add(verificationCode);
      if (secretKey !== undefined) told.add(secretKey);
    }
    if (isActivation) activations += 1;
    if (isCreation) creations += 1;
    const isChange = isActivation || isCreation;
    const isInTime = (isCreation ? creations : activations) <= times;
    const change = isInTime ? (isCreation ? creation : status) : 400;
    const wanted = isBatch ? 200 : isChange ? change : lookUp;
    if (wanted === 0) return;
    const text = [...told, ...more, `Bearer ${bearer}`].join(' ');
    const claims = Buffer.from(JSON.stringify({ text })).toString('base64');
    response.writeHead(wanted, {
      'Content-Type': 'application/json',
      'request-id': text,
      'client-request-id': text,
      ...(retryAfter !== undefined &&
        isChange &&
        isInTime && { 'Retry-After': retryAfter === 'code' ? (code ?? '') : text }),
      'WWW-Authenticate': `Bearer realm="${text}", error="insufficient_claims", claims="${claims}"`,
      Location: `/beta/${encodeURIComponent(text)}`,
    });
    const inner = { message: text, 'request-id': text, date: text };
    const error = { code: `no ${text}`, message: text, innerError: inner };
    const serial = serialNumber ?? /'(.*)'/.exec(decodeURIComponent(url))?.[1] ?? 'another';
    const assignedTo = { id: text, displayName: `${text}, the holder` };
    const device = {
      serialNumber: serial,
      status: 'activated',
      displayName: text,
      secretKey: text,
      assignedTo,
    };
    const list = { value: [{ id: text, device }] };
    if (isBatch) {
      const ofItem = { status: 200, headers: { 'request-id': text }, body: list };
      response.end(JSON.stringify({ responses: asked.requests?.map(({ id }) => ({ id, ...ofItem })) }));
    } else if (wanted === 201) {
      const value = asked.value?.map((item) => ({ ...item, id: text, displayName: text }));
      response.end(JSON.stringify(value === undefined ? { ...device, id: text } : { value }));
    } else response.end(wanted === 204 ? undefined : JSON.stringify(wanted === 200 ? list : { error }));
  };

  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (piece: string) => (body += piece));
    request.on('end', () => answer(request, response, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/beta`,
    told,
    activations: () => activations,
    creations: () => creations,
  };
}
