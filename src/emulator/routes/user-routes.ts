import { userOf, type Call } from './call.js';
import type { Device, DeviceView, User } from '../tenant/device.js';
import { parseFilter, parseTop, select } from './odata.js';
import type { Reply } from '../reply.js';
import type { Change } from '../tenant/tenant.js';
import { allMethodsJson, methodJson, userJson } from './wire.js';
import { badRequest, DONE, forbidden, noSuchPath, refuse, wrongMethod, type World } from '../world.js';

/** `/me` and `/users/{id or UPN}`, and what is below them. */
export function userRoutes(call: Call, world: World): Reply {
  const name = userOf(call);
  if (name === undefined) return noSuchPath(call);
  const rest = call.segments.slice(call.segments[0] === 'me' ? 1 : 2);
  const isAll = rest[0] === 'authentication' && rest[1] === 'methods' && rest.length === 2;
  const isMethods = isAll || (rest[0] === 'authentication' && rest[1] === 'hardwareOathMethods');
  if (rest.length > 0 && !isMethods) return noSuchPath(call);

  const { users, userReads } = world.settings.forbidden;
  const isDenied = isMethods ? users === 'all' || users?.includes(name) === true : userReads === true;
  if (isDenied) return forbidden(call, world);
  const user = call.segments[0] === 'me' ? world.me : world.tenant.user(name);
  if (user === undefined) return refuse('unknown_user', call, world, name);
  if (isAll) return listAllMethods(call, world, user);
  return isMethods ? methodRoutes(call, world, user, rest.slice(2)) : readUser(call, user);
}

/** Without `$select`, Graph leaves out `accountEnabled` and `userType`. */
function readUser(call: Call, user: User): Reply {
  if (call.method !== 'GET') return wrongMethod(call);
  const names = call.query.get('$select') ?? 'displayName,userPrincipalName';
  return { status: 200, body: select(userJson(user), names) };
}

function methodRoutes(call: Call, world: World, user: User, rest: readonly string[]): Reply {
  const [id, action] = rest;
  if (id === undefined) return call.method === 'GET' ? listMethods(call, world, user) : wrongMethod(call);
  if (id === 'assignAndActivateBySerialNumber' && action === undefined)
    return call.method === 'POST' ? assignAndActivateBySerialNumber(call, world, user) : wrongMethod(call);

  const device = world.tenant.device(id);
  if (device?.view.assignedTo !== user) return refuse('not_assigned', call, world);
  switch (action === undefined ? call.method : `${call.method} ${action}`) {
    case 'GET':
      return { status: 200, body: select(methodJson(device.view), call.query.get('$select')) };
    case 'DELETE':
      return answer(world.tenant.unassign(device), call, world);
    case 'POST deactivate':
      return answer(world.tenant.deactivate(device), call, world);
    case 'POST activate':
      return activate(call, world, user, device);
    default:
      return action === undefined ? wrongMethod(call) : noSuchPath(call);
  }
}

function assignAndActivateBySerialNumber(call: Call, world: World, user: User): Reply {
  const { verificationCode, serialNumber, displayName } = call.json ?? {};
  const isName = displayName === undefined || displayName === null || typeof displayName === 'string';
  if (typeof verificationCode !== 'string' || typeof serialNumber !== 'string' || !isName)
    return badRequest(call, 'verificationCode and serialNumber are strings and required.');
  if (world.settings.policy === 'disabled') return refuse('policy_off', call, world);
  const device = world.tenant.bySerial(serialNumber);
  if (device === undefined) return refuse('unknown_serial', call, world);
  if (!world.lag.activationFinds(device, call.ids.nowMs)) return refuse('not_yet_visible', call, world);
  const { nowMs } = call.ids;
  const named = displayName ?? undefined;
  const change = world.tenant.assignAndActivate(user, device, verificationCode, nowMs, world.settings, named);
  return answer(change, call, world);
}

function activate(call: Call, world: World, user: User, device: Device): Reply {
  const code = call.json?.['verificationCode'];
  if (typeof code !== 'string') return badRequest(call, 'verificationCode is a string and required.');
  return answer(
    world.tenant.assignAndActivate(user, device, code, call.ids.nowMs, world.settings),
    call,
    world,
  );
}

function answer(change: Change, call: Call, world: World): Reply {
  if (change.refusal === undefined) return DONE;
  return { ...refuse(change.refusal, call, world), acted: change.acted ?? false };
}

function listMethods(call: Call, world: World, user: User): Reply {
  const filter = parseFilter(call.query.get('$filter'));
  const top = parseTop(call.query.get('$top'), world.settings.pageSize);
  if (filter === undefined) return badRequest(call, 'Invalid filter clause.');
  if (top === undefined) return badRequest(call, "Invalid value for '$top'.");
  const seen = methodsSeen(world, user, call.ids.nowMs).filter((view) =>
    [...filter].every(([name, value]) => (view as unknown as Record<string, unknown>)[name] === value),
  );
  const names = call.query.get('$select');
  return { status: 200, body: { value: seen.slice(0, top).map((view) => select(methodJson(view), names)) } };
}

function listAllMethods(call: Call, world: World, user: User): Reply {
  if (call.method !== 'GET') return wrongMethod(call);
  return { status: 200, body: { value: allMethodsJson(user, methodsSeen(world, user, call.ids.nowMs)) } };
}

/** The user's tokens as a reader sees them now, who may be behind. */
function methodsSeen(world: World, user: User, nowMs: number): DeviceView[] {
  const devices = new Set([...world.tenant.devicesOf(user), ...world.lag.heldBefore(user)]);
  return [...devices].flatMap((device) => {
    const view = world.lag.read(device, nowMs);
    return view?.assignedTo === user ? [view] : [];
  });
}
