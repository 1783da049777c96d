import type { Readable } from 'node:stream';
import { AdaptiveThrottle } from '../dispatch/pace/adaptive/adaptive-throttle.js';
import type { BatchReader, BatchReaderParts } from '../dispatch/batch-reader.js';
import { createCeiling } from '../dispatch/pace/ceiling.js';
import type { IntakeRow } from '../intake/row-judge.js';
import type { Clock } from '../model/clock.js';
import type { DryRun } from '../model/dry-run.js';
import { interruptedCode } from '../model/exit-codes.js';
import type { Granted } from '../model/granted.js';
import type { Outcome } from '../model/outcome.js';
import type { ReadPort, ReadSoFar } from '../model/read.js';
import type { RunEvent } from '../model/run-event.js';
import { checkPolicy, denialNote } from './rehearsal/notes.js';
import { EarlierRuns } from './memory/earlier-runs.js';
import type { EnrollPorts, EnrollRequest } from './enroll-request.js';
import { FactFinder } from './reads/fact-finder.js';
import { Findings } from './rehearsal/findings.js';
import { forecast } from './rehearsal/forecast.js';
import { holdBack } from './session/hold-back.js';
import { openInput, type Input } from './input.js';
import { Inventory, readInventory, type Unread } from './reads/inventory.js';
import { inTurn } from './reads/in-turn.js';
import { enrolledBy, isHeld, judgeAlone, judgeImport, judgeRow } from './rehearsal/judge-row.js';
import { PaceMemory, type Pace } from './memory/pace-memory.js';
import { checkPermissions } from './rehearsal/permissions.js';
import { reading } from './reads/reading.js';
import { isUnusable } from './session/row-taker.js';
import { signInFailure } from './session/sign-in-failure.js';

export type OfflineRequest = Omit<EnrollRequest, 'concurrency' | 'maxWaitMs' | 'again'>;

export interface OfflinePorts {
  readonly clock: Clock;
  readonly stdin: Readable;
  readonly observe: (event: RunEvent) => void;
}

/** What a dry run on Graph works with. */
export interface DryRunPorts
  extends OfflinePorts, Pick<EnrollPorts, 'signIn' | 'account' | 'random' | 'interrupt' | 'notice'> {
  readonly reads: ReadPort;
  /** What the sign-in allows. Asked for after it. */
  readonly granted: () => Promise<Granted>;
  /** Given a way to see how far the reading is, as it begins. */
  readonly watch: (look: () => ReadSoFar) => void;
}

/** Rows that are asked about at the same time: enough to fill batches, and few enough to keep in memory. */
const ROWS_AT_ONCE = 1000;

const NO_CALLS = { calls: 0, refusals: 0, waitedMs: 0, stopped: undefined };

/**
 * Says of each row what its own cells tell: unusable, a duplicate, dead already, or fit to be sent. No network call
 * is made. Rows go straight from the input to the results, so memory does not grow with them.
 *
 * @throws OathEnrollError `input` for an unusable file
 */
export async function checkOffline(request: OfflineRequest, ports: OfflinePorts): Promise<DryRun> {
  const { clock } = ports;
  const startedAtMs = clock.now();
  const input = await openInput(request, ports);
  const findings = await Findings.begin(request, input.header, startedAtMs, ports.observe);
  try {
    for await (const row of input.rows) {
      const wait = findings.add(row, judgeAlone(row, request.graceSteps, clock.now()));
      if (wait !== undefined) await wait;
    }
  } catch (error) {
    await findings.discard();
    throw error;
  }
  const { obstacles, tally } = findings;
  const foreseen = forecast(findings.toSend, startedAtMs, {}, request.rates, clock);
  const facts = { ...NO_CALLS, finishedAtMs: clock.now() };
  const summary = await findings.write(facts, tally.exitCode(false));
  return { summary, obstacles, hindrances: [], forecast: foreseen };
}

/**
 * Says of each row what would come of it, by its own cells and by all that Graph can be asked without changing
 * anything. No lock is taken and no journal written, as nothing is done.
 *
 * @throws OathEnrollError `input` for an unusable file; `usage` or `environment` where the run folder cannot be made
 */
export async function checkOnline(request: EnrollRequest, ports: DryRunPorts): Promise<DryRun> {
  const startedAtMs = ports.clock.now();
  const input = await openInput(request, ports);
  input.notices.forEach((text) => ports.notice(text));
  const findings = await Findings.begin(request, input.header, startedAtMs, ports.observe);
  try {
    return await check(request, ports, { input, findings, startedAtMs });
  } catch (error) {
    await findings.discard();
    throw error;
  }
}

interface Rehearsal {
  readonly input: Input;
  readonly findings: Findings;
  readonly startedAtMs: number;
}

async function check(request: EnrollRequest, ports: DryRunPorts, rehearsal: Rehearsal): Promise<DryRun> {
  const { clock, interrupt } = ports;
  const { input, findings } = rehearsal;
  const failure = await signInFailure(ports.signIn, interrupt);
  const account = failure === undefined ? await ports.account() : undefined;
  const memory = new PaceMemory(request.reports, findings.path, () => clock.now());
  const pace = account === undefined ? {} : await memory.recall(account);
  const parts = readerParts(request, ports, pace, input);
  return reading(parts, request, interrupt, async (reader) => {
    ports.watch(() => ({ count: reader.story.calls, shutForMs: reader.shutForMs }));
    if (failure !== undefined) reader.stop(failure);
    return checkAll(request, ports, rehearsal, { reader, account, memory, pace });
  });
}

