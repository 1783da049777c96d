import { Stryker } from '@stryker-mutator/core';

/** `npm run mutate [-- folder ...]`: one folder of `src` after the other, each with its own tests and its own report. */
const named = process.argv.slice(2);

for (const folder of named.length > 0 ? named : ['journal', 'dispatch', 'intake', 'graph']) {
  // Both configurations, Stryker's and that of its tests, go by this.
  process.env['MUTATE'] = folder;
  await new Stryker({}).runMutationTest();
}
