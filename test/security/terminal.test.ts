import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { jsonText } from '../../src/model/json.js';
import { quoted } from '../../src/model/words.js';
import { execFileSync } from 'node:child_process';
import { HEADER, rowOf, test } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';

/** What a terminal would obey, or what cannot be seen on it. */
const STEERS = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const EVIL = '\u001b[2J\u001b]0;owned\u0007\u202etxt\u009b1m\u200b';

describe('nothing that is foreign steers the terminal', { timeout: 60_000 }, () => {
  test.concurrent('headers and cells of an input', async ({ desk }) => {
    const [fob] = makeFobs(1);
    const emulator = await desk.graph([fob!]);
    const header = [...HEADER.slice(0, 2), `c${EVIL}`, 'collectedAt', `x${EVIL}`, 'displayName'];
    const input = await desk.write('in.csv', [
      header,
      [...rowOf(fob!), EVIL, `a${EVIL}`],
      [`S${EVIL}`, `amy${EVIL}`, `1${EVIL}`, `2${EVIL}`, EVIL, EVIL],
      [...rowOf(fob!), EVIL, EVIL],
      ['S3', `bob@${EVIL}`, EVIL],
    ]);
    const column = ['--column', `verificationCode=c${EVIL}`];
    for (const args of [['--verbose'], ['--json'], ['--dry-run'], ['--dry-run', '--offline', '--json']]) {
      const exit = await desk.call(['run', input, '--graph-url', emulator.url, ...column, ...args]);
      expect(exit.stdout.length).toBeGreaterThan(50);
      expect(exit.stdout + exit.stderr).not.toMatch(STEERS);
    }
    for (const unusable of [
      `user,a${EVIL}\nb,c\n`,
      `serial,user,code,x${EVIL},x${EVIL}\n`,
      `serial,user,code\n"S${EVIL}`,
    ]) {
      const exit = await desk.call(['run', await desk.write('b.csv', unusable), '--graph-url', emulator.url]);
      expect([exit.code, exit.stdout + exit.stderr]).toEqual([2, expect.not.stringMatching(STEERS)]);
    }
  });

  test.concurrent('names of files, in an inbox too', async ({ desk }) => {
    await mkdir(desk.path('in'));
    const emulator = await desk.graph([]);
    const path = desk.path(`in/a${EVIL}.csv`);
    await writeFile(path, 'nothing,known\n1,2\n');
    await utimes(path, 1_700_000_000, 1_700_000_000);
    const exit = await desk.call(['run', '--inbox', 'in', '--graph-url', emulator.url]);
    expect([exit.code, exit.stderr]).toEqual([2, expect.stringContaining('no column is known')]);
    expect(exit.stdout + exit.stderr).not.toMatch(STEERS);
    const gone = await desk.call(['run', `none${EVIL}.csv`]);
    expect([gone.code, gone.stderr]).toEqual([2, expect.not.stringMatching(STEERS)]);
  });

  test.concurrent('what a command line holds', async ({ desk }) => {
    const exit = await desk.call(['run', 'in.csv', `--no-such-${EVIL}`]);
    expect([exit.code, exit.stderr]).toEqual([2, expect.not.stringMatching(STEERS)]);
  });

  test.concurrent('the holder of a lock that somebody laid there', async ({ desk }) => {
    const input = await desk.write('in.csv', [[...HEADER], rowOf(makeFobs(1)[0]!)]);
    const holder = { task: EVIL, process: 1, host: EVIL, space: '', since: EVIL };
    await desk.write(
      'in.csv.lock',
      JSON.stringify({ id: '0b9f6d52-6e0b-4c0e-9d9e-0a4a1f4f5f5f', ...holder }),
    );
    const emulator = await desk.graph([]);
    const touched = setInterval(() => void utimes(desk.path('in.csv.lock'), new Date(), new Date()), 100);
    const exit = await desk.call(['run', input, '--graph-url', emulator.url]);
    clearInterval(touched);
    expect([exit.code, exit.stderr]).toEqual([6, expect.stringMatching(/another run holds .*in\.csv/)]);
    expect(exit.stderr).not.toMatch(STEERS);
  });
});

describe('what is told is still what it was', () => {
  test('as JSON, whatever is in it', () => {
    const value = { [EVIL]: [`a\nb\t"${EVIL}"`, '\u{1D173}\u{E0001}', '\uD834'] };
    expect(JSON.parse(jsonText(value))).toEqual(value);
    expect(jsonText(value)).not.toMatch(STEERS);
  });

  test('as a word of a command that somebody pastes', () => {
    const words = ['a b', '$(touch x)', '`id`', "it's $HOME", 'a"b', 'back\\slash$', '!!', "'", 'plain.csv'];
    const line = words.map(quoted).join(' ');
    const seen = execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' });
    expect(seen.trimEnd().split('\n')).toEqual(words);
  });
});
