import type { Bearers } from './bearers.js';
import type { Call } from './routes/call.js';
import type { User } from './tenant/device.js';
import { errorReply } from './graph-error.js';
import type { ReadLag } from './tenant/read-lag.js';
import { refusalError, type RefusalCause } from './refusal.js';
import type { Reply } from './reply.js';
import type { EmulatorSettings } from './settings.js';
import type { Tenant } from './tenant/tenant.js';
import type { Throttle } from './trouble/throttle.js';

/** What the routes stand on. */
export interface World {
  readonly tenant: Tenant;
  readonly lag: ReadLag;
  readonly bearers: Bearers;
  settings: EmulatorSettings;
  throttle: Throttle;
  /** The signed-in user. */
  me: User | undefined;
  /** API root, as links in answers begin. */
  root: string;
}

export const DONE: Reply = { status: 204, acted: true };

export function refuse(cause: RefusalCause, call: Call, world: World, subject = ''): Reply {
  const { status, code, message } = refusalError(cause, world.settings.refusals, subject);
  return { ...errorReply(status, code, message, call.ids), refusal: cause };
}

export function badRequest(call: Call, message: string): Reply {
  return errorReply(400, 'BadRequest', message, call.ids);
}

export function noSuchPath(call: Call): Reply {
  const message = `Resource not found for the segment '${call.segments.at(-1) ?? ''}'.`;
  return errorReply(404, 'BadRequest', message, call.ids);
}

export function wrongMethod(call: Call): Reply {
  return errorReply(
    405,
    'Request_BadRequest',
    'Specified HTTP method is not allowed for the request target.',
    call.ids,
  );
}

export function forbidden(call: Call, world: World): Reply {
  const code = world.settings.forbidden.code ?? 'accessDenied';
  const denied = code === 'accessDenied';
  const message = denied
    ? 'Request Authorization failed'
    : 'Insufficient privileges to complete the operation.';
  return errorReply(403, code, message, call.ids);
}
