import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const mutated = process.env['MUTATE'] ?? 'journal';

const ofLearning = [
  'test/dispatch/{adaptive-throttle,beginnings,bucket,limits,refusal-budget,send-log,window,window-reader}.test.ts',
  'test/simulation/{learned-limits,targets}.test.ts',
];

/** What learns limits is tried against models of them; the rest of the dispatcher tells nothing more of it. */
const include = mutated.startsWith('dispatch/pace/adaptive')
  ? ofLearning
  : [`test/${mutated.split('/')[0] ?? ''}/**/*.test.ts`];

/** A mutant's tests end with the first that notices: whole runs under models of limits take longest. */
class QuickestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): boolean => moduleId.includes('/test/simulation/');
    return Promise.resolve([...files.filter((file) => !isLong(file)), ...files.filter(isLong)]);
  }
}

/** The tests that a mutant of a folder is held against: quick, in this process, and always to the same end. */
export default defineConfig({
  test: {
    include,
    exclude: ['test/journal/run-lock-race.test.ts', 'test/intake/hostile.test.ts'],
    sequence: { sequencer: QuickestFirst },
    setupFiles: ['test/mutants/fewer-runs.ts'],
    testTimeout: 15_000,
    pool: 'threads',
    isolate: false,
  },
});
