import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Desk } from './desk.js';
import type { Exit } from './program.js';

/**
 * A secret shows as it is, or as a URL, base64 or JSON would have it. Times and ids are full of digits: a code counts
 * where no digit, letter or dash joins it.
 */
function showsIn(text: string, secret: string): boolean {
  if (/^\d+$/.test(secret)) return new RegExp(`(?<![\\w.:-])${secret}(?![\\w.:-])`).test(text);
  const forms = [
    secret,
    secret.toLowerCase(),
    Buffer.from(secret).toString('base64'),
    encodeURIComponent(secret),
  ];
  return forms.some((form) => text.includes(form));
}

/** All that the program wrote, under the name of where it stands: every file of the desk but the input. */
export async function written(
  desk: Desk,
  { stdout, stderr }: Exit,
): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(desk.folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name !== 'in.csv')
    .map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const));
  return { stdout, stderr, ...Object.fromEntries(texts) };
}

/** Where which secret is to be seen. */
export async function leaks(desk: Desk, exit: Exit, secrets: readonly string[]): Promise<string[]> {
  const all = Object.entries(await written(desk, exit));
  return all.flatMap(([where, text]) =>
    secrets.filter((secret) => showsIn(text, secret)).map((secret) => `${secret} in ${where}`),
  );
}

export async function expectNone(desk: Desk, exit: Exit, secrets: readonly string[]): Promise<void> {
  expect(await leaks(desk, exit, secrets)).toEqual([]);
}
