import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AUTH_METHODS } from '../../src/model/auth-method.js';
import { SHELLS } from '../../src/cli/completion/words.js';
import { COMMAND_PAGES } from '../../src/cli/help/manual-pages.js';
import { callHere } from '../support/here.js';

const scriptFor = async (shell: string): Promise<string> =>
  (await callHere(['completion', shell], '/')).stdout;

/** What a real bash proposes for the last of these words: a line for each case. */
async function proposals(...cases: readonly (readonly string[])[]): Promise<string[][]> {
  const asked = cases.map(
    (words) =>
      `COMP_WORDS=(oath-enroll ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; ` +
      '_oath_enroll; echo "${COMPREPLY[*]}"',
  );
  const script = [await scriptFor('bash'), 'complete -p oath-enroll', ...asked].join('\n');
  const { stdout, stderr } = await promisify(execFile)('bash', ['--norc', '-c', script]);
  expect(stderr).toBe('');
  const [how, ...lines] = stdout.trimEnd().split('\n');
  expect(how).toBe('complete -o default -F _oath_enroll oath-enroll');
  return cases.map((_, at) => (lines[at] ?? '').split(' ').filter((word) => word !== ''));
}

describe('completion in a real bash', () => {
  it('proposes commands, options of the command, and the values of an option', async () => {
    const [all, begun, ofRun, ofPlan, methods, method, shells] = await proposals(
      [''],
      ['re'],
      ['run', 'rollout.csv', '--gr'],
      ['plan', '--'],
      ['run', '--auth', ''],
      ['import', '--auth', 'd'],
      ['completion', ''],
    );
    expect(all).toEqual([...Object.keys(COMMAND_PAGES), 'help', '--version', '--help'].sort(inOrderOf(all)));
    expect(begun).toEqual(['resume', 'report']);
    expect(ofRun).toEqual(['--graph-url', '--grace-steps']);
    expect(ofPlan).toEqual(['--rate', '--interval', '--grace-steps', '--stations', '--help']);
    expect(methods).toEqual([...AUTH_METHODS]);
    expect(method).toEqual(['default', 'device-code']);
    expect(shells).toEqual(expect.arrayContaining([...SHELLS]));
  });

  it('leaves files and folders to the shell: where one is asked for it proposes nothing of its own', async () => {
    const found = await proposals(
      ['run', ''],
      ['run', '--reports', ''],
      ['run', '--log', 'r'],
      ['run', 'reports/'],
    );
    expect(found).toEqual([[], [], [], []]);
  });
});

/** Sorts as a list has it; what it lacks comes last. */
const inOrderOf =
  (list: readonly string[] = []) =>
  (a: string, b: string): number =>
    (list.includes(a) ? list.indexOf(a) : Infinity) - (list.includes(b) ? list.indexOf(b) : Infinity);

describe.each(SHELLS)('the script for %s', (shell) => {
  it('has each command and each of its options', async () => {
    const script = await scriptFor(shell);
    const dashes = shell === 'fish' ? '-l ' : '--';
    for (const name of Object.keys(COMMAND_PAGES)) {
      const { stdout } = await callHere([name, '--help'], '/');
      const options = [...stdout.matchAll(/^ {4}(?:-\w, )?--([a-z-]+)/gm)].map(([, option]) => option);
      expect(options).toContain('help');
      expect(script).toContain(name);
      for (const option of options) expect(script).toContain(`${dashes}${option ?? ''}`);
    }
  });

  it('holds no path of this machine', async () => {
    expect(await scriptFor(shell)).not.toContain(process.cwd());
  });
});

it('another shell is refused, and told which there are', async () => {
  const { code, stderr } = await callHere(['completion', 'tcsh'], '/');
  expect(code).toBe(2);
  expect(stderr).toContain(SHELLS.join(', '));
});
