import { describe, expect, vi } from 'vitest';
import type { Emulator, FaultRule } from '../../src/emulator/index.js';
import { activations, test, toCsv, type Desk } from '../support/desk.js';
import { codeOf, makeFob, makeFobs, wrongCodeOf, type Fob } from '../support/fob.js';
import { Dialogue } from '../support/dialogue.js';
import { journaled, resume } from './interrupted.js';

const SERIAL = 'Serial number';
const USER = 'User ';
const CODE = 'Code  (';

function collect(desk: Desk, emulator: Emulator, args: readonly string[] = [], env = {}): Dialogue {
  return new Dialogue(desk, ['collect', ...args, '--graph-url', emulator.url, '--run-id', 'r1'], env);
}

/** Rows without codes, as they stand in a `recollect.csv`. */
const waiting = (fobs: readonly Fob[]): string =>
  toCsv([
    ['serialNumber', 'user', 'verificationCode', 'collectedAt', 'Site'],
    ...fobs.map(({ serialNumber, user }) => [serialNumber, user, '', '', 'Ghent']),
  ]);

/** Faults of activations alone. */
const once = (fault: FaultRule['fault']): FaultRule => ({ when: { method: 'POST' }, times: 1, fault });

describe('at a terminal', { timeout: 120_000 }, () => {
  test('a token is scanned, its user typed, its code sent at once', async ({ desk }) => {
    const fob = makeFob('0001');
    const emulator = await desk.graph([fob]);
    const terminal = collect(desk, emulator);

    await terminal.answer(SERIAL, fob.serialNumber);
    await terminal.answer(USER, fob.user);
    await terminal.answer(CODE, codeOf(fob));
    await terminal.shows(`Enrolled: FOB-0001 for ${fob.user}.`);
    await terminal.answer(SERIAL, 'fob-0001');
    await terminal.shows('This serial number was enrolled at ');
    await terminal.answer(SERIAL, 'q');

    expect(await terminal.exit).toBe(0);
    const { statuses, results } = await desk.readRun();
    expect(statuses).toEqual(['enrolled']);
    expect(results.records[0]).toMatchObject({ serialNumber: 'FOB-0001', user: fob.user, line: '2' });
    expect(activations(emulator)).toHaveLength(1);
  });

  test('a code that was refused is asked for again, on the same line', async ({ desk }) => {
    const fob = makeFob('0001');
    const emulator = await desk.graph([fob]);
    const terminal = collect(desk, emulator, [await desk.write('recollect.csv', waiting([fob]))]);
    const wrong = wrongCodeOf(fob);

    await terminal.answer(CODE, wrong);
    await terminal.shows('Code refused: FOB-0001');
    await terminal.answer(CODE, wrong);
    await terminal.shows('This is the code that Graph refused.');
    await terminal.answer(CODE, '12 34');
    await terminal.shows('A code has six digits.');
    await terminal.answer(CODE, codeOf(fob));
    await terminal.shows('Enrolled: FOB-0001');

    expect(await terminal.exit).toBe(0);
    const { results, recollect, journal } = await desk.readRun();
    expect(results.records).toMatchObject([{ status: 'enrolled', attempts: '2', line: '2', Site: 'Ghent' }]);
    expect(recollect.rows).toEqual([]);
    expect(journal.flatMap(({ type, status }) => (type === 'outcome' ? [status] : []))).toEqual([
      'code_rejected',
      'enrolled',
    ]);
  });

  test('rows are skipped, found and gone back to; a skipped one waits in recollect.csv', async ({ desk }) => {
    const fobs = makeFobs(4);
    const [one, two, three, four] = fobs as [Fob, Fob, Fob, Fob];
    const emulator = await desk.graph(fobs);
    const terminal = collect(desk, emulator, [await desk.write('recollect.csv', waiting(fobs))]);

    await terminal.shows('1 of 4  FOB-0001');
    await terminal.answer(CODE, '/USER.0003');
    await terminal.shows('3 of 4  FOB-0003');
    await terminal.answer(CODE, codeOf(three));
    await terminal.shows('4 of 4  FOB-0004');
    await terminal.answer(CODE, 's');
    // What was jumped over comes behind the last.
    await terminal.shows('1 of 4  FOB-0001');
    await terminal.answer(CODE, codeOf(one));
    await terminal.shows('2 of 4  FOB-0002');
    await terminal.answer(CODE, 'b');
    await terminal.shows('No row before this one waits for a code.');
    await terminal.answer(CODE, codeOf(two));

    expect(await terminal.exit).toBe(3);
    expect(terminal.text).toContain('1 token still to be read. Go on with');
    const { statuses, recollect } = await desk.readRun();
    expect(statuses).toEqual(['enrolled', 'enrolled', 'enrolled', 'not_attempted']);
    expect(recollect.rows).toEqual([[four.serialNumber, four.user, '', '', 'Ghent']]);
  });

  test('Graph’s wait is shown, with the life of the code beside it, and sat out', async ({ desk }) => {
    const fob = makeFob('0001', { timeIntervalInSeconds: 60 });
    const emulator = await desk.graph([fob], {
      faults: [once({ kind: 'status', status: 429, retryAfter: '3' })],
    });
    const input = await desk.write('recollect.csv', waiting([fob]));
    const terminal = collect(desk, emulator, [input, '--interval', '60']);

    await terminal.answer(CODE, codeOf(fob));
    await terminal.shows('Graph makes us wait ');
    await terminal.shows('this code lives ');
    await terminal.shows('Enrolled: FOB-0001');

    expect(await terminal.exit).toBe(0);
    expect(activations(emulator).map(({ status, early }) => [status, early])).toEqual([
      [429, false],
      [204, false],
    ]);
  });

  test('Ctrl-C writes the results', async ({ desk }) => {
    const fobs = makeFobs(2);
    const emulator = await desk.graph(fobs);
    const terminal = collect(desk, emulator, [await desk.write('recollect.csv', waiting(fobs))]);

    await terminal.answer(CODE, codeOf(fobs[0]!));
    await terminal.shows('2 of 2');
    await terminal.shows(CODE);
    terminal.type('\u0003');

    expect(await terminal.exit).toBe(130);
    expect((await desk.readRun()).statuses).toEqual(['enrolled', 'not_attempted']);
  });

  test('killed in the middle of a second try, the row is looked up by resume', async ({ desk }) => {
    const fob = makeFob('0001');
    const emulator = await desk.graph([fob], {
      faults: [{ when: { method: 'POST', nth: 2 }, fault: { kind: 'hang', acts: true } }],
    });
    const terminal = collect(desk, emulator, [await desk.write('recollect.csv', waiting([fob]))]);
    await terminal.answer(CODE, wrongCodeOf(fob));
    await terminal.shows('Code refused');
    await terminal.answer(CODE, codeOf(fob));
    await vi.waitFor(() => expect(activations(emulator)).toHaveLength(2), { timeout: 10_000 });
    await journaled(desk, '"attempt":2');
    await terminal.kill();

    expect((await desk.call(['report', 'reports/r1'])).code).toBe(4);
    expect((await desk.readRun()).results.records).toMatchObject([{ status: 'unresolved', attempts: '2' }]);
    const { code, run } = await resume(desk);

    expect([code, run.statuses]).toEqual([0, ['enrolled']]);
    expect(activations(emulator)).toHaveLength(2);
  });

  test('no code shows, not even one that is typed while nobody asks', async ({ desk }) => {
    const fobs = makeFobs(2);
    const emulator = await desk.graph(fobs, { faults: [once({ kind: 'latency', afterMs: 1500 })] });
    const input = await desk.write('recollect.csv', waiting(fobs));
    const codes = fobs.map((fob) => codeOf(fob));
    const terminal = collect(desk, emulator, [input, '--log', 'log.jsonl']);

    await terminal.answer(CODE, codes[0]!);
    await vi.waitFor(() => expect(emulator.requests()).toHaveLength(1), { timeout: 10_000 });
    terminal.type(`${codes[1]!}\r`);
    await terminal.shows('2 of 2');
    await terminal.answer(CODE, codes[1]!);
    expect(await terminal.exit).toBe(0);

    const texts = await Promise.all(
      (await desk.files()).filter((name) => name !== input).map((name) => desk.read(name)),
    );
    // Times and ids are full of digits: a code counts where no digit, letter or dash joins it.
    const shown = codes.filter((code) =>
      [terminal.text, ...texts].some((text) => new RegExp(`(?<![\\w.:-])${code}(?![\\w.:-])`).test(text)),
    );
    expect(shown).toEqual([]);
    // What was typed early was for no question: the second token took one code.
    expect(activations(emulator)).toHaveLength(2);
  });

  test('plain lines, for a screen reader: nothing is drawn over', async ({ desk }) => {
    const fob = makeFob('0001');
    const emulator = await desk.graph([fob]);
    const terminal = collect(desk, emulator, [], { ACCESSIBLE: '1' });

    await terminal.answer(`${SERIAL}  (scan or type; q quit): `, fob.serialNumber);
    await terminal.answer('q quit): ', fob.user);
    await terminal.answer('q quit): ', codeOf(fob));
    await terminal.shows('Enrolled: FOB-0001');
    await terminal.answer(SERIAL, 'q');

    expect(await terminal.exit).toBe(0);
    expect(terminal.text).not.toMatch(/[◆◇▪]/);
  });
});

