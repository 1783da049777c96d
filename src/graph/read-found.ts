import { z } from 'zod';
import { parseJson } from '../model/json.js';
import type { Found, Read } from '../model/read.js';
import { INVENTORY } from './creation.js';
import { readDevicePage } from './devices.js';
import { below } from './hardware-oath.js';
import { serialNumberFilter, userPath } from './user-path.js';

/** Where a read finds what it asks for: a path below the API root, encoded. */
export function readPath(read: Read): string {
  if ('page' in read && read.page !== undefined) return read.page;
  switch (read.kind) {
    case 'user':
      return `${userPath(read.user)}?$select=id,accountEnabled,userType`;
    case 'user_tokens':
      return `${userPath(read.user)}/authentication/hardwareOathMethods`;
    case 'user_apps':
      return `${userPath(read.user)}/authentication/methods`;
    case 'inventory':
      return `${INVENTORY}?${serialNumberFilter(read.serialNumber)}`;
    case 'whole_inventory':
      return INVENTORY;
    case 'policy':
      return 'policies/authenticationMethodsPolicy/authenticationMethodConfigurations/hardwareOath';
  }
}

const user = z.object({
  id: z.string().min(1),
  accountEnabled: z.boolean().nullish().catch(undefined),
  userType: z.string().nullish().catch(undefined),
});

const methods = z.object({
  value: z.array(z.object({ '@odata.type': z.string() })),
  '@odata.nextLink': z.string().optional(),
});

const policy = z.object({
  state: z.enum(['enabled', 'disabled']),
  includeTargets: z.array(z.object({ id: z.string() })).nullish(),
});

/**
 * The authenticator apps among a user's methods. They share the limit of five with the hardware tokens, which are
 * read from a list of their own, as this one leaves out their devices (page "Manage OATH tokens in Microsoft Entra ID").
 */
const APPS: ReadonlySet<string> = new Set([
  '#microsoft.graph.softwareOathAuthenticationMethod',
  '#microsoft.graph.microsoftAuthenticatorAuthenticationMethod',
]);

/** Reads the body of an answer of 200. Undefined where it is not what Graph documents. */
export function readFound(read: Read, body: string, apiRoot: string): Found | undefined {
  switch (read.kind) {
    case 'user': {
      const { data } = user.safeParse(parseJson(body));
      if (data === undefined) return undefined;
      const isGuest = data.userType === undefined ? undefined : data.userType?.toLowerCase() === 'guest';
      return { kind: 'user', user: { id: data.id, isEnabled: data.accountEnabled ?? undefined, isGuest } };
    }
    case 'user_tokens':
    case 'inventory':
    case 'whole_inventory': {
      const page = readDevicePage(body);
      const next = nextPage(page?.nextLink, apiRoot);
      return page === undefined || next === undefined
        ? undefined
        : { kind: 'tokens', tokens: page.devices, ...next };
    }
    case 'user_apps': {
      const { data } = methods.safeParse(parseJson(body));
      const next = nextPage(data?.['@odata.nextLink'], apiRoot);
      if (data === undefined || next === undefined) return undefined;
      return {
        kind: 'apps',
        count: data.value.filter((each) => APPS.has(each['@odata.type'])).length,
        ...next,
      };
    }
    case 'policy': {
      const { data } = policy.safeParse(parseJson(body));
      if (data === undefined) return undefined;
      const isForAll = data.includeTargets?.some(({ id }) => id === 'all_users') ?? true;
      return { kind: 'policy', policy: { isOn: data.state === 'enabled', isForAll } };
    }
  }
}

/** Undefined for a next page that is not on this Graph: a list without its end proves nothing. */
function nextPage(
  link: string | undefined,
  apiRoot: string,
): { readonly nextPage: string | undefined } | undefined {
  if (link === undefined) return { nextPage: undefined };
  const path = below(apiRoot, link);
  return path === undefined ? undefined : { nextPage: path };
}
