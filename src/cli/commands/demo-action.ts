import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  readTokensCsv,
  readUsersCsv,
  startEmulator,
  totpCode,
  type TokenSpec,
} from '../../emulator/index.js';
import { systemClock } from '../../model/clock.js';
import { writeWhole } from '../../results/whole-file.js';
import { unreadable } from '../../run/unreadable.js';
import { fillCodes, type ReadToken } from './fill-codes.js';
import type { Io } from '../io.js';
import { runAction } from './run-action.js';
import { runDefaults } from './run-command.js';
import { samplePath } from '../samples.js';

/** Tight enough that the demo meets throttling, wide enough that it ends soon. */
const LIMIT = { kind: 'bucket', ratePerS: 3, burst: 20 } as const;

/**
 * Carries out `oath-enroll demo`.
 *
 * @param recollect a file whose empty codes are to be filled in; undefined for the sample rollout
 * @returns the exit code
 */
export async function demoAction(recollect: string | undefined, reports: string, io: Io): Promise<number> {
  const tokens = (await readTokensCsv(samplePath('tokens.csv'))).map(inUse);
  const emulator = await startEmulator({
    tokens,
    users: await readUsersCsv(samplePath('users.csv')),
    throttle: LIMIT,
    latencyMs: 80,
  });
  try {
    const given = recollect ?? samplePath('rollout.csv');
    const text = await readFile(given, 'utf8').catch((error: unknown) => {
      throw unreadable(given, error);
    });
    const filled = fillCodes(text, fobs(tokens), systemClock.now());
    const copy = join(reports, 'demo', recollect === undefined ? 'rollout.csv' : 'recollect.csv');
    if (filled !== undefined) {
      await mkdir(join(reports, 'demo'), { recursive: true });
      await writeWhole(copy, filled);
      io.stdout.write(
        `A local Graph was started: it lets ${LIMIT.burst} calls through at once and ${LIMIT.ratePerS} a second after that.\n` +
          `Codes were read off its tokens into ${copy}. Enrolling:\n\n`,
      );
    }
    const exitCode = await runAction(
      filled === undefined ? given : copy,
      // Each demo has a new Graph, which knows nothing of what an earlier one enrolled.
      { ...runDefaults(io), reports, graphUrl: emulator.url, again: true },
      io,
      {
        rerun: (path) => [
          `  npx oath-enroll demo ${path}`,
          '(which reads the codes off the local tokens first; in a real rollout that is your part)',
        ],
        resume: () => [],
      },
    );
    // Rows that fail or expire are part of the show: what `run` would tell a script is no failure of the demo.
    return exitCode === 3 || exitCode === 4 ? 0 : exitCode;
  } finally {
    await emulator.close();
  }
}

/** The tokens as the people see them who hold them. */
function fobs(tokens: readonly TokenSpec[]): ReadToken {
  const bySerial = new Map(tokens.map((token) => [token.serialNumber, token]));
  return (serialNumber, atMs) => {
    const token = bySerial.get(serialNumber);
    if (token === undefined) return undefined;
    const { timeIntervalInSeconds: intervalS = 30, hashFunction = 'hmacsha1' } = token;
    return totpCode(token.secretKey, atMs, { intervalS, hashFunction });
  };
}

/** A token that has a holder already works for its holder. */
const inUse = (token: TokenSpec): TokenSpec =>
  token.assignTo === undefined ? token : { ...token, status: 'activated' };
