import { basename, extname, join } from 'node:path';
import { systemClock } from '../../model/clock.js';
import { OathEnrollError, systemCode } from '../../model/errors.js';
import { interruptedCode } from '../../model/exit-codes.js';
import type { InputFile } from '../../model/run-event.js';
import { visible } from '../../model/words.js';
import type { Summary } from '../../model/summary.js';
import { becameOf, readInbox } from '../../run/inbox/inbox.js';
import { putAway, runOf, type Ending } from '../../run/inbox/put-away.js';
import type { Io } from '../io.js';
import { exitCodeOf } from '../exit-codes.js';
import { resumeAction, runAction, type OnSummary } from './run-action.js';
import type { RunOptions } from '../options/run-options.js';

/** What asks a person, who is not there in an unattended run. */
const ASKS_A_PERSON: ReadonlySet<string> = new Set(['device-code', 'browser']);

/** From the worst on: a scheduler is told of the first that applies. */
const WORST_FIRST = [1, 143, 130, 5, 2, 4, 3, 6, 0];

type Say = (text: string) => void;

/** After these nothing is put away: the run goes on at the next time. */
const ENDED_EARLY: ReadonlySet<number> = new Set([1, 5, 130, 143]);

/**
 * Carries out `oath-enroll run --inbox`: runs each file that is complete, the oldest first, one after the other, and puts
 * it away with its results.
 *
 * @returns the worst exit code of all
 * @throws OathEnrollError `usage` where there is no such folder, or a sign-in would ask a person who is not there
 */
export async function inboxAction(
  folder: string,
  options: RunOptions,
  io: Io,
  notify: OnSummary | undefined,
): Promise<number> {
  if (ASKS_A_PERSON.has(options.auth) && io.stderr.isTTY !== true) {
    throw new OathEnrollError(
      'usage',
      `--auth ${options.auth} asks a person, and nobody is at a terminal here`,
    );
  }
  const say: Say = (text) => {
    if (options.quiet !== true) io.stderr.write(`${visible(text)}\n`);
  };
  const { settled, growing } = await readInbox(folder, systemClock);
  for (const name of growing) say(`${name} is still being written: left for the next time.`);
  const exitCodes = [0];
  for (const file of settled) {
    if (io.interrupt.aborted) {
      exitCodes.push(interruptedCode(io.interrupt));
      break;
    }
    const { exitCode, ending } = await runFile(file, options, io, notify, say);
    exitCodes.push(exitCode);
    if (ending !== undefined)
      await putAwayAfter(file, join(folder, exitCode === 0 ? 'done' : 'attention'), ending, say);
    // What stopped this run, a sign-in or Graph out of reach, would stop the others too.
    if (ending === undefined && ENDED_EARLY.has(exitCode)) break;
  }
  return WORST_FIRST.find((each) => exitCodes.includes(each)) ?? 1;
}

/** Runs a file, or goes on with its run where there is one. Without an ending, the file is to stay. */
async function runFile(
  file: InputFile,
  options: RunOptions,
  io: Io,
  notify: OnSummary | undefined,
  say: Say,
): Promise<{ readonly exitCode: number; readonly ending?: Ending | undefined }> {
  let ending: Ending | undefined;
  const onSummary = async (summary: Summary): Promise<void> => {
    if (!ENDED_EARLY.has(summary.exitCode)) {
      ending = { run: summary.folder, hasRecollection: summary.needsRecollection > 0 };
    }
    await notify?.(summary);
  };
  try {
    const earlier = await runOf(file, options.reports);
    const exitCode =
      earlier === undefined
        ? await runAction(file.path, options, io, undefined, onSummary)
        : // With the options of now: a sign-in that was mended meanwhile must count.
          await resumeAction(earlier, options, io, onSummary);
    return { exitCode, ending };
  } catch (error) {
    if (!(error instanceof OathEnrollError)) throw error;
    const became = error.code === 'input' ? await becameOf(file) : undefined;
    if (became === 'gone') {
      say(gone(file));
      return { exitCode: 0 };
    }
    io.stderr.write(`oath-enroll: ${error.toString()}\n`);
    const id = basename(file.path, extname(file.path));
    return {
      exitCode: exitCodeOf(error, io),
      ending: became === 'unchanged' ? { refusal: error.toString(), id } : undefined,
    };
  }
}

async function putAwayAfter(file: InputFile, into: string, ending: Ending, say: Say): Promise<void> {
  const name = basename(file.path);
  const became = await becameOf(file);
  if (became === 'gone') say(gone(file));
  if (became === 'changed')
    say(`${name} was changed while it was run: it stays in the inbox, and is run again the next time.`);
  if (became !== 'unchanged') return;
  try {
    const folder = await putAway(file, into, ending);
    if (folder !== undefined) say(`${name} and its results: ${folder}`);
  } catch (error) {
    if (systemCode(error) === '') throw error;
    throw new OathEnrollError(
      'environment',
      `${name} cannot be put away into ${into} (${systemCode(error)})`,
    );
  }
}

const gone = ({ path }: InputFile): string =>
  `${basename(path)} is gone from the inbox: another run has put it away, or somebody took it.`;
