import { defineConfig } from 'vitest/config';

const folder = process.env['MUTATE'] ?? 'journal';

/** The tests that a mutant of a folder is held against: quick, in this process, and always to the same end. */
export default defineConfig({
  test: {
    include: [`test/${folder}/**/*.test.ts`],
    exclude: ['test/journal/run-lock-race.test.ts', 'test/intake/hostile.test.ts'],
    setupFiles: ['test/mutants/fewer-runs.ts'],
    pool: 'threads',
    isolate: false,
  },
});
