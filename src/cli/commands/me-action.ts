import { graphOf, onGraph } from '../../api/on-graph.js';
import { typedField } from '../../intake/typed-field.js';
import { OathEnrollError } from '../../model/errors.js';
import { collect } from '../../run/collect.js';
import { withScreen } from '../desk/with-screen.js';
import type { Io } from '../io.js';
import { heardBy } from './run-action.js';
import type { RunOptions } from '../options/run-options.js';
import { telling } from '../telling/telling.js';
import { quoted } from '../words.js';

const QUESTION = 'Code that your token shows  (or q quit)';
const QUIT = /^q$/i;

/**
 * Carries out `oath-enroll me`.
 *
 * @returns the exit code
 */
export function meAction(serial: string, plain: boolean, options: RunOptions, io: Io): Promise<number> {
  const serialNumber = typedField('serialNumber', serial);
  if ('wrong' in serialNumber) {
    throw new OathEnrollError('usage', `--serial: the serial number ${serialNumber.wrong}`);
  }
  const again = `  npx oath-enroll me --serial ${quoted(serialNumber.value)}`;
  const next = { rerun: () => [again], resume: () => [again], asksForCodes: true };
  return telling(options, io, { name: `token ${serialNumber.value}` }, next, (teller) => {
    const heard = heardBy(teller, options, io);
    const graph = graphOf(heard);
    const [request, ports] = onGraph({ input: 'me', stdin: io.stdin }, heard, graph);
    const signIn = async (): Promise<void> => {
      await graph.signIn();
      if ((await graph.person()) === undefined) throw notAPerson();
    };
    return collect({ ...request, hasFile: false }, { ...ports, signIn }, async (desk) => {
      const user = await graph.person();
      if (user === undefined) throw notAPerson();
      await withScreen(io, plain, desk, async (_, talk) => {
        const token = desk.add(serialNumber.value, user);
        const ending = await talk.enrol(token, QUESTION, QUIT, 'you');
        if (ending.kind !== 'settled') desk.remove(token);
      });
    });
  });
}

const notAPerson = (): OathEnrollError =>
  new OathEnrollError(
    'sign_in',
    'an app is signed in, and /me is a person: use --auth browser or --auth device-code',
  );
