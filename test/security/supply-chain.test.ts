import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
}

const read = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`../../${name}`, import.meta.url), 'utf8'));

/** What anybody may use, change and pass on with this program. */
const FREE = /^(MIT|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD)$/;

const { packages } = (await read('package-lock.json')) as { packages: Record<string, Locked> };
const all = Object.entries(packages).filter(([path]) => path !== '');
const used = all.filter(([, { dev }]) => dev !== true);
const names = (found: readonly (readonly [string, Locked])[]): string[] => found.map(([path]) => path);

/** Where the lockfile names no address, npm takes the registry that is set; another source would have to be named. */
test('every package comes from the registry, as it was when it was chosen', () => {
  expect(all.length).toBeGreaterThan(100);
  const registry = /^https:\/\/registry\.npmjs\.org\/(?:@[\w.-]+\/)?[\w.-]+\/-\/[\w.-]+\.tgz$/;
  expect(names(all.filter(([, { resolved }]) => resolved !== undefined && !registry.test(resolved)))).toEqual(
    [],
  );
  expect(names(all.filter(([, { integrity = '' }]) => !/^sha512-[\w+/]{86}==$/.test(integrity)))).toEqual([]);
});

test('nothing that a user installs runs a script at its installation, or has parts for one machine', () => {
  expect(used.length).toBeGreaterThan(20);
  expect(names(used.filter(([, { hasInstallScript }]) => hasInstallScript === true))).toEqual([]);
  expect(names(used.filter(([path]) => /-(linux|darwin|win32)-/.test(path)))).toEqual([]);
});

test('every licence of what a user installs is a free one', () => {
  expect(
    used.filter(([, { license = '' }]) => !FREE.test(license)).map(([path, { license }]) => [path, license]),
  ).toEqual([]);
});

test('the program itself runs no script at its installation', async () => {
  const { scripts } = (await read('package.json')) as { scripts: Record<string, string> };
  expect(Object.keys(scripts).filter((name) => /^(pre|post)?(install|prepare)$/.test(name))).toEqual([]);
});
