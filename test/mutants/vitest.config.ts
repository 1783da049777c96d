import { defineConfig } from 'vitest/config';

const mutated = process.env['MUTATE'] ?? 'journal';

const ofLearning = [
  'test/dispatch/{adaptive-throttle,bucket}.test.ts',
  'test/simulation/{learned-limits,targets}.test.ts',
];

/** What learns limits is tried against models of them; the rest of the dispatcher tells nothing more of it. */
const include = mutated.startsWith('dispatch/pace/adaptive')
  ? ofLearning
  : [`test/${mutated.split('/')[0] ?? ''}/**/*.test.ts`];

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
