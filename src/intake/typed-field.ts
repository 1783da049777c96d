import { rowFields } from './fields.js';
import { tidy } from './tidy.js';

const FIELDS = rowFields(() => 0, 'enroll', undefined).shape;

/**
 * A field that somebody typed or scanned, by the rules that hold for the cells of an input: its value, or in words
 * that follow the field's name what is wrong with it. The words quote nothing.
 */
export function typedField(
  name: 'serialNumber' | 'user' | 'verificationCode',
  text: string,
): { readonly value: string } | { readonly wrong: string } {
  // A missing field is none of the row's: the desk asks for all that it needs.
  const checked = FIELDS[name].safeParse(tidy(text));
  if (!checked.success) return { wrong: checked.error.issues[0]?.message ?? 'cannot be used' };
  return { value: checked.data ?? '' };
}
