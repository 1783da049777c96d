import { readFile } from 'node:fs/promises';
import { enroll, type EnrollRow } from 'oath-enroll';

const seeds = JSON.parse(await readFile('seeds.json', 'utf8')) as EnrollRow[];

const { summary, verdict } = await enroll(seeds, {
  graphUrl: process.env['OATH_ENROLL_GRAPH_URL'],
  onNotice: (text) => console.error(text),
});
console.log(`${summary.counts.enrolled} of ${summary.rows} enrolled: ${verdict}`);
