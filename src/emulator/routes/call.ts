import type { Correlation } from '../graph-error.js';
import { parseFilter } from './odata.js';

/** One request, taken apart. */
export interface Call {
  readonly method: string;
  /** Path below the API's version, each segment percent-decoded exactly once: `%2F` does not part segments. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  /** The body's JSON object; undefined where it has none. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
  readonly ids: Correlation;
}

/** The decoded segments and the query of a request target; undefined where its escapes are not UTF-8. */
export function parseTarget(target: string): { segments: string[]; query: URLSearchParams } | undefined {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  try {
    const segments = path.split('/').slice(1).map(decodeURIComponent).flatMap(openKey);
    return { segments, query: new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1)) };
  } catch {
    return undefined;
  }
}

/** OData's `users('amy@contoso.com')` is `users/amy@contoso.com`; an apostrophe in the key is doubled. */
function openKey(segment: string): string[] {
  if (!segment.endsWith("')")) return [segment];
  const open = segment.indexOf("('");
  if (open === -1) return [segment];
  return [segment.slice(0, open), segment.slice(open + 2, -2).replaceAll("''", "'")];
}

/** The user that a call is about, as its path names them; `me` where it does so. */
export function userOf({ segments }: Call): string | undefined {
  if (segments[0] === 'me') return 'me';
  return segments[0] === 'users' ? segments[1] : undefined;
}

/** The serial number that a call is about, from its body or its filter. */
export function serialOf({ json, query }: Call): string | undefined {
  const inBody = json?.['serialNumber'];
  if (typeof inBody === 'string') return inBody;
  const filter = query.get('$filter');
  const inFilter = filter === null ? undefined : parseFilter(filter)?.get('serialNumber');
  return typeof inFilter === 'string' ? inFilter : undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
