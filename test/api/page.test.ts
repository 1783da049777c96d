import { readdir, readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EXIT_CODES } from '../../src/model/exit-codes.js';
import { rollout, test } from '../support/desk.js';
import { codeOf, makeFobs } from '../support/fob.js';
import { within } from '../support/own-folder.js';

const root = new URL('../../', import.meta.url);
const read = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8');

/** They are type-checked with all else: `npm run check:types`. */
const EXAMPLES = await Promise.all(
  (await readdir(new URL('docs/examples', root))).map((name) => read(`docs/examples/${name}`)),
);

describe('the page of the API', () => {
  it('shows the examples as they stand, and the type of a token function as it is', async () => {
    const shown = [...(await read('docs/api.md')).matchAll(/^```ts\n(.*?)^```$/gms)].map(
      ([, text = '']) => text,
    );
    const type = (await read('src/model/credential.ts')).replaceAll('export ', '');

    expect(EXAMPLES.length).toBeGreaterThan(3);
    expect(shown.filter((text) => !EXAMPLES.includes(text) && !type.includes(text))).toEqual([]);
    expect(EXAMPLES.filter((text) => !shown.includes(text))).toEqual([]);
  });

  it('names every verdict that a result has, and every error', async () => {
    const page = await read('docs/api.md');
    const codes = /type ErrorCode =([^;]+);/.exec(await read('src/model/errors.ts'))?.[1]?.match(/\w+/g);
    const verdicts = EXIT_CODES.map(({ verdict }) => verdict).filter((v) => v !== 'defect' && v !== 'locked');

    expect(codes?.length).toBeGreaterThan(5);
    for (const word of [...verdicts, ...(codes ?? [])]) expect(page).toContain(`| \`${word}\` `);
  });
});

describe('its examples do what it says', () => {
  const said: unknown[] = [];

  beforeEach(() => {
    said.length = 0;
    vi.spyOn(console, 'log').mockImplementation((text) => void said.push(text));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  });

  test('a file', async ({ desk }) => {
    const fobs = makeFobs(2);
    vi.stubEnv('OATH_ENROLL_GRAPH_URL', (await desk.graph(fobs)).url);
    await desk.write('rollout.csv', rollout(fobs));

    await within(desk.folder, () => import('../../docs/examples/file.js'));

    expect(said).toEqual(['2 of 2 enrolled: done']);
  });

  test('rows', async ({ desk }) => {
    const fobs = makeFobs(2);
    vi.stubEnv('OATH_ENROLL_GRAPH_URL', (await desk.graph(fobs)).url);
    const rows = fobs.map(({ serialNumber, user, secretKey }) => ({ serialNumber, user, secretKey }));
    await desk.write('seeds.json', JSON.stringify(rows));

    await within(desk.folder, () => import('../../docs/examples/rows.js'));

    expect(said).toEqual(['2 of 2 enrolled: done']);
  });

  test('a dry run', async ({ desk }) => {
    const fobs = makeFobs(2);
    vi.stubEnv('OATH_ENROLL_GRAPH_URL', (await desk.graph(fobs)).url);
    const [header, first, second] = rollout(fobs);
    await desk.write('rollout.csv', [header!, first!, second!.with(1, 'nobody@contoso.com')]);

    await within(desk.folder, () => import('../../docs/examples/dry-run.js'));

    expect(said).toEqual(['1 of 2 would be enrolled: attention', '1 times, first on line 3: unknown user']);
  });

  test('rows as they arrive', async ({ desk }) => {
    const fobs = makeFobs(2);
    vi.stubEnv('OATH_ENROLL_GRAPH_URL', (await desk.graph(fobs)).url);
    vi.stubEnv('SCANS', fobs.map((fob) => `${fob.serialNumber} ${fob.user} ${codeOf(fob)}`).join('\n'));

    await within(desk.folder, () => import('../../docs/examples/desk.js'));

    expect(said.slice(0, 2).sort()).toEqual(['row 1: enrolled ', 'row 2: enrolled ']);
    expect(said[2]).toMatch(/^The desk is closed \(done\): reports\/.*\/results\.csv$/);
  });
});
