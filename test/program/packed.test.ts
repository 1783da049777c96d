import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Packed {
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly string[];
}

describe('what npm publishes', () => {
  let paths: readonly string[] = [];
  let size = 0;

  beforeAll(async () => {
    const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
    const { stdout } = await promisify(execFile)('npm', args, { cwd: root });
    const [packed] = JSON.parse(stdout) as [Packed];
    paths = packed.files.map(({ path }) => path);
    ({ size } = packed);
  });

  it('is the built program, its types and its samples, and no more', () => {
    const expected =
      /^(LICENSE|README\.md|package\.json|dist\/[\w/-]+\.js(\.map)?|dist\/(api|model)\/[\w-]+\.d\.ts|samples\/[\w/-]+\.csv)$/;
    expect(paths.filter((path) => !expected.test(path))).toEqual([]);
    expect(paths).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'samples/rollout.csv']),
    );
    expect(size).toBeLessThan(1_000_000);
  });

  it('has each file of the program with a map that holds its source, and names no folder of this machine', async () => {
    const sources = (await readdir(join(root, 'src'), { recursive: true })).filter((path) =>
      /(?<!\.d)\.ts$/.test(path),
    );
    const built = sources.map((path) => `dist/${path.replace(/\.ts$/, '.js')}`);
    expect(built.length).toBeGreaterThan(200);
    expect(built.flatMap((path) => [path, `${path}.map`]).filter((path) => !paths.includes(path))).toEqual(
      [],
    );

    for (const path of built) {
      const map = JSON.parse(await readFile(join(root, `${path}.map`), 'utf8')) as SourceMap;
      expect(map.sourcesContent?.[0]?.length, path).toBeGreaterThan(0);
      expect(map.sources.every((source) => source.startsWith('../'))).toBe(true);
    }
  });

  it('holds all types that the API’s own lead to', async () => {
    const seen = new Set<string>();
    const follow = async (path: string): Promise<void> => {
      if (seen.has(path)) return;
      seen.add(path);
      const text = await readFile(join(root, path), 'utf8');
      const named = [...text.matchAll(/(?:from |import\()['"]([^'"]+)['"]/g)].map(([, name = '']) => name);
      // A program for Node has Node's types; those of what we depend on are our own affair.
      expect(
        named.filter((name) => !/^(\.|node:)/.test(name)),
        path,
      ).toEqual([]);
      for (const name of named.filter((each) => each.startsWith('.')))
        await follow(normalize(join(dirname(path), name.replace(/\.js$/, '.d.ts'))));
    };
    await follow('dist/api/index.d.ts');

    expect(seen.size).toBeGreaterThan(8);
    expect([...seen].filter((path) => !paths.includes(path))).toEqual([]);
  });

  it('lets nothing be imported but the API and the manifest', async () => {
    const { exports, types } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      readonly exports: Readonly<Record<string, unknown>>;
      readonly types: string;
    };
    expect(Object.keys(exports)).toEqual(['.', './package.json']);
    expect(exports['.']).toEqual({ types, default: './dist/api/index.js' });
  });
});
