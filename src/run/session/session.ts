import { AdaptiveThrottle } from '../../dispatch/pace/adaptive/adaptive-throttle.js';
import { createCeiling } from '../../dispatch/pace/ceiling.js';
import { Dispatcher } from '../../dispatch/dispatcher.js';
import { untilNextStepMs } from '../../dispatch/queue/end-of-step.js';
import type { GateParts } from '../../dispatch/pace/gate.js';
import type { Journal } from '../../journal/journal.js';
import type { Clock } from '../../model/clock.js';
import { OathEnrollError } from '../../model/errors.js';
import { interruptedCode } from '../../model/exit-codes.js';
import type { Summary } from '../../model/summary.js';
import { codeFromSeed } from './code-from-seed.js';
import { EarlierRuns, tenantOf } from '../memory/earlier-runs.js';
import type { EnrollPorts, EnrollRequest } from '../enroll-request.js';
import type { JournalRecorder } from './journal-recorder.js';
import { holdBack } from './hold-back.js';
import { Inventory, readInventory, type Unread } from '../reads/inventory.js';
import { PaceMemory, type Pace } from '../memory/pace-memory.js';
import { replayCalls, type PastCall } from './replay-calls.js';
import { report } from '../report.js';
import { reading } from '../reads/reading.js';
import { RowTaker, type RowSource } from './row-taker.js';
import type { RunFolder } from './run-folder.js';
import type { RunLocks } from './run-locks.js';
import { signInFailure } from './sign-in-failure.js';

/** Calls in flight get so long to finish once the run was interrupted; after that they count as unanswered. */
const LAST_CALLS_MS = 10_000;

/** One go at a run: the first, or a later one that finishes it. */
export interface Session extends RowSource {
  readonly folder: RunFolder;
  readonly journal: Journal;
  readonly recorder: JournalRecorder;
  readonly locks: RunLocks;
  /** Ends the reading of rows, however far it is. */
  readonly closeInput: () => void;
  /** The account that the run's calls went to; undefined in its first session. */
  readonly account: string | undefined;
  /** Wall time, ms, before which Graph asked not to be called. */
  readonly closedUntilMs: number;
  /** Calls of earlier sessions, for the throttle to learn from. */
  readonly calls: readonly PastCall[];
  /** Given a way to see for how long, in ms, Graph makes us wait; before the first row is asked for. */
  readonly watchGate?: ((shutForMs: () => number) => void) | undefined;
}

/**
 * Gives every open row its turn, or ends early with a reason, and makes the results.
 *
 * @throws OathEnrollError `input` for a file that turns out unusable, before any call; `journal` when the disk fails;
 *   `locked` when another process took the run over; `sign_in` where another tenant is signed in to than before
 */
export async function work(session: Session, request: EnrollRequest, ports: EnrollPorts): Promise<Summary> {
  const { journal, recorder, folder, locks } = session;
  const { clock, interrupt } = ports;
  try {
    const dispatched = dispatch(session, request, ports);
    const { stopped, badInput } = await Promise.race([dispatched, locks.lost]);
    const exitCode = interrupt.aborted ? interruptedCode(interrupt) : badInput ? 2 : undefined;
    recorder.write({ type: 'end', atMs: clock.now(), exitCode, reason: stopped ?? '' });
  } catch (error) {
    await journal.close().catch(() => undefined);
    throw error;
  }
  await journal.close();
  return report(folder.path, ports.notice);
}