describe('through a pipe', () => {
  test('lines answer the questions in turn, whatever ends them', async ({ desk }) => {
    const [one, two] = makeFobs(2) as [Fob, Fob];
    const emulator = await desk.graph([one, two]);
    const users = await desk.write('people.csv', `Name,UPN\nOne,${one.user}\nTwo,${two.user}\n`);
    const lines = [one.serialNumber, 'user.000', '1', codeOf(one), two.serialNumber, '0002', codeOf(two)];

    const exit = await desk.call(
      ['collect', '--users', users, '--graph-url', emulator.url, '--run-id', 'r1', '--json'],
      { input: `${lines.slice(0, 4).join('\r\n')}\r\n${lines.slice(4).join('\n')}` },
    );

    expect(exit.code).toBe(0);
    const { results, summaryText } = await desk.readRun();
    expect(exit.stdout).toBe(summaryText);
    expect(exit.stderr).toContain(`Enrolled: FOB-0002 for ${two.user}.`);
    expect(results.records.map(({ user, status }) => [user, status])).toEqual([
      [one.user, 'enrolled'],
      [two.user, 'enrolled'],
    ]);
  });

  test('a token that is put off is in recollect.csv, ready to be run; one that is taken back is not', async ({
    desk,
  }) => {
    const [one, two] = makeFobs(2) as [Fob, Fob];
    const emulator = await desk.graph([one, two]);
    const lines = [one.serialNumber, one.user, 's', two.serialNumber, two.user, 'b', 'q'];

    const { code } = await desk.call(
      ['collect', '--interval', '60', '--graph-url', emulator.url, '--run-id', 'r1'],
      { input: lines.join('\n') },
    );

    expect(code).toBe(3);
    expect((await desk.readRun()).recollect.text).toBe(
      `serialNumber,user,verificationCode,collectedAt,timeInterval\nFOB-0001,${one.user},,,60\n`,
    );
  });

  test('a file whose rows need no code asks for none', async ({ desk }) => {
    const fob = makeFob('0001');
    const emulator = await desk.graph([fob]);
    const input = await desk.write('in.csv', 'serial,upn,code\n,amy@contoso.com,\n');

    const { code, stderr } = await desk.call([
      'collect',
      input,
      '--graph-url',
      emulator.url,
      '--run-id',
      'r1',
    ]);

    expect(code).toBe(4);
    expect(stderr).toContain('No row of this file waits for a code.');
    expect((await desk.readRun()).statuses).toEqual(['invalid']);
  });

  test('two desks do not work through one file', async ({ desk }) => {
    const fob = makeFob('0001');
    const emulator = await desk.graph([fob]);
    const input = await desk.write('recollect.csv', waiting([fob]));
    const args = ['collect', input, '--graph-url', emulator.url];
    const first = desk.start(args);
    await vi.waitFor(async () => expect(await desk.files()).toContain('recollect.csv.lock'), {
      timeout: 10_000,
    });

    expect((await desk.call(args)).code).toBe(6);
    first.endInput();
    expect((await first.exit).code).toBe(3);
  });
});
