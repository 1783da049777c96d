import { fileURLToPath } from 'node:url';

/** Path of a file that comes with the program. */
export function samplePath(name: string): string {
  return fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));
}
