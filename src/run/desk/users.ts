import { createReadStream } from 'node:fs';
import { readUserColumn } from '../../intake/user-column.js';
import type { Clock } from '../../model/clock.js';
import { inputFile } from '../input.js';

/**
 * The users that a CSV names, each once, in its order.
 *
 * @param columns `--column NAME=HEADER`: the file's own header for a column, by the column's name
 * @throws OathEnrollError `input` for a file that cannot be used
 */
export async function readUsers(
  path: string,
  columns: ReadonlyMap<string, string>,
  clock: Clock,
): Promise<string[]> {
  await inputFile(path);
  return readUserColumn(createReadStream(path), path, columns, () => clock.now());
}
