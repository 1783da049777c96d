import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Journal } from '../../src/journal/journal.js';
import { needsRecollection, type Status } from '../../src/model/outcome.js';
import type { CodeLife, RunEvent } from '../../src/model/run-event.js';
import { START_MS } from '../support/rows.js';

type Answer = Extract<RunEvent, { type: 'answer' }>;

/** Events as a run writes them; instants are seconds after START_MS. */
const at = (seconds: number): number => START_MS + seconds * 1000;

export const run = (runId = 'r1'): RunEvent => ({
  type: 'run',
  runId,
  input: 'in.csv',
  header: { names: ['serialNumber', 'user'], delimiter: ',', bom: false, blankForRecollection: [] },
  options: {},
  startedAtMs: START_MS,
});

export const row = (line: number, over: { serialNumber?: string; user?: string } = {}): RunEvent => {
  const { serialNumber = `S${line}`, user = `user${line}@contoso.example` } = over;
  return { type: 'row', line, serialNumber, user, hasSeed: false, cells: [serialNumber, user] };
};

export const signedIn = (account: string, seconds = 0): RunEvent => ({
  type: 'signed_in',
  account,
  atMs: at(seconds),
});

export const resumed = (seconds: number): RunEvent => ({ type: 'resumed', atMs: at(seconds) });

export const intent = (line: number, attempt: number, seconds: number, life?: CodeLife): RunEvent => ({
  type: 'intent',
  line,
  attempt,
  atMs: at(seconds),
  life,
});

export const withdrawn = (line: number, attempt: number, seconds: number): RunEvent => ({
  type: 'withdrawn',
  line,
  attempt,
  atMs: at(seconds),
});

/** An answer to an activation, or to whatever `over` says. */
export const answer = (
  line: number,
  attempt: number,
  seconds: number,
  httpStatus: number | undefined,
  over: Partial<Answer> = {},
): RunEvent => ({
  type: 'answer',
  line,
  ask: 'activate',
  attempt,
  sentAtMs: at(seconds) - 80,
  atMs: at(seconds),
  httpStatus,
  ...over,
});

export const outcome = (line: number, status: Status, attempts = 1): RunEvent => ({
  type: 'outcome',
  line,
  status,
  needsRecollection: needsRecollection(status, false),
  reason: '',
  attempts,
  completedAtMs: START_MS,
});

export const end = (seconds: number, reason = '', exitCode?: number): RunEvent => ({
  type: 'end',
  atMs: at(seconds),
  reason,
  exitCode,
});

/** A journal with these events, in a folder that is made for it. */
export async function writeJournal(path: string, events: readonly RunEvent[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const journal = await Journal.create(path);
  for (const event of events) journal.write(event);
  await journal.close();
}
