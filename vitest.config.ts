import { availableParallelism } from 'node:os';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What is measured against the clock is a command of its own, `npm run test:alone`: other programs would take its time. */
const ALONE = 'test/alone/**/*.test.ts';

/** Where the page of a run is drawn. Elsewhere nobody looks at it, and its charts are left out. */
const PAGE = 'test/page/**/*.test.ts';
const CHARTS = 'echarts/dist/echarts.esm.min.mjs';
const PROGRAM = 'test/support/quick-program.ts';

/** Patterns of files, with commas between: `--exclude` does not reach projects that leave out others. */
const LEFT_OUT = env['LEAVE_OUT']?.split(',') ?? [];

/** What takes longest begins first: the kills wait as much as they work, and others fill these waits. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => moduleId.includes('/test/kill/');
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  // As a program of a user's own names it.
  resolve: { alias: { 'oath-enroll': fileURLToPath(new URL('src/api/index.ts', import.meta.url)) } },
  test: {
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // No test leaves state behind, so modules are loaded once a thread: half of the work that a process per file takes.
    pool: 'threads',
    isolate: false,
    // Tests of the program wait more than they work.
    maxWorkers: 2 * availableParallelism(),
    projects: [
      {
        extends: true,
        resolve: {
          alias: { [CHARTS]: fileURLToPath(new URL('test/support/no-charts.ts', import.meta.url)) },
        },
        test: {
          name: 'beside',
          include: ['test/**/*.test.ts'],
          exclude: [ALONE, PAGE, ...LEFT_OUT],
          globalSetup: PROGRAM,
        },
      },
      { extends: true, test: { name: 'page', include: [PAGE], exclude: LEFT_OUT } },
      { extends: true, test: { name: 'alone', include: [ALONE], globalSetup: PROGRAM } },
    ],
  },
});
