import { OathEnrollError, systemCode } from '../model/errors.js';

const PLAIN_WORDS: Readonly<Record<string, string>> = {
  EEXIST: 'it exists already, and no run writes over the journal of another',
  ENOENT: 'there is no such file or folder',
  EACCES: 'its file or folder is not open to this account',
  ELOOP: 'a link stands in its place',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
};

/** Where a run was under way. */
const GO_ON =
  '. Nothing is sent without it, so the run stopped; mend that, then go on with "oath-enroll resume" and the run folder';

/** What the disk refused, for a person: `verb` is `created`, `written` and so on. */
export function diskError(path: string, verb: string, cause: unknown): OathEnrollError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const why = PLAIN_WORDS[systemCode(cause)] ?? message;
  const next = verb === 'written' || verb === 'closed' ? GO_ON : '';
  return new OathEnrollError('journal', `the journal cannot be ${verb}: ${why}${next}`, { file: path });
}
