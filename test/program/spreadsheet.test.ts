import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { HEADER, rollout, rowOf, test, toCsv } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';
import { RESULT_COLUMNS } from '../support/run-folder.js';

const OFFLINE = ['--dry-run', '--offline'];
const TEN_MINUTES_MS = 600_000;

describe('results look like their input', () => {
  test.concurrent.for([
    ['comma', ',', ''],
    ['semicolon', ';', ''],
    ['semicolon, byte order mark', ';', '\uFEFF'],
    ['tab', '\t', '\uFEFF'],
  ] as const)('%s', async ([, delimiter, bom], { desk }) => {
    const fobs = makeFobs(2);
    const rows = [rowOf(fobs[0]!), rowOf(fobs[1]!, Date.now() - TEN_MINUTES_MS)];
    const text = bom + toCsv([[...HEADER, 'Note'], ...rows.map((row) => [...row, 'a,b;c\td'])], delimiter);
    const input = await desk.write('in.csv', text.replaceAll('\n', '\r\n'));

    await desk.call(['run', input, '--run-id', 'r1', ...OFFLINE]);

    const { results, recollect } = await desk.readRun();
    const header = [...HEADER, 'Note'].join(delimiter);
    expect(results.text.split(/\r?\n/)[0]).toBe([bom + header, ...RESULT_COLUMNS].join(delimiter));
    expect(recollect.text.split(/\r?\n/)[0]).toBe(bom + header);
    expect([results, recollect].map(({ rows }) => rows.map((row) => row[4]))).toEqual([
      ['a,b;c\td', 'a,b;c\td'],
      ['a,b;c\td'],
    ]);
  });
});

describe('cells that a spreadsheet would run as formulas', () => {
  const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
  const cell = fc
    .tuple(
      fc.constantFrom(
        '',
        "'",
        "''",
        '=',
        "'=",
        "''=",
        '+',
        '-',
        '@',
        '\t',
        '\r',
        '\n',
        '＝',
        '＋',
        '－',
        '＠',
        '"',
        ' ',
      ),
      fc.string({ unit: 'grapheme-ascii', maxLength: 6 }),
    )
    .map(([start, rest]) => start + rest);
  /** Columns of the operator's own; a serial number and a user make each row one that is judged by its own cells. */
  const sheet = fc.array(fc.tuple(cell, cell), { minLength: 40, maxLength: 40 });

  test('are defused in the results, and come back as they were when the results are run again', async ({
    desk,
  }) => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(sheet, async (cells) => {
        const name = (kind: string): string => `${kind}-${round}`;
        round += 1;
        const input = await desk.write('in.csv', [
          ['=Site', ...HEADER, '@Note'],
          ...cells.map(([site, note], at) => [
            site,
            `S${at}`,
            `u${at}@contoso.com`,
            '123456',
            '2026-01-01T00:00:00Z',
            note,
          ]),
        ]);
        const again = async (from: string, id: string) => {
          await desk.call(['run', from, '--run-id', id, ...OFFLINE]);
          return desk.readRun(id);
        };

        const first = await again(input, name('first'));
        const ofResults = await again(join('reports', name('first'), 'results.csv'), name('results'));
        const ofRecollect = await again(join('reports', name('first'), 'recollect.csv'), name('recollect'));

        expect(first.statuses).toEqual(cells.map(() => 'expired'));
        for (const { results, recollect } of [first, ofResults, ofRecollect]) {
          for (const table of [results, recollect]) {
            expect([table.header, ...table.rows].flat().filter((text) => FORMULA.test(text))).toEqual([]);
          }
        }
        for (const { results } of [ofResults, ofRecollect]) {
          expect(results.header).toEqual(first.results.header);
          expect(results.rows.map((row) => [row[0], row[5]])).toEqual(
            first.results.rows.map((row) => [row[0], row[5]]),
          );
        }
        // Only what would be run gets an apostrophe; one that has it already, from an earlier run, gets no more.
        expect(first.results.rows.map((row) => [row[0], row[5]])).toEqual(
          cells.map((pair) => pair.map((text) => (FORMULA.test(text) ? `'${text}` : text))),
        );
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });

  test('a results file that comes back in is rid of our columns, and gets them anew', async ({ desk }) => {
    const input = await desk.write('in.csv', rollout(makeFobs(2)));
    await desk.call(['run', input, '--run-id', 'r1', ...OFFLINE]);
    await desk.call(['run', join('reports', 'r1', 'results.csv'), '--run-id', 'r2', ...OFFLINE]);
    expect((await desk.readRun('r2')).results.header).toEqual([...HEADER, ...RESULT_COLUMNS]);
  });
});
