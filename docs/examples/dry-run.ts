import { dryRun } from 'oath-enroll';

const { summary, verdict, obstacles, hindrances } = await dryRun('rollout.csv', {
  graphUrl: process.env['OATH_ENROLL_GRAPH_URL'],
});
console.log(`${summary.counts.would_enroll} of ${summary.rows} would be enrolled: ${verdict}`);
for (const each of hindrances) console.log(`in the way of every row: ${each}`);
for (const { what, count, examples } of obstacles) {
  console.log(`${count} times, first on line ${examples[0]?.line ?? 0}: ${what}`);
}
