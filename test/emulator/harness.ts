import { onTestFinished } from 'vitest';
import { startEmulator, totpCode, type Emulator, type EmulatorOptions } from '../../src/emulator/index.js';

export const AMY = { userPrincipalName: 'amy@contoso.com', displayName: 'Amy Masters' };
export const BOB = { userPrincipalName: "bob.o'hara@contoso.com", displayName: 'Bob O’Hara' };
export const SEED = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
export const TOKEN = { serialNumber: '00012345', secretKey: SEED, manufacturer: 'Fabrikam', model: 'FK' };
/** 13 s into a step of 30 s, in the first half of one of 60 s. */
export const NOON = Date.parse('2026-11-24T12:00:13Z');

/** An emulator whose clock the test moves, closed when the test ends. */
export async function emulate(options: EmulatorOptions = {}) {
  const clock = { nowMs: NOON };
  const emulator = await startEmulator({
    users: [AMY, BOB],
    tokens: [TOKEN],
    now: () => clock.nowMs,
    ...options,
  });
  onTestFinished(() => emulator.close());
  return { emulator, clock };
}

/** Whatever the bodies of answers may hold; a test reads what its answer has. */
export interface Json {
  readonly value: Json[];
  readonly device: Json;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly innerError: Record<string, string>;
  };
  readonly responses: {
    readonly id: string;
    readonly status: number;
    readonly headers: Record<string, string>;
  }[];
  readonly '@odata.nextLink': string;
  readonly serialNumber: string;
  readonly status: string;
  readonly hashFunction: string;
  readonly userPrincipalName: string;
  readonly code: string;
  readonly changesAt: string;
  readonly ids: string[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** An empty object where the body is no JSON object. */
  readonly json: Json;
}

/** Calls the API, or the emulator's own routes, with a bearer token. */
export async function ask(
  { url, adminUrl }: Emulator,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const target = path.startsWith('/_emulator') ? adminUrl + path.slice('/_emulator'.length) : url + path;
  const response = await fetch(target, {
    method,
    redirect: 'manual',
    headers: { Authorization: 'Bearer dummy', 'Content-Type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
}

function jsonOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {} as Json;
  }
}

/** What the fob of {@link TOKEN} shows. */
export function shown(atMs: number, seed = SEED, intervalS: 30 | 60 = 30): string {
  return totpCode(seed, atMs, { intervalS, hashFunction: 'hmacsha1' });
}

export const METHODS = '/users/amy@contoso.com/authentication/hardwareOathMethods';
export const ACTIVATE = `${METHODS}/assignAndActivateBySerialNumber`;
export const DEVICES = '/directory/authenticationMethodDevices/hardwareOathDevices';

export function activation(atMs: number, serialNumber = TOKEN.serialNumber) {
  return { verificationCode: shown(atMs), serialNumber };
}
