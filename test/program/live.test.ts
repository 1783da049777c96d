import { spawn } from 'node:child_process';
import { access, appendFile } from 'node:fs/promises';
import { describe, expect, vi } from 'vitest';
import type { Emulator } from '../../src/emulator/index.js';
import { activations, test, type Desk } from '../support/desk.js';
import { makeFobs, type Fob } from '../support/fob.js';
import type { Program } from '../support/program.js';
import { bySeed, called } from './interrupted.js';

const start = (desk: Desk, { url }: Emulator, args: readonly string[] = []): Program =>
  desk.start(['run', '-', '--graph-url', url, '--run-id', 'r1', ...args]);

const lineOf = ({ serialNumber, user, secretKey }: Fob): string => `${serialNumber},${user},${secretKey}`;
const HEADER = bySeed([])[0]!.join(',');

describe('rows over standard input', () => {
  test.concurrent('each is a call before the next one comes, however its bytes come', async ({ desk }) => {
    const fobs = makeFobs(4);
    const emulator = await desk.graph(fobs);
    const program = start(desk, emulator);
    program.write(`${HEADER}\r`);
    for (const [at, fob] of fobs.slice(0, 3).entries()) {
      // A line break in two pieces, a row in three.
      program.write('\n');
      const line = lineOf(fob);
      for (const piece of [line.slice(0, 5), line.slice(5, 30), line.slice(30)]) program.write(piece);
      program.write('\r');
      await called(emulator, at + 1);
    }
    program.write(`\n${lineOf(fobs[3]!)}`);
    // The last line has no end but that of the input.
    program.endInput();
    expect((await program.exit).code).toBe(0);
    expect(activations(emulator).map(({ serial }) => serial)).toEqual(
      fobs.map(({ serialNumber }) => serialNumber),
    );
    expect((await desk.readRun()).statuses).toEqual(fobs.map(() => 'enrolled'));
  });

  test.concurrent('of a file that somebody appends to, by tail -f', async ({ desk }) => {
    const fobs = makeFobs(3);
    const emulator = await desk.graph(fobs);
    const file = await desk.write('growing.csv', `${HEADER}\n${lineOf(fobs[0]!)}\n`);
    const program = start(desk, emulator);
    const tail = spawn('tail', ['-n', '+1', '-f', file], { cwd: desk.folder });
    tail.stdout.on('data', (bytes: Buffer) => program.write(bytes)).on('end', () => program.endInput());
    await called(emulator, 1);
    for (const [at, fob] of fobs.slice(1).entries()) {
      await appendFile(desk.path(file), lineOf(fob).slice(0, 12));
      await appendFile(desk.path(file), `${lineOf(fob).slice(12)}\n`);
      await called(emulator, at + 2);
    }
    tail.kill();
    expect((await program.exit).code).toBe(0);
    expect((await desk.readRun()).statuses).toEqual(fobs.map(() => 'enrolled'));
  });

  test.concurrent.for(['\n', ''])(
    'a header alone, ended by %j, is a run of no rows',
    async (end, { desk }) => {
      const emulator = await desk.graph([]);
      const { code, stdout } = await desk.call(['run', '-', '--graph-url', emulator.url, '--run-id', 'r1'], {
        input: `${HEADER}${end}`,
      });
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^0 rows of standard input in/)]);
      expect((await desk.readRun()).results.header.slice(0, 3)).toEqual(bySeed([])[0]);
    },
  );

  test.concurrent('a signal before the header ends it at once, as nothing was begun', async ({ desk }) => {
    const emulator = await desk.graph([]);
    const program = start(desk, emulator, ['--log', 'run.log']);
    // With its log it has begun, and listens for signals.
    await vi.waitFor(() => access(desk.path('run.log')), { timeout: 15_000, interval: 20 });
    program.signal('SIGINT');
    const { code, stdout } = await program.exit;
    expect([code, stdout]).toEqual([130, '']);
    expect(await desk.runs()).toEqual([]);
    expect(emulator.requests()).toEqual([]);
  });
});
