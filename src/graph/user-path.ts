import { OathEnrollError } from '../model/errors.js';

/**
 * The path of a user below the API root, the UPN or object id encoded as one segment: `users/a%23EXT%23@b`.
 *
 * A name that begins with `$` would be read as an OData keyword, so Graph wants it as `users('$…')` (Graph page
 * "Get user"); an apostrophe within those quotes is doubled.
 *
 * @throws {OathEnrollError} `input` for an empty name, for `.` and `..`, which a URL parser would resolve away so
 * that the call went to another address, and for text that is not Unicode.
 */
export function userPath(user: string): string {
  if (user === '' || user === '.' || user === '..') {
    throw new OathEnrollError('input', `"${user}" is no user: give a user principal name or an object id`);
  }
  return user.startsWith('$') ? `users('${encode(doubled(user))}')` : `users/${encode(user)}`;
}

/** The path of whoever is signed in. */
export const ME = 'me';

/**
 * `$filter` for one serial number, ready to stand in a URL.
 *
 * @throws {OathEnrollError} `input` for text that is not Unicode.
 */
export function serialNumberFilter(serialNumber: string): string {
  return `$filter=${encode(`serialNumber eq '${doubled(serialNumber)}'`)}`;
}

/** An apostrophe ends an OData string; two of them are one that does not (OData 4.01 URL conventions, 5.1.1.6.1). */
function doubled(text: string): string {
  return text.replaceAll("'", "''");
}

/**
 * `@` is plain in a path and a query (RFC 3986 section 3.3), and logs are easier to read with it. Text with half a
 * character has no UTF-8 and cannot stand in a URL.
 */
function encode(text: string): string {
  if (!text.isWellFormed()) {
    throw new OathEnrollError('input', 'this is not valid Unicode text: save the file as UTF-8');
  }
  return encodeURIComponent(text).replaceAll('%40', '@');
}
