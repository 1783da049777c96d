import { cp, mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const MAIN = join(PROJECT, 'dist/main.js');
const NO_CHARTS = fileURLToPath(new URL('no-charts.ts', import.meta.url));

/**
 * Before all tests (`globalSetup`): the built program in few files and without charts, which takes half of the time to
 * start, and tests start it some hundred times. Its folder is told by the variable `QUICK_PROGRAM`.
 */
export default async function makeQuickProgram(): Promise<(() => Promise<void>) | undefined> {
  // Tests that need no program run without a build too.
  if (!(await stat(MAIN).catch(() => undefined))) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'oath-enroll-program-'));
  // From there its own description and its samples are found one and two folders above.
  await bundle(join(folder, 'dist/all'));
  await cp(join(PROJECT, 'package.json'), join(folder, 'dist/package.json'));
  await symlink(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  await symlink(join(PROJECT, 'samples'), join(folder, 'samples'));
  process.env['QUICK_PROGRAM'] = folder;
  return () => rm(folder, { recursive: true });
}

async function bundle(dir: string): Promise<void> {
  const program = await rolldown({
    input: MAIN,
    platform: 'node',
    external: [/^@azure/, /^pino$/, /package\.json$/],
    resolve: { alias: { 'echarts/dist/echarts.esm.min.mjs': NO_CHARTS } },
    checks: { eval: false },
  });
  await program.write({ dir });
  await program.close();
}
