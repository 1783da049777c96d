import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ResultFiles } from '../../src/results/result-csv.js';
import { answerTo } from '../fuzz/answer.js';
import { convert, NO_SOFFICE, SOFFICE } from '../support/soffice.js';

const fixture = (name: string): Promise<Buffer> => readFile(join('test/spreadsheet/fixtures', name));

async function readFixture(name: string) {
  const answer = await answerTo([await fixture(name)]);
  if ('refused' in answer) throw answer.refused;
  return answer;
}

describe('files that LibreOffice saved', () => {
  it.each([
    ['comma.csv', ',', false],
    ['semicolon.csv', ';', false],
    ['tab.csv', '\t', false],
    ['utf-16.csv', '\t', true],
  ])('%s has every cell as it was, its columns being text', async (name, delimiter, bom) => {
    const { header, rows } = await readFixture(name);
    expect(header).toMatchObject({ delimiter, bom });
    expect(
      rows.map(({ row, record }) => [row?.proof.kind === 'code' && row.proof.code.reveal(), record]),
    ).toEqual([
      [
        '012345',
        {
          line: 2,
          cells: ['00123456', 'amy@contoso.com', '', '2026-01-31T09:29:30Z', 'Zürich, 2', '0042', '=1+1'],
        },
      ],
      [
        '654321',
        {
          line: 3,
          cells: ['TOTP2', 'bob@contoso.com', '', '2026-01-31T09:29:40Z', 'Köln\nNord', '1/2', 'say "hi"'],
        },
      ],
      [
        '000007',
        {
          line: 5,
          cells: [
            '200000000000000017',
            'cleo@contoso.com',
            '',
            '2026-01-31T10:29:50+01:00',
            'Málaga;x',
            '-7',
            '=1+1',
          ],
        },
      ],
    ]);
  });

  it('windows-1252.csv is refused in words that say how to mend it', async () => {
    expect(await answerTo([await fixture('windows-1252.csv')])).toMatchObject({
      message:
        'in.csv, line 2: this line is not UTF-8 (a letter such as ü in another encoding), save the file as "CSV UTF-8"',
    });
  });

  it.each(['not-as-text.csv', 'eager.csv'])(
    '%s: what lost its zeros or became a number is named',
    async (name) => {
      const { rows } = await readFixture(name);
      const lost =
        'column "verificationCode" lost its leading zeros in a spreadsheet, format the column as text';
      expect(rows.map(({ problem }) => problem?.reason)).toEqual([
        lost,
        undefined,
        `column "serialNumber" was turned into a number like 1.23E+11 by a spreadsheet, format the column as text and enter it anew; ${lost}`,
      ]);
      // Nothing tells that this serial number had zeros.
      expect(rows[0]?.serialNumber).toBe('123456');
    },
  );
});

describe.skipIf(SOFFICE === undefined)(`our files in LibreOffice (${SOFFICE ?? NO_SOFFICE})`, () => {
  let folder: string;
  const FILES = ['results.csv', 'recollect.csv'];
  const CELLS = [
    ['00123456', 'amy@contoso.com', '', '=1+1', '0042'],
    ['007', 'bob@contoso.com', '', '@SUM(1)', '+1'],
    ['200000000000000017', 'cleo@contoso.com', '', '-1+2', 'a\n"b", c;d\te'],
    ['TOTP4', 'dan@contoso.com', '', '＝1+1', '\t=1+1'],
  ];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oath-enroll-libreoffice-'));
    const names = ['serialNumber', 'user', 'verificationCode', '=1+1', 'Note'];
    const files = await ResultFiles.create(folder, {
      names,
      delimiter: ',',
      bom: true,
      blankForRecollection: [2],
    });
    for (const [i, cells] of CELLS.entries()) {
      await files.add(
        { line: i + 2, cells },
        {
          status: 'expired',
          needsRecollection: true,
          reason: '=1+1',
          attempts: 1,
          completedAtMs: 0,
          graphErrorCode: '+1',
        },
      );
    }
    await files.commit();
    await writeFile(join(folder, 'control.csv'), 'Note\n=1+1\n');
    const paths = [...FILES, 'control.csv'].map((name) => join(folder, name));
    await convert(paths, 'text', { delimiter: ',', charset: 'UTF-8' }, join(folder, 'text'));
    await convert(paths, 'default', 'fods', join(folder, 'default'));
    await convert(paths, 'eager', 'fods', join(folder, 'eager'));
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(FILES)('%s comes back as it was, its columns being read as text', async (name) => {
    const table = async (path: string): Promise<string[][]> => parse(await readFile(path), { bom: true });
    expect(await table(join(folder, 'text', name))).toEqual(await table(join(folder, name)));
  });

  it.each(['default', 'eager'])('no formula runs, however it is opened (%s)', async (reading) => {
    const formulas = async (name: string): Promise<number> =>
      (await readFile(join(folder, reading, name.replace('.csv', '.fods')), 'utf8')).split('table:formula=')
        .length - 1;
    expect(await Promise.all(FILES.map(formulas))).toEqual([0, 0]);
    // Control: without an apostrophe it does.
    expect(await formulas('control.csv')).toBe(1);
  });

  it('leading zeros are lost where the columns are not read as text: no CSV can prevent that', async () => {
    const sheet = await readFile(join(folder, 'default', 'recollect.fods'), 'utf8');
    expect(sheet).toContain('office:value="123456"');
    expect(sheet).not.toContain('00123456');
  });
});
