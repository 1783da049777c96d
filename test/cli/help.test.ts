import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { COMMAND_PAGES, ENVIRONMENT, FILES } from '../../src/cli/help/manual-pages.js';
import { EXIT_CODES } from '../../src/model/exit-codes.js';
import { callHere } from '../support/here.js';

const helpOf = async (...command: string[]): Promise<string> =>
  (await callHere([...command, '--help'], '/')).stdout;

const page = await helpOf();
const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
const commands = Object.keys(COMMAND_PAGES);

/** Lines of a section. */
function section(text: string, title: string): string {
  return new RegExp(`^${title}\\n((?:[ ].*\\n)+)`, 'm').exec(text)?.[1] ?? '';
}

const titles = (text: string): string[] => text.split('\n').filter((line) => /^[A-Z]/.test(line));

describe('the help of the program', () => {
  it('has the sections of a man page, in its order', () => {
    expect(titles(page)).toEqual(
      'NAME,SYNOPSIS,DESCRIPTION,COMMANDS,OPTIONS,FILES,ENVIRONMENT,EXIT STATUS,EXAMPLES,SEE ALSO'.split(','),
    );
  });

  it('is what "help" prints, too', async () => {
    expect((await callHere(['help'], '/')).stdout).toBe(page);
    expect((await callHere(['help', 'run'], '/')).stdout).toBe(await helpOf('run'));
  });

  it('names each command of the contract, and what is besides comes last', () => {
    const named = [...section(page, 'COMMANDS').matchAll(/^ {4}(\S+)/gm)].map(([, name]) => name);
    const promised = 'run resume collect me plan status import report emulate demo'.split(' ');
    expect(named.slice(0, -1).sort()).toEqual([...promised].sort());
    expect(named.at(-1)).toBe('completion');
    expect([...named].sort()).toEqual([...commands].sort());
  });

  it('has every exit code once, and the README the same ones', () => {
    const told = [...section(page, 'EXIT STATUS').matchAll(/^ {4}(\d+)/gm)].map(([, code]) => Number(code));
    expect(told).toEqual(EXIT_CODES.map(({ code }) => code));
    expect(told).toEqual([0, 1, 2, 3, 4, 5, 6, 130, 143]);
    const ofReadme = readme
      .match(/^\| [\d, ]+ +\| .*$/gm)
      ?.flatMap((row) => row.split('|')[1]?.match(/\d+/g) ?? []);
    expect(ofReadme?.map(Number)).toEqual(told);
  });

  it('names variables and files that the README knows', () => {
    const variables = section(page, 'ENVIRONMENT').match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? [];
    expect(variables).toEqual(
      expect.arrayContaining(['OATH_ENROLL_GRAPH_URL', 'OATH_ENROLL_AUTH', 'NO_PROXY']),
    );
    expect(variables.length).toBeGreaterThan(ENVIRONMENT.length);
    for (const name of variables) expect(readme).toContain(name);
    for (const [path] of FILES) expect(readme).toContain(path.split('/').at(-1));
  });
});

describe.each(commands)('the help of %s', (name) => {
  it('is 80 columns wide at most, and has the shape of a short man page', async () => {
    const text = await helpOf(name);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(titles(text)).toEqual(
      expect.arrayContaining([
        'NAME',
        'SYNOPSIS',
        'DESCRIPTION',
        'OPTIONS',
        'FILES',
        'EXIT STATUS',
        'EXAMPLES',
      ]),
    );
  });

  it('has examples that use its options as they are', async () => {
    const text = await helpOf(name);
    for (const [example] of COMMAND_PAGES[name]?.examples ?? []) {
      expect(example).toMatch(new RegExp(`^oath-enroll ${name}\\b`));
      for (const [option] of example.matchAll(/--[a-z-]+/g))
        expect(section(text, 'OPTIONS')).toContain(` ${option}`);
    }
  });
});
