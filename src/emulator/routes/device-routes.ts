import { isObject, type Call } from './call.js';
import type { Device, DeviceView, TokenSpec } from '../tenant/device.js';
import { parseFilter, parseTop, select, type Filter } from './odata.js';
import type { Reply } from '../reply.js';
import type { HashFunction } from '../tenant/totp.js';
import { deviceJson, methodJson } from './wire.js';
import { badRequest, DONE, forbidden, noSuchPath, refuse, wrongMethod, type World } from '../world.js';

type Properties = Readonly<Record<string, unknown>>;

/** The inventory: `/directory/authenticationMethodDevices/hardwareOathDevices` and what is below it. */
export function deviceRoutes(call: Call, world: World): Reply {
  const [, area, collection, id, ...more] = call.segments;
  if (area !== 'authenticationMethodDevices' || collection !== 'hardwareOathDevices' || more.length > 0)
    return noSuchPath(call);
  const { directoryReads, directoryWrites } = world.settings.forbidden;
  if (call.method === 'GET' ? directoryReads : directoryWrites) return forbidden(call, world);
  if (id === undefined) return collectionRoutes(call, world);
  const device = world.tenant.device(id);
  return device === undefined ? refuse('unknown_device', call, world) : itemRoutes(call, world, device);
}

function collectionRoutes(call: Call, world: World): Reply {
  switch (call.method) {
    case 'GET':
      return list(call, world);
    case 'POST':
      return createOne(call, world);
    case 'PATCH':
      return createMany(call, world);
    default:
      return wrongMethod(call);
  }
}

function itemRoutes(call: Call, world: World, device: Device): Reply {
  switch (call.method) {
    case 'GET': {
      const view = world.lag.read(device, call.ids.nowMs);
      if (view === undefined) return refuse('unknown_device', call, world);
      return { status: 200, body: select(deviceJson(view), call.query.get('$select')) };
    }
    case 'PATCH': {
      const fields = fieldsOf(call.json ?? {});
      if (fields === undefined) return refuse('bad_device', call, world);
      const { refusal } = world.tenant.update(device, fields);
      if (refusal !== undefined) return refuse(refusal, call, world);
      return { status: 200, body: deviceJson(device.view), acted: true };
    }
    case 'DELETE': {
      const { refusal } = world.tenant.remove(device);
      return refusal === undefined ? DONE : refuse(refusal, call, world);
    }
    default:
      return wrongMethod(call);
  }
}

function list(call: Call, world: World): Reply {
  const { query, ids } = call;
  const filter = parseFilter(query.get('$filter'));
  const top = parseTop(query.get('$top'), world.settings.pageSize);
  const skip = Number(query.get('$skiptoken') ?? 0);
  if (filter === undefined) return badRequest(call, 'Invalid filter clause.');
  if (top === undefined) return badRequest(call, "Invalid value for '$top'.");
  const views = found(world, filter, ids.nowMs);
  const toJson = world.settings.inventoryShape === 'flat' ? deviceJson : methodJson;
  const value = views.slice(skip, skip + top).map((view) => select(toJson(view), query.get('$select')));
  const more = skip + top < views.length ? { '@odata.nextLink': nextLink(call, world, skip + top) } : {};
  return { status: 200, body: { ...more, value } };
}

/** The tokens that a filter finds, as a reader sees them now, who may be behind. */
function found(world: World, filter: Filter, nowMs: number): DeviceView[] {
  const serial = filter.get('serialNumber');
  const devices = typeof serial === 'string' ? [world.tenant.bySerial(serial)] : world.tenant.devices();
  const views: DeviceView[] = [];
  for (const device of devices) {
    const view = device && world.lag.read(device, nowMs);
    if (view && [...filter].every(([name, value]) => (view as unknown as Properties)[name] === value))
      views.push(view);
  }
  return views;
}

function nextLink(call: Call, world: World, skip: number): string {
  const query = new Map([...call.query, ['$skiptoken', String(skip)]] as [string, string][]);
  const text = [...query].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return `${world.root}/${call.segments.join('/')}?${text}`;
}

function createOne(call: Call, world: World): Reply {
  const spec = specOf(call.json ?? {});
  if (spec === undefined) return refuse('bad_device', call, world);
  const change = world.tenant.create(spec);
  if (change.refusal !== undefined) return refuse(change.refusal, call, world, spec.assignTo);
  return { status: 201, body: deviceJson(change.device.view), acted: true };
}

/**
 * A delta payload (OData 4.01 JSON format, section 15): each item is taken or refused by itself, and one that was
 * refused comes back with `@Core.DataModificationException`.
 */
function createMany(call: Call, world: World): Reply {
  const items = call.json?.['value'];
  if (call.json?.['@context'] !== '#$delta' || !Array.isArray(items) || !items.every(isObject))
    return badRequest(call, 'A delta payload of devices is expected.');
  if (items.length > world.settings.bulkLimit) return badRequest(call, 'Too many items in one request.');
  let acted = false;
  const value = items.map((item) => {
    const contentId = { '@contentId': item['@contentId'] };
    const reply = createOne({ ...call, json: item }, world);
    acted ||= reply.acted ?? false;
    if (reply.acted) return { ...contentId, ...(reply.body as object) };
    return { ...contentId, '@Core.DataModificationException': { responseCode: reply.status } };
  });
  return { status: world.settings.bulkStatus, body: { '@context': '#$delta', value }, acted };
}

/** The token that a body describes; undefined where a required property is missing or of a wrong kind. */
function specOf(body: Properties): TokenSpec | undefined {
  const { serialNumber, secretKey, manufacturer, model, timeIntervalInSeconds, assignTo } = body;
  const fields = fieldsOf(body);
  if (!isText(serialNumber) || !isText(secretKey) || fields === undefined) return undefined;
  if (manufacturer === undefined || model === undefined || timeIntervalInSeconds === undefined)
    return undefined;
  const { displayName, ...others } = fields;
  const spec: TokenSpec = { ...others, serialNumber, secretKey, ...(displayName ? { displayName } : {}) };
  if (assignTo === undefined || assignTo === null) return spec;
  const holder = isObject(assignTo) ? assignTo['id'] : undefined;
  return isText(holder) ? { ...spec, assignTo: holder } : undefined;
}

/** What may be given or changed of a token. */
type Fields = Pick<
  Partial<DeviceView>,
  'displayName' | 'manufacturer' | 'model' | 'timeIntervalInSeconds' | 'hashFunction'
>;

const isText = (value: unknown): value is string => typeof value === 'string';
const isInterval = (value: unknown): value is 30 | 60 => value === 30 || value === 60;
const isHash = (value: unknown): value is HashFunction => value === 'hmacsha1' || value === 'hmacsha256';

/** Those of the fields that a body has; undefined: one is of a wrong kind. */
function fieldsOf(body: Properties): Fields | undefined {
  const { displayName, manufacturer, model, timeIntervalInSeconds, hashFunction } = body;
  const fields: Fields = {
    ...(isText(displayName) ? { displayName } : {}),
    ...(isText(manufacturer) ? { manufacturer } : {}),
    ...(isText(model) ? { model } : {}),
    ...(isInterval(timeIntervalInSeconds) ? { timeIntervalInSeconds } : {}),
    ...(isHash(hashFunction) ? { hashFunction } : {}),
  };
  const given = { displayName, manufacturer, model, timeIntervalInSeconds, hashFunction };
  const wrong = Object.entries(given).some(
    ([name, value]) => value !== undefined && value !== null && !(name in fields),
  );
  return wrong ? undefined : fields;
}
