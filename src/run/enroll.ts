import { rm } from 'node:fs/promises';
import type { IntakeRow } from '../intake/row-judge.js';
import { OathEnrollError } from '../model/errors.js';
import type { Summary } from '../model/summary.js';
import { aborted } from './session/aborted.js';
import type { EnrollPorts, EnrollRequest } from './enroll-request.js';
import { openInput, type Input } from './input.js';
import { newRun } from './session/new-run.js';
import { isUnusable, type OpenRow } from './session/row-taker.js';
import { work } from './session/session.js';

/**
 * The main job: reads an input, sends each code while it lives, and writes down what became of every row.
 *
 * @throws OathEnrollError `input` for an unusable file, before any call; `usage` or `environment` where the run
 *   folder cannot be made; `interrupted` where a signal came before the header; `locked` where another run holds the input or the folder; `journal` when the disk fails, resumable
 */
export async function enroll(request: EnrollRequest, ports: EnrollPorts): Promise<Summary> {
  const startedAtMs = ports.clock.now();
  const input = await openedInput(request, ports);
  input.notices.forEach((text) => ports.notice(text));
  const { header, file, isLive, close: closeInput } = input;
  return newRun(request, ports, { header, file, lock: file?.path, startedAtMs }, async (run) => {
    try {
      return await work({ ...run, rows: allOpen(input.rows), isLive, closeInput }, request, ports);
    } catch (error) {
      // An unusable file is refused before its first call: there is nothing to report on.
      if (isUnusable(error)) await rm(run.folder.path, { recursive: true });
      throw error;
    }
  });
}

/**
 * The input, once its header has come: on standard input that may take as long as it likes. Who waits for it signs in
 * meanwhile, so that the first code need not wait for the sign-in.
 */
async function openedInput(request: EnrollRequest, ports: EnrollPorts): Promise<Input> {
  // Should it fail, it is tried again, and told of, once there are rows.
  if (request.input === '-') ports.signIn().catch(() => undefined);
  const input = await Promise.race([openInput(request, ports), aborted(ports.interrupt)]);
  if (input !== true) return input;
  throw new OathEnrollError('interrupted', 'interrupted before the input began: nothing was sent');
}

async function* allOpen(rows: AsyncIterable<IntakeRow>): AsyncGenerator<OpenRow> {
  for await (const intake of rows) yield { intake, isKnown: false };
}
