import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What is measured against the clock is a command of its own, `npm run test:alone`: other programs would take its time. */
const ALONE = 'test/alone/**/*.test.ts';

export default defineConfig({
  test: {
    testTimeout: 60_000,
    // No test leaves state behind, so modules are loaded once a thread: half of the work that a process per file takes.
    pool: 'threads',
    isolate: false,
    // Tests of the program wait more than they work.
    maxWorkers: 2 * availableParallelism(),
    projects: [
      {
        extends: true,
        test: {
          name: 'beside',
          include: ['test/**/*.test.ts'],
          exclude: [ALONE],
        },
      },
      { extends: true, test: { name: 'alone', include: [ALONE] } },
    ],
  },
});
