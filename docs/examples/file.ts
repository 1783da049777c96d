import { enroll } from 'oath-enroll';

const { summary, verdict, files } = await enroll('rollout.csv', {
  graphUrl: process.env['OATH_ENROLL_GRAPH_URL'],
});
console.log(`${summary.counts.enrolled} of ${summary.rows} enrolled: ${verdict}`);
if (verdict === 'recollect') console.log(`Collect fresh codes for ${files.recollect}`);
