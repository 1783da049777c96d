#!/usr/bin/env node
import { createRequire } from 'node:module';
import { keepHeapLean } from './cli/lean-heap.js';
import { runProgram } from './cli/program.js';
import { oneLine } from './graph/one-line.js';
import { keepOffProxies } from './graph/transport.js';

const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
const interrupt = new AbortController();
keepHeapLean();

// The first signal ends the run in good order; the second at once: what was done is in the journal.
for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => endEarly(exitCode));
}

// A variable that is set to nothing means the default, as schedulers and CI leave them.
if (process.env['OATH_ENROLL_GRAPH_URL'] === '') delete process.env['OATH_ENROLL_GRAPH_URL'];
if (process.env['OATH_ENROLL_AUTH'] === '') delete process.env['OATH_ENROLL_AUTH'];

keepOffProxies(process.env);

// A reader that goes away, such as `| head`, is no reason to leave a run unfinished.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

// Node would print the code around it, and all that hangs on the error.
process.on('uncaughtException', (error) => {
  tellDefect(error);
  process.exit(1);
});

try {
  await runProgram(process.argv.slice(2), version, {
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    interrupt: interrupt.signal,
    pressedCtrlC: () => endEarly(130),
    exit: (code) => {
      process.exitCode = code;
    },
  });
} catch (error) {
  tellDefect(error);
  process.exitCode = 1;
}

// A sign-in that nobody finished, or a pipe that nobody closes, must not keep the process.
process.stdout.write('', () => process.stderr.write('', () => process.exit()));

function endEarly(exitCode: number): void {
  if (interrupt.signal.aborted) process.exit(exitCode);
  interrupt.abort(exitCode);
}

/** What an error says may quote what it was about: nothing of that has the look of a secret, or steers a terminal. */
function tellDefect(error: unknown): void {
  const what = oneLine(error instanceof Error ? error.message : String(error), 500);
  process.stderr.write(`oath-enroll: a defect of this program: ${what}\n`);
}
