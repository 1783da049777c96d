/**
 * Mutation testing of one folder of `src`: `npm run mutate -- journal` sets MUTATE. What it says stands in docs/quality.md.
 */
const folder = process.env.MUTATE ?? 'journal';
const name = folder.replaceAll('/', '-');

/** @type {import('@stryker-mutator/core').PartialStrykerOptions} */
export default {
  mutate: [`src/${folder}/*.ts`],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutants/vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  // What runs once, as a module is loaded, would need every test anew: constants and schemas.
  ignoreStatic: true,
  ignorePatterns: ['/dist', '/.bench', '/docs', '/reports', '/.stryker'],
  concurrency: 2,
  timeoutMS: 2000,
  timeoutFactor: 1.5,
  incremental: true,
  incrementalFile: `.stryker/${name}.incremental.json`,
  tempDirName: '.stryker/work',
  reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
  jsonReporter: { fileName: `.stryker/${name}.json` },
  htmlReporter: { fileName: `.stryker/${name}.html` },
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
};