/** What a dry run goes by besides its rows. */
interface Surroundings {
  readonly reader: BatchReader;
  /** Undefined where nobody is signed in. */
  readonly account: string | undefined;
  readonly memory: PaceMemory;
  readonly pace: Pace;
}

async function checkAll(
  request: EnrollRequest,
  ports: DryRunPorts,
  rehearsal: Rehearsal,
  { reader, account, memory, pace }: Surroundings,
): Promise<DryRun> {
  const { clock, interrupt, notice } = ports;
  const { findings, startedAtMs } = rehearsal;
  const finder = new FactFinder(reader);
  const asked = finder.policy();
  const earlier =
    request.again || account === undefined ? undefined : await EarlierRuns.read(findings.path, account);
  const inventory = (request.purpose ?? 'enroll') === 'enroll' ? undefined : await readInventory(reader);
  await checkRows(request, ports, rehearsal, { reader, finder, earlier, inventory });
  const policy = checkPolicy(await asked);
  const permissions = account === undefined ? {} : checkPermissions(await ports.granted(), request.purpose);
  for (const note of [permissions.warning, policy.note, ...finder.denials().map(denialNote)])
    if (note !== undefined) notice(note);
  const unread = inventory !== undefined && 'why' in inventory ? inventory.why : undefined;
  const hindrances = [permissions.hindrance, policy.hindrance, unread].filter((each) => each !== undefined);
  if (account !== undefined && reader.shutForMs > 0)
    await memory.keep(account, closedFor(reader, pace, clock));

  const isHindered = reader.stopped !== undefined || hindrances.length > 0;
  const exitCode = interrupt.aborted ? interruptedCode(interrupt) : findings.tally.exitCode(isHindered);
  const facts = { ...reader.story, stopped: reader.stopped, finishedAtMs: clock.now() };
  const foreseen = forecast(findings.toSend, startedAtMs, pace, request.rates, clock);
  const { obstacles } = findings;
  return { summary: await findings.write(facts, exitCode), obstacles, hindrances, forecast: foreseen };
}

/**
 * What earlier runs learned of the limits is about activations: reads begin anew, and what they learn is not kept.
 * Only a wait that Graph asked for holds for both.
 */
function readerParts(
  { rates }: EnrollRequest,
  { reads, clock, random }: DryRunPorts,
  pace: Pace,
  { isLive, close }: Input,
): BatchReaderParts {
  const throttle = new AdaptiveThrottle(random);
  holdBack(throttle, clock, pace.closedUntilMs ?? 0);
  const ceiling = rates.length === 0 ? undefined : createCeiling(rates, clock);
  // Rows that were never read are nobody's; a file is still read, so that each of its rows is told of.
  const onStop = isLive ? close : undefined;
  return { graph: reads, clock, throttle, ceiling, onStop };
}

function closedFor({ shutForMs }: BatchReader, pace: Pace, clock: Clock): Pace {
  return shutForMs === Infinity ? pace : { ...pace, closedUntilMs: clock.now() + shutForMs };
}

/** Where it is learned from what would come of a row. */
interface Sources {
  readonly reader: BatchReader;
  readonly finder: FactFinder;
  readonly earlier: EarlierRuns | undefined;
  /** What the tenant has, where tokens are to be put there. */
  readonly inventory: Inventory | Unread | undefined;
}

async function checkRows(
  { graceSteps }: EnrollRequest,
  { clock }: DryRunPorts,
  { input, findings, startedAtMs }: Rehearsal,
  { reader, finder, earlier, inventory }: Sources,
): Promise<void> {
  const asked = async (intake: IntakeRow): Promise<() => Outcome> => {
    // The time that the dry run itself takes ages no code.
    const nowMs = input.isLive ? clock.now() : startedAtMs;
    const { row } = intake;
    if (row === undefined) return () => judgeAlone(intake, graceSteps, nowMs);
    const imported =
      row.maker !== undefined && inventory instanceof Inventory
        ? judgeImport(row, inventory, nowMs)
        : undefined;
    if (imported !== undefined) return () => imported;
    if (row.user === '') return () => judgeAlone(intake, graceSteps, nowMs);
    const run = earlier?.runThatEnrolled(row);
    if (run !== undefined) return () => enrolledBy(run, row, nowMs);
    const { before, ...facts } = await finder.ofRow(row);
    return () => {
      const outcome = judgeRow(row, facts, before, graceSteps, nowMs);
      if (outcome.status === 'would_enroll' && !isHeld(row, facts)) before.granted += 1;
      return outcome;
    };
  };
  // Rows are judged in input order, as a user's first tokens take the places of the later ones.
  await inTurn(rowsOf(input, reader), ROWS_AT_ONCE, asked, (intake, judge) =>
    findings.add(intake, { ...judge(), completedAtMs: clock.now() }),
  );
}

async function* rowsOf({ rows }: Input, reader: BatchReader): AsyncGenerator<IntakeRow> {
  try {
    yield* rows;
  } catch (error) {
    // A pipe that was closed because the dry run stopped ends with an error of its own.
    if (reader.stopped !== undefined && !isUnusable(error)) return;
    // Nothing more is asked for an input that cannot be used.
    reader.stop(String(error));
    throw error;
  }
}
