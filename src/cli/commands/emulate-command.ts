import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Emulator, FaultRule, ThrottleSpec } from '../../emulator/index.js';
import { OathEnrollError, systemCode } from '../../model/errors.js';
import { parseJson } from '../../model/json.js';
import { unreadable } from '../../run/unreadable.js';
import type { Io } from '../io.js';
import { rate, seconds, wholeNumber } from '../options/option-parsers.js';
import { samplePath } from '../samples.js';

interface EmulateOptions {
  readonly tokens: string;
  readonly users: string;
  readonly port: number;
  readonly throttle: ThrottleSpec;
  readonly punish?: number;
  readonly latency: number;
  readonly faults?: string;
  readonly seed: number;
}

/** `oath-enroll emulate`: a local Graph to try things on. */
export function emulateCommand(io: Io): Command {
  return new Command('emulate')
    .summary('run a local Microsoft Graph to try things on')
    .description(
      'Answers the calls for hardware OATH tokens on this machine as Microsoft Graph would: it checks real codes, ' +
        'throttles, and fails on demand. Stop it with Ctrl-C.',
    )
    .addOption(
      new Option('--tokens <file>', 'vendor CSV with the tokens and their seeds').default(
        samplePath('tokens.csv'),
        'samples',
      ),
    )
    .addOption(new Option('--users <file>', 'CSV with the users').default(samplePath('users.csv'), 'samples'))
    .option('--port <n>', 'on 127.0.0.1; 0 for any free one', wholeNumber(0), 8042)
    .addOption(
      new Option(
        '--throttle <limit>',
        'none, bucket:RATE/BURST (calls a second, calls at once), window:N/SECONDS or sliding:N/SECONDS',
      )
        .argParser(throttle)
        .default({ kind: 'window', calls: 200, windowMs: 300_000 }, 'window:200/300'),
    )
    .option('--punish <seconds>', 'each call before Retry-After ends makes the wait so much longer', seconds)
    .option('--latency <ms>', 'from a call to its answer', wholeNumber(0), 80)
    .option('--faults <file>', 'JSON list of faults in force from the start')
    .option('--seed <n>', 'of the draws for faults with a probability', wholeNumber(0), 1)
    .action(async (options: EmulateOptions) => {
      const emulator = await start(options).catch((error: unknown) => {
        throw unusable(error, options);
      });
      io.stdout.write(
        `A local Graph answers at ${emulator.url}\n` +
          `What a token shows now, the calls made, faults: ${emulator.adminUrl}/code/SERIAL, /requests, /faults\n` +
          `Enrol on it with: npx oath-enroll run rollout.csv --graph-url ${emulator.url}\n` +
          'Ctrl-C stops it.\n',
      );
      await new Promise<void>((resolve) => {
        if (io.interrupt.aborted) resolve();
        io.interrupt.addEventListener('abort', () => resolve());
      });
      await emulator.close();
    });
}

async function start(options: EmulateOptions): Promise<Emulator> {
  const { startEmulator, readTokensCsv, readUsersCsv } = await import('../../emulator/index.js');
  const { punish, throttle: limit } = options;
  return startEmulator({
    tokens: await readTokensCsv(options.tokens),
    users: await readUsersCsv(options.users),
    port: options.port,
    throttle: punish === undefined ? limit : { kind: 'punishing', of: limit, penaltyMs: punish * 1000 },
    latencyMs: options.latency,
    // As Graph's documented limits of these calls do: a dry run, which only reads, is not held up.
    throttleCounts: 'writes',
    seed: options.seed,
    ...(options.faults !== undefined && { faults: await readFaults(options.faults) }),
  });
}

/** The emulator knows nothing of our errors: a port or a file that cannot be opened, or a plain error with its own words. */
function unusable(error: unknown, { port }: EmulateOptions): OathEnrollError {
  if (!(error instanceof Error)) return new OathEnrollError('usage', String(error));
  if ('port' in error)
    return new OathEnrollError(
      'usage',
      `port ${port} is taken or not for you (${systemCode(error)}): give another one with --port, or 0 for any that is free`,
    );
  return 'path' in error && typeof error.path === 'string'
    ? unreadable(error.path, error)
    : new OathEnrollError('usage', error.message);
}

function throttle(text: string): ThrottleSpec {
  if (text === 'none') return { kind: 'none' };
  const [kind = '', limit = ''] = text.split(':');
  const { calls, seconds: second } = rate(limit);
  if (kind === 'bucket') return { kind, ratePerS: calls, burst: second };
  if (kind === 'window' || kind === 'sliding') return { kind, calls, windowMs: second * 1000 };
  throw new InvalidArgumentError('Give none, bucket:20/100, window:200/300 or sliding:200/300.');
}

async function readFaults(path: string): Promise<FaultRule[]> {
  const { FAULTS_EXPECTED, isFaultRule } = await import('../../emulator/index.js');
  const faults = parseJson(await readFile(path, 'utf8'));
  if (!Array.isArray(faults) || !faults.every(isFaultRule))
    throw new Error(`${path}: this is no JSON list of rules. ${FAULTS_EXPECTED}`);
  return faults;
}
