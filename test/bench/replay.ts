/** Plays one simulated run again, from the line of JSON that a failed test printed, and tells how it went. */
import { brokenPromises, simulate, type Scenario } from '../simulation/simulate.js';

const [text] = process.argv.slice(2);
if (text === undefined) {
  console.error("usage: npm run simulate -- '<scenario as JSON>', the line that a failed simulation printed");
  process.exit(2);
}
const report = await simulate(JSON.parse(text) as Scenario);
const { told, activeLines, lostLines, arrivedMs, ...figures } = report;
const counts: Record<string, number> = {};
for (const statuses of told.values()) {
  const key = statuses.join(' and ');
  counts[key] = (counts[key] ?? 0) + 1;
}
const lastMs = arrivedMs.at(-1);
console.log({
  ...figures,
  lastMs,
  active: activeLines.size,
  lost: lostLines.size,
  told: counts,
  broken: brokenPromises(report),
});
