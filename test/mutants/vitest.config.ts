import { defineConfig } from 'vitest/config';

const mutated = process.env['MUTATE'] ?? 'journal';

const include = [`test/${mutated.split('/')[0] ?? ''}/**/*.test.ts`];
/** What learns limits is tried against models of them, too. */
if (mutated.startsWith('dispatch/pace')) {
  include.push('test/simulation/{choice,learned-limits,targets}.test.ts');
}

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
