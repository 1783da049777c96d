import { isObject } from './call.js';
import { FAULTS_EXPECTED, isFaultRule, type Faults } from '../trouble/faults.js';
import type { Reply } from '../reply.js';
import type { RequestLog } from '../request-log.js';
import { DEFAULT_SETTINGS, unknownSetting, type EmulatorSettings } from '../settings.js';
import { codeOfStep, stepAt } from '../tenant/totp.js';
import type { World } from '../world.js';

/** What the emulator's own routes work on. */
export interface Admin {
  readonly world: World;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly configure: (change: Partial<EmulatorSettings>) => void;
}

/**
 * The emulator's own routes, below `/_emulator`: for the hands and eyes of whoever runs it. They take no bearer
 * token and are neither throttled, nor logged, nor hit by faults.
 */
export function adminReply(
  method: string,
  segments: readonly string[],
  json: unknown,
  nowMs: number,
  admin: Admin,
) {
  const [topic = '', id] = segments;
  switch (`${method} ${topic}`) {
    case 'GET requests':
      return ok({ requests: admin.log.entries() });
    case 'DELETE requests':
      admin.log.clear();
      return EMPTY;
    case 'GET tokens':
      return ok({ tokens: [...admin.world.tenant.devices()].map(({ view }) => tokenJson(view)) });
    case 'GET code':
      return shownCode(admin, id ?? '', nowMs);
    case 'GET faults':
      return ok({ faults: admin.faults.list() });
    case 'POST faults':
      return addFaults(admin, json);
    case 'DELETE faults':
      admin.faults.clear(id);
      return EMPTY;
    case 'GET settings':
      return ok(admin.world.settings);
    case 'POST settings':
      return changeSettings(admin, json);
    default:
      return failed(404, 'No such route of the emulator.');
  }
}

const EMPTY: Reply = { status: 204 };

function ok(body: object): Reply {
  return { status: 200, body };
}

function failed(status: number, message: string): Reply {
  return { status, body: { error: { code: 'emulator', message } } };
}

function tokenJson(view: {
  serialNumber: string;
  status: string;
  timeIntervalInSeconds: number;
  hashFunction: string;
  assignedTo: { userPrincipalName: string } | undefined;
}) {
  const { serialNumber, status, timeIntervalInSeconds, hashFunction, assignedTo } = view;
  return {
    serialNumber,
    status,
    timeIntervalInSeconds,
    hashFunction,
    assignedTo: assignedTo?.userPrincipalName ?? null,
  };
}

/** What a person with the token in hand reads off it now. */
function shownCode(admin: Admin, serialNumber: string, nowMs: number): Reply {
  const device = admin.world.tenant.bySerial(serialNumber);
  if (device === undefined) return failed(404, 'No token has this serial number.');
  const { timeIntervalInSeconds: intervalS, hashFunction } = device.view;
  const step = stepAt(nowMs, intervalS);
  const changesAt = new Date((step + 1) * intervalS * 1000).toISOString();
  return ok({ serialNumber, code: codeOfStep(device.key, step, hashFunction), changesAt });
}

function addFaults(admin: Admin, json: unknown): Reply {
  const rules: unknown[] = [json].flat();
  if (!rules.every(isFaultRule)) return failed(400, FAULTS_EXPECTED);
  return { status: 201, body: { ids: rules.map((rule) => admin.faults.add(rule)) } };
}

function changeSettings(admin: Admin, json: unknown): Reply {
  if (!isObject(json)) return failed(400, 'An object of settings is expected.');
  const unknown = unknownSetting(json);
  if (unknown !== undefined) return failed(400, `There is no setting "${unknown}".`);
  // JSON has no Infinity: null stands for a setting's default.
  const change = Object.fromEntries(
    Object.entries(json).map(([name, value]) => [
      name,
      value ?? DEFAULT_SETTINGS[name as keyof EmulatorSettings],
    ]),
  );
  try {
    admin.configure(change);
  } catch (error) {
    return failed(400, error instanceof Error ? error.message : String(error));
  }
  return ok(admin.world.settings);
}
