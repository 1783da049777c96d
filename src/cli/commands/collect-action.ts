import { onGraph } from '../../api/on-graph.js';
import { systemClock } from '../../model/clock.js';
import { collect } from '../../run/collect.js';
import { readUsers } from '../../run/desk/users.js';
import { ScannerTalk } from '../desk/by-scanner.js';
import { throughFile } from '../desk/through-file.js';
import { withScreen } from '../desk/with-screen.js';
import type { Io } from '../io.js';
import { heardBy, sameAgain } from './run-action.js';
import type { RunOptions } from '../options/run-options.js';
import { telling } from '../telling/telling.js';

/** The options of `collect` besides those of a run. */
export interface DeskOptions {
  readonly plain?: boolean;
  /** CSV of the users to pick from. */
  readonly users?: string;
}

/**
 * Carries out `oath-enroll collect`.
 *
 * @param input a file whose rows need codes; undefined where serial numbers and users are typed in
 * @returns the exit code
 */
export async function collectAction(
  input: string | undefined,
  { users, plain = false, ...options }: RunOptions & DeskOptions,
  io: Io,
): Promise<number> {
  const known =
    users === undefined ? [] : await readUsers(users, new Map(Object.entries(options.column)), systemClock);
  const next = sameAgain(options, 'collect', plain ? ['--plain'] : []);
  return telling(options, io, { name: input ?? 'the desk' }, next, (teller) => {
    const [request, ports] = onGraph(
      { input: input ?? 'desk', stdin: io.stdin },
      heardBy(teller, options, io),
    );
    return collect({ ...request, hasFile: input !== undefined }, ports, (desk) =>
      withScreen(io, plain, desk, (screen, talk) =>
        input === undefined
          ? new ScannerTalk(desk, screen, talk, known).run()
          : throughFile(desk, screen, talk),
      ),
    );
  });
}
