import type { Status } from '../../model/outcome.js';

/** A status as a reader says it. */
export const STATUS_WORDS: Readonly<Record<Status, string>> = {
  enrolled: 'enrolled',
  already_enrolled: 'enrolled already',
  expired: 'expired',
  code_rejected: 'code rejected',
  not_attempted: 'not attempted',
  failed: 'failed for good',
  invalid: 'invalid',
  duplicate: 'duplicate',
  unresolved: 'unresolved',
  would_enroll: 'would be enrolled',
  imported: 'imported',
  already_imported: 'in the inventory already',
  would_import: 'would be imported',
};

/** What a person has to know of an exit code. */
export const EXIT_WORDS: Readonly<Record<number, string>> = {
  0: 'all is well',
  2: 'the input broke off',
  3: 'codes must be collected again',
  4: 'rows need a person',
  5: 'the run stopped',
  130: 'interrupted',
  143: 'interrupted',
};
