import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What is measured against the clock runs when all else is done: other programs would take its time. */
const ALONE = 'test/alone/**/*.test.ts';

export default defineConfig({
  test: {
    testTimeout: 60_000,
    // Tests of the program wait more than they work.
    maxWorkers: 2 * availableParallelism(),
    projects: [
      {
        extends: true,
        test: {
          name: 'beside',
          include: ['test/**/*.test.ts'],
          exclude: [ALONE],
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'alone', include: [ALONE], sequence: { groupOrder: 1 } } },
    ],
  },
});
