import { readdir, readFile, stat } from 'node:fs/promises';
import { expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const text = await readFile(new URL('SECURITY.md', ROOT), 'utf8');

/** The rows of the threat model: what is feared, what the program does, what shows it. */
const threats = text
  .slice(text.indexOf('## Threat model'), text.indexOf('## What remains'))
  .split('\n')
  .filter((line) => /^\|(?! ?-| ?Threat)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test('every line of the threat model names tests that are there', async () => {
  expect(threats.length).toBeGreaterThan(25);
  for (const [, threat, , shown = ''] of threats) {
    const named = [...shown.matchAll(/`([\w/.-]+\.test\.ts)`/g)].map(([, path = '']) => path);
    expect(named, threat).not.toEqual([]);
    for (const path of named) {
      const isFile = await stat(new URL(`test/${path}`, ROOT)).then(
        (found) => found.isFile(),
        () => false,
      );
      expect([path, isFile]).toEqual([path, true]);
    }
  }
});

test('every test of security is named by a line', async () => {
  const files = await readdir(new URL('test/security/', ROOT));
  const unnamed = files.filter((name) => name !== 'model.test.ts' && !text.includes(`\`security/${name}\``));
  expect(unnamed).toEqual([]);
});
