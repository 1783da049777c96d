import type { Call } from './call.js';
import type { Reply } from '../reply.js';
import { policyJson } from './wire.js';
import { forbidden, noSuchPath, wrongMethod, type World } from '../world.js';

const HARDWARE_OATH = 'authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath';

/** The policy of hardware OATH tokens below `/policies`; it can be read and not changed here. */
export function policyRoutes(call: Call, world: World): Reply {
  if (call.segments.slice(1).join('/').toLowerCase() !== HARDWARE_OATH.toLowerCase()) return noSuchPath(call);
  if (call.method !== 'GET') return wrongMethod(call);
  if (world.settings.forbidden.policyReads === true) return forbidden(call, world);
  return { status: 200, body: policyJson(world.settings.policy) };
}
