import { LOOPBACK } from '../../graph/allowed-host.js';
import { transportBy, type Transport } from '../../graph/transport.js';
import { systemClock, type Clock } from '../../model/clock.js';
import { OathEnrollError, systemCode } from '../../model/errors.js';
import { isSuccess } from '../../model/http-status.js';
import type { Summary } from '../../model/summary.js';
import type { Io } from '../io.js';

/** Whoever is told must not hold up a scheduler. */
const PATIENCE_MS = 10_000;

/**
 * Posts the counts of summaries to an address of the user's. The address may hold a key: it is named by its host alone.
 * It bears no credential, and what comes of it changes no exit code.
 *
 * @param address undefined or empty for none
 * @returns told of each summary; undefined where nobody is to be told
 * @throws OathEnrollError `usage` for an address that is neither https nor on this machine
 */
export function notifier(
  address: string | undefined,
  io: Pick<Io, 'stderr' | 'env'>,
  clock: Clock = systemClock,
): ((summary: Summary) => Promise<void>) | undefined {
  if (address === undefined || address === '') return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isHere = url !== undefined && LOOPBACK.has(url.hostname);
  // No other machine is told anything without TLS.
  const isSafe = url?.protocol === 'https:' || (isHere && url.protocol === 'http:');
  if (!isSafe || url.username !== '' || url.password !== '') {
    throw new OathEnrollError(
      'usage',
      '--notify takes an https URL without a user name (http on this very machine alone)',
    );
  }
  const transport = transportBy(io.env, isHere);
  return async (summary) => {
    const trouble = await post(url, JSON.stringify(countsOf(summary)), clock, transport);
    if (trouble !== undefined) {
      io.stderr.write(`The summary could not be posted to ${url.host}: ${trouble}.\n`);
    }
  };
}

/** What leaves of a summary: no serial number, user, path or option. */
function countsOf(summary: Summary): Readonly<Record<string, unknown>> {
  const { runId, rows, counts, needsRecollection, startedAt, finishedAt, exitCode, stopped } = summary;
  return {
    runId,
    rows,
    counts,
    needsRecollection,
    startedAt,
    finishedAt,
    exitCode,
    stopped: stopped !== null,
  };
}

/** Sends it once. Returns why that failed, in words that do not name the address. */
async function post(url: URL, body: string, clock: Clock, transport: Transport): Promise<string | undefined> {
  const abort = new AbortController();
  const disarm = clock.at(clock.elapsed() + PATIENCE_MS, () => abort.abort());
  try {
    const headers = { 'content-type': 'application/json' };
    const answer = await transport(url.href, { method: 'POST', headers, body, signal: abort.signal });
    // Nobody reads what is said besides.
    answer.body.on('error', () => undefined).destroy();
    return isSuccess(answer.status) ? undefined : `it answered HTTP ${answer.status}`;
  } catch (error) {
    if (abort.signal.aborted) return `no answer within ${PATIENCE_MS / 1000} s`;
    const code = systemCode(error);
    return code === '' ? 'it cannot be called' : `it cannot be reached (${code})`;
  } finally {
    disarm();
  }
}