async function dispatch(
  session: Session,
  request: EnrollRequest,
  ports: EnrollPorts,
): Promise<{ readonly stopped: string | undefined; readonly badInput: boolean }> {
  const { clock, interrupt } = ports;
  const { recorder, isLive, closeInput } = session;
  const { account, failure } = await signIn(session, ports);
  const memory = new PaceMemory(request.reports, session.folder.path, () => clock.now());
  const pace = await memory.recall(account);
  const throttle = new AdaptiveThrottle(ports.random, pace.hint);
  replayCalls(throttle, clock, session.calls);
  holdBack(throttle, clock, Math.max(session.closedUntilMs, pace.closedUntilMs ?? 0));
  const { purpose = 'enroll' } = request;
  const ceiling = request.rates.length === 0 ? undefined : createCeiling(request.rates, clock);
  const gate = { throttle, ceiling, confirming: session.locks.confirming };
  const dispatcher = new Dispatcher(
    {
      ...gate,
      graph: ports.graph,
      clock,
      recorder,
      codeAt: codeFromSeed,
      seedWaitMs: untilNextStepMs,
      // Where users wait for their tokens each is created by itself, and activated soon after.
      createTogether: purpose === 'import' ? ports.inventory?.createTogether : undefined,
      // Rows that were never read are nobody's; a file is still read, so that each of its rows is told of.
      onStop: isLive ? closeInput : undefined,
    },
    request,
  );
  session.watchGate?.(() => dispatcher.shutForMs);
  const endInterrupt = onInterrupt(interrupt, clock, dispatcher);
  if (failure !== undefined) dispatcher.stop(failure);
  try {
    // Where nobody is signed in nothing is sent, and no tenant is known whose tokens were enrolled.
    const asksAll = request.again || failure !== undefined || purpose === 'import';
    const earlier = asksAll ? undefined : await EarlierRuns.read(session.folder.path, account);
    const inventory =
      purpose === 'enroll' || failure !== undefined ? undefined : await inventoryOf(request, ports, gate);
    if (inventory !== undefined && 'why' in inventory) dispatcher.stop(inventory.why);
    const known = { earlier, inventory: inventory instanceof Inventory ? inventory : undefined };
    const taker = new RowTaker(recorder, dispatcher, known, ports);
    if (isLive) dispatcher.start();
    await Promise.race([taker.takeAll(session), dispatcher.finished]);
    ports.watch(() => dispatcher.foresight());
    // A file is read to its end before the first call, so that the most urgent row is chosen among all.
    dispatcher.close();
    dispatcher.start();
    const { stopped } = await dispatcher.finished;
    if (failure === undefined) await memory.keep(account, learnedBy(throttle, clock));
    return { stopped, badInput: taker.foundBadInput };
  } finally {
    endInterrupt();
  }
}

/** What the tenant has, read through the gate that the calls after it pass. */
function inventoryOf(
  request: EnrollRequest,
  { clock, interrupt, inventory: port }: EnrollPorts,
  gate: Pick<GateParts, 'throttle' | 'ceiling' | 'confirming'>,
): Promise<Inventory | Unread> {
  if (port === undefined) throw new Error('tokens are imported where the inventory can be read');
  return reading({ ...gate, graph: port.reads, clock }, request, interrupt, (reader) =>
    readInventory(reader, port.watch),
  );
}

/** Signs in before rows are read, as codes die meanwhile. Says why that failed, if it did. */
async function signIn(
  { account: before, recorder }: Session,
  { clock, interrupt, signIn, account: ask }: EnrollPorts,
): Promise<{ readonly account: string; readonly failure?: string }> {
  const failure = await signInFailure(signIn, interrupt);
  if (failure !== undefined) return { account: '', failure };
  const account = await ask();
  if (before !== undefined && tenantOf(before) !== tenantOf(account)) {
    throw new OathEnrollError(
      'sign_in',
      `this run belongs to another tenant than the one signed in to: it began with ${before}, now it is ${account}`,
    );
  }
  recorder.write({ type: 'signed_in', account, atMs: clock.now() });
  return { account };
}

function learnedBy(throttle: AdaptiveThrottle, clock: Clock): Pace {
  const leftMs = throttle.closedUntilMs - clock.elapsed();
  const closedUntilMs = leftMs > 0 && leftMs < Infinity ? clock.now() + leftMs : undefined;
  return { hint: throttle.hint(), closedUntilMs };
}

/** Ends the run in good order at a signal. Returns what undoes that. */
function onInterrupt(interrupt: AbortSignal, clock: Clock, dispatcher: Dispatcher): () => void {
  let disarm = (): void => undefined;
  const stop = (): void => {
    dispatcher.stop('interrupted');
    disarm = clock.at(clock.elapsed() + LAST_CALLS_MS, () => dispatcher.giveUp());
  };
  interrupt.addEventListener('abort', stop);
  // It may have come since the sign-in.
  if (interrupt.aborted) stop();
  return () => {
    disarm();
    interrupt.removeEventListener('abort', stop);
  };
}
