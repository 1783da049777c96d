import { OathEnrollError, systemCode } from '../model/errors.js';

/** The trouble that the file system had with a file, in words that a person can act on. */
export function unreadable(path: string, error: unknown): OathEnrollError {
  const code = systemCode(error);
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EISDIR: 'this is a folder; name a file in it',
    EACCES: 'you may not open it',
  };
  return new OathEnrollError(
    'input',
    words[code] ?? `it cannot be opened (${code === '' ? String(error) : code})`,
    { file: path },
  );
}
