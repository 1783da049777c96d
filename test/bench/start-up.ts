/**
 * What a start of the program costs: `oath-enroll --help` against a Node that does nothing. They take turns, so that a busy
 * machine slows both.
 */
import { execFileSync } from 'node:child_process';
import { median, report } from './measure.js';

const ROUNDS = 21;

/** What the help may take: so many times what Node itself takes, and so many ms on top. */
const FACTOR = 1.5;
const EXTRA_MS = 60;

const SUBJECTS: Readonly<Record<string, readonly string[]>> = {
  'node -e 0': ['-e', '0'],
  'oath-enroll --help': ['dist/main.js', '--help'],
};

const taken = new Map<string, number[]>(Object.keys(SUBJECTS).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [name, args] of Object.entries(SUBJECTS)) {
    const startedAtMs = performance.now();
    execFileSync(process.execPath, args, { stdio: 'ignore' });
    taken.get(name)!.push(performance.now() - startedAtMs);
  }
}

const rows = [...taken].map(([subject, times]) => ({
  subject,
  'median ms': Math.round(median(times)),
  'least ms': Math.round(Math.min(...times)),
}));
const [node = 0, help = 0] = [...taken.values()].map(median);
const allowedMs = node * FACTOR + EXTRA_MS;

await report(
  'start-up',
  'What a start costs',
  [
    `Wall time of ${ROUNDS} starts each, taking turns.`,
    rows,
    `Allowed: ${FACTOR} times Node’s own median and ${EXTRA_MS} ms, ${Math.round(allowedMs)} ms. Taken: ${Math.round(help)} ms, which is ${help <= allowedMs ? 'within it' : 'TOO MUCH'}.`,
  ],
  'start',
);
process.exitCode = help <= allowedMs ? 0 : 1;
