/** Plays one simulated run again, from the line of JSON that a failed test printed, and tells how it went. */
import { brokenPromises, simulate, type Scenario } from '../simulation/simulate.js';

const [text] = process.argv.slice(2);
if (text === undefined) throw new Error("usage: npm run simulate -- '<scenario as JSON>'");
const report = await simulate(JSON.parse(text) as Scenario);
const { told, activeLines, ...figures } = report;
const counts: Record<string, number> = {};
for (const statuses of told.values()) {
  const key = statuses.join(' and ');
  counts[key] = (counts[key] ?? 0) + 1;
}
console.log({ ...figures, active: activeLines.size, told: counts, broken: brokenPromises(report) });
