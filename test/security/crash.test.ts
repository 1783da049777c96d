import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { BUILT } from '../support/program.js';
import { randomSeed } from '../support/fob.js';

const SEED = randomSeed();
const MESSAGE = JSON.stringify(`broke at 123456 ${SEED} Bearer eyJhbGciOi.eyJzdWIi.c2ln \u001b[2J\u202e`);

/** The program with a defect put in before it begins. */
const broken = (defect: string) =>
  spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(defect)}`, BUILT, 'emulate', '--port', '0'],
    {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    },
  );

const FAILS = `() => { throw new Error(${MESSAGE}); }`;
const once = (defect: string): string =>
  `const { write } = process.stdout; process.stdout.write = () => { process.stdout.write = write; ${defect}; return true; };`;

test.each([
  ['thrown where nobody waits for it', once(`setImmediate(${FAILS})`)],
  ['in a promise that nobody looks at', once(`void (async ${FAILS})()`)],
  ['thrown by a command', once(`(${FAILS})()`)],
])('a defect %s is told in one line, without code, seed, token or anything that steers', (_, defect) => {
  const { status, stdout, stderr } = broken(defect);
  const line = 'oath-enroll: a defect of this program: broke at [secret] [secret] [secret] [2J\n';
  expect([status, stderr]).toEqual([1, line]);
  expect(stdout).not.toContain(SEED);
});
