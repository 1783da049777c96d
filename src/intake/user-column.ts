import type { Readable } from 'node:stream';
import { OathEnrollError } from '../model/errors.js';
import { undefuse } from '../model/spreadsheet.js';
import { countKnown, findColumn } from './columns.js';
import { CsvSource } from './csv-source.js';
import { typedField } from './typed-field.js';

/**
 * The users in a CSV that need not be one of tokens, each once, in its order. Cells that name no user are left out.
 *
 * @throws OathEnrollError `input` where the text cannot be read as CSV, or has no column of users
 */
export async function readUserColumn(
  source: Readable,
  fileName: string,
  overrides: ReadonlyMap<string, string>,
  now: () => number,
): Promise<string[]> {
  const csv = new CsvSource(fileName, now, (names) => countKnown(names, overrides));
  const users = new Set<string>();
  let at: number | undefined;
  for await (const { records } of csv.batches(source)) {
    for (const { cells, line } of records) {
      if (at === undefined) {
        at = findColumn('user', cells.map(undefuse), overrides);
        const place = { file: fileName, line, column: 'user' };
        if (at < 0) throw new OathEnrollError('input', 'there is no such column', place);
      } else {
        const user = typedField('user', undefuse(cells[at] ?? ''));
        if ('value' in user) users.add(user.value);
      }
    }
  }
  return [...users];
}
