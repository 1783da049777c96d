import { defineConfig } from 'vitest/config';

const mutated = process.env['MUTATE'] ?? 'journal';

/** What learns limits is tried against models of them, too. */
const include = mutated.startsWith('dispatch/')
  ? ['test/dispatch/**/*.test.ts', 'test/simulation/choice.test.ts']
  : [`test/${mutated}/**/*.test.ts`];

/** The tests that a mutant of a folder is held against: quick, in this process, and always to the same end. */
export default defineConfig({
  test: {
    include,
    exclude: ['test/journal/run-lock-race.test.ts', 'test/intake/hostile.test.ts'],
    setupFiles: ['test/mutants/fewer-runs.ts'],
    testTimeout: 15_000,
    pool: 'threads',
    isolate: false,
  },
});
