import { describe, expect, it } from 'vitest';
import { Walk } from '../../../src/cli/desk/walk.js';
import type { DeskToken } from '../../../src/run/desk/code-desk.js';

const token = (name: string): DeskToken => ({
  line: name.charCodeAt(0),
  serialNumber: `S-${name}`,
  user: `${name}@contoso.example`,
  intervalS: 30,
  outcome: undefined,
});

/** A walk through tokens a, b, c and d, told by the names of the tokens that come. */
function walk() {
  const tokens = ['a', 'b', 'c', 'd'].map(token);
  const walk = new Walk(tokens);
  const name = (): string => walk.current?.user[0] ?? 'end';
  return {
    walk,
    name,
    find: (text: string) => walk.find(text).map(({ user }) => user[0]),
    goTo: (which: string) => walk.goTo(tokens.find(({ user }) => user.startsWith(which))!),
    /** Takes so many steps and gives what came at each. */
    steps: (...steps: readonly ('done' | 'skip' | 'back')[]) =>
      steps.map((step) => {
        walk[step]();
        return name();
      }),
  };
}

describe('what comes next', () => {
  it('is the next in the file, and nothing behind the last', () => {
    expect(walk().steps('done', 'done', 'done', 'done', 'done')).toEqual(['b', 'c', 'd', 'end', 'end']);
  });

  it('is never one that was skipped, by itself', () => {
    expect(walk().steps('skip', 'done', 'skip', 'done')).toEqual(['b', 'c', 'd', 'end']);
  });

  it('is the one before on the way back, also if it was skipped, but not if it is done', () => {
    expect(walk().steps('done', 'skip', 'back', 'back')).toEqual(['b', 'c', 'b', 'b']);
  });

  it('after a token that was gone back to is the next that is still open', () => {
    expect(walk().steps('skip', 'done', 'back', 'done', 'done', 'done')).toEqual([
      'b',
      'c',
      'a',
      'c',
      'd',
      'end',
    ]);
  });

  it('is what was jumped over, behind the last', () => {
    const { goTo, steps, name } = walk();
    goTo('c');
    expect([name(), ...steps('done', 'done', 'done', 'done')]).toEqual(['c', 'd', 'a', 'b', 'end']);
  });

  it('says where it stands', () => {
    const { walk: through, steps } = walk();
    steps('done', 'done');
    expect(through.position).toEqual([3, 4]);
  });

  it('is nothing where there is no token', () => {
    const empty = new Walk([]);
    empty.done();
    expect([empty.current, empty.back()]).toEqual([undefined, false]);
  });
});

describe('finding', () => {
  it('goes by a part of serial number or user, in whatever case', () => {
    const { find } = walk();
    expect([find('s-B'), find('C@CONTOSO'), find('contoso'), find('zz')]).toEqual([
      ['b'],
      ['c'],
      ['a', 'b', 'c', 'd'],
      [],
    ]);
  });

  it('leaves out what is done, not what was skipped', () => {
    const { find, steps } = walk();
    steps('done', 'skip');
    expect(find('contoso')).toEqual(['b', 'c', 'd']);
  });
});
