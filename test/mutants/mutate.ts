import { spawnSync } from 'node:child_process';

/** `npm run mutate [-- folder ...]`: one folder of `src` after the other, each with its own tests and its own report. */
const named = process.argv.slice(2);

/** All that decide. */
const DECIDERS = [
  'journal',
  'dispatch',
  'dispatch/decisions',
  'dispatch/queue',
  'dispatch/pace',
  'dispatch/pace/adaptive',
  'intake',
  'graph',
];

for (const folder of named.length > 0 ? named : DECIDERS) {
  // Both configurations, Stryker's and that of its tests, go by this; they are read once a process.
  const env = { ...process.env, MUTATE: folder };
  const { status } = spawnSync('npx stryker run', { shell: true, stdio: 'inherit', env });
  if (status !== 0) process.exit(status ?? 1);
}
