import { typedField } from '../../intake/typed-field.js';

/** Who may be meant by what was typed. */
export type UserFound =
  | { readonly user: string }
  | { readonly candidates: readonly string[] }
  /** Words that follow "The user". */
  | { readonly wrong: string };

/** A whole name stands for itself; a part of one, for the known users that have it. */
export function findUser(text: string, known: readonly string[]): UserFound {
  const field = typedField('user', text);
  if ('value' in field) return { user: field.value };
  const wanted = text.trim().toLowerCase();
  const candidates = wanted === '' ? [] : known.filter((user) => user.toLowerCase().includes(wanted));
  const [only] = candidates;
  if (only !== undefined) return candidates.length === 1 ? { user: only } : { candidates };
  const isPart = known.length > 0 && wanted !== '' && !wanted.includes('@');
  return isPart ? { wrong: 'is nobody in the list; type the whole name, such as amy@contoso.com' } : field;
}
