import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { OathEnrollError } from '../../src/model/errors.js';
import { collect, errorOf, openText, readAll } from './read.js';

const HEADER = 'serialNumber,user,verificationCode';
const ROW = 'TOTP1,amy@contoso.com,123456';

function utf16(text: string, bigEndian: boolean): Buffer {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
}

const ENCODINGS: Record<string, (text: string) => Buffer> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with BOM': (text) => Buffer.from(`\ufeff${text}`),
  'UTF-16 LE': (text) => utf16(text, false),
  'UTF-16 BE': (text) => utf16(text, true),
};

describe('an input that can be read', () => {
  it.each([',', ';', '\t'] as const)('finds the delimiter %j from the header', async (delimiter) => {
    const text = `${HEADER}\n${ROW}\n`.replaceAll(',', delimiter);
    const { header, rows } = await readAll(text);
    expect(header).toEqual({
      names: ['serialNumber', 'user', 'verificationCode'],
      delimiter,
      bom: false,
      blankForRecollection: [2],
    });
    expect(rows).toMatchObject([{ row: { serialNumber: 'TOTP1', user: 'amy@contoso.com' } }]);
  });

  it('is not misled by other delimiters in header names', async () => {
    const { header } = await readAll('serial;user;code (a,b,c,d,e)\n', {
      columns: new Map([['code', 'code (a,b,c,d,e)']]),
    });
    expect(header.delimiter).toBe(';');
    expect(header.names).toHaveLength(3);
  });

  it('takes the hint of Excel on the first line for what it is', async () => {
    const { header, rows } = await readAll(
      `sep=;\r\n${HEADER.replaceAll(',', ';')}\r\n${ROW.replaceAll(',', ';')}\r\n`,
    );
    expect(header.names).toEqual(['serialNumber', 'user', 'verificationCode']);
    expect(rows.map(({ record }) => record.line)).toEqual([3]);
  });

  it('finds the delimiter behind a hint and blank lines', async () => {
    const { header, rows } = await readAll('sep=;\n\n;;\nserial;user;code\nA1;a@x;123456\n');
    expect(header.delimiter).toBe(';');
    expect(rows.map(({ record }) => record.line)).toEqual([5]);
  });

  it.each(Object.entries(ENCODINGS))('reads %s', async (name, encode) => {
    const { header, rows } = await readAll(encode(`${HEADER},Büro\r\n${ROW},Zürich 🏔\r\n`), {}, 1);
    expect(header.bom).toBe(name !== 'UTF-8');
    expect(header.names[3]).toBe('Büro');
    expect(rows[0]?.record.cells).toEqual(['TOTP1', 'amy@contoso.com', '', 'Zürich 🏔']);
  });

  it('skips blank lines and counts the lines of quoted fields', async () => {
    for (const eol of ['\n', '\r\n', '\r']) {
      const lines = [
        '',
        `${HEADER},note`,
        '',
        `A1,a@x,123456,"one${eol}two${eol}${eol}four"`,
        ',,,',
        'A2,b@x,123456,',
        '',
        '  ,',
        'A3,c@x,123456,',
      ];
      const { rows } = await readAll(lines.join(eol), {}, 7);
      expect(rows.map(({ record }) => [record.cells[0], record.line])).toEqual([
        ['A1', 4],
        ['A2', 9],
        ['A3', 12],
      ]);
    }
  });

  it('leaves the columns of our own results out when they come back, and undoes their apostrophes', async () => {
    const ours =
      'status,needsRecollection,reason,httpStatus,graphErrorCode,graphRequestId,attempts,completedAt,line';
    const { header, rows } = await readAll(
      `${HEADER},note,${ours}\nA1,a@x,123456,'=SUM(A1),expired,yes,,,,,1,,2\n`,
    );
    expect(header.names).toEqual(['serialNumber', 'user', 'verificationCode', 'note']);
    expect(rows[0]).toMatchObject({
      record: { cells: ['A1', 'a@x', '', '=SUM(A1)'] },
      row: { serialNumber: 'A1' },
    });
  });

  it('carries columns on that only look like ours', async () => {
    const { header, rows } = await readAll(`${HEADER},status,line\nA1,a@x,123456,new,7\n`);
    expect(header.names.slice(3)).toEqual(['status', 'line']);
    expect(rows[0]?.record.cells).toEqual(['A1', 'a@x', '', 'new', '7']);
  });

  it('reads the first rows alone, and lets go of the source then', async () => {
    const source = new PassThrough();
    for (const line of [HEADER, 'A1,a@x,123456', 'A2,b@x,123456']) source.write(`${line}\n`);
    // No third row is waited for.
    const { rows } = await openText(source, { limit: 2 });
    const seen: string[] = [];
    for await (const { serialNumber } of rows) seen.push(serialNumber);
    expect(seen).toEqual(['A1', 'A2']);
    expect(source.destroyed).toBe(true);
  });

  it('reads the first rows alone where more have come with them', async () => {
    const { rows } = await readAll(`${HEADER}\nA1,a@x,123456\nA2,b@x,123456\nA3,c@x,123456\n`, { limit: 2 });
    expect(rows.map(({ serialNumber }) => serialNumber)).toEqual(['A1', 'A2']);
  });

  it.each([
    [';', 'serial;a;b,user\n'],
    [',', 'serial,a,b;user\n'],
  ])('finds the delimiter %j that makes more columns where none knows more', async (delimiter, head) => {
    expect(
      (await openText(Readable.from([Buffer.from(head)]), { purpose: 'look_up' })).header.delimiter,
    ).toBe(delimiter);
  });
});

describe('rows that arrive slowly', () => {
  it.each(['\n', '\r\n', '\r'])('come out as soon as their line break %j is there', async (eol) => {
    const source = new PassThrough();
    let nowMs = 1000;
    source.write(HEADER + eol);
    const { rows } = await openText(source, { now: () => nowMs });
    const iterator = rows[Symbol.asyncIterator]();
    for (const [i, serial] of ['A1', 'A2', 'A3'].entries()) {
      nowMs = 2000 + i;
      source.write(`${serial},"a`);
      source.write(`@x",123456${eol}`);
      const { value } = (await iterator.next()) as IteratorYieldResult<{ row: unknown }>;
      expect(value.row).toMatchObject({
        serialNumber: serial,
        line: i + 2,
        proof: { collectedAtMs: 2000 + i },
      });
    }
    // Control: a line without its line break is still being written.
    source.write('A4,a@x,123456');
    const fourth = iterator.next();
    expect(
      await Promise.race([fourth, new Promise((resolve) => setImmediate(() => resolve('waiting')))]),
    ).toBe('waiting');
    source.end();
    expect(await fourth).toMatchObject({ value: { serialNumber: 'A4' } });
  });

  it('end quietly, without half a row, where the reader closes the source', async () => {
    const source = new PassThrough();
    source.write(`${HEADER}\nA1,a@x,123456\nA2,b@x,1234`);
    const { rows } = await openText(source);
    const iterator = rows[Symbol.asyncIterator]();
    expect(await iterator.next()).toMatchObject({ value: { serialNumber: 'A1' } });
    const next = iterator.next();
    source.destroy();
    expect(await next).toEqual({ value: undefined, done: true });
  });
});

describe('an unusable input is named by file, line and column', () => {
  it.each<[string, string | Buffer, string]>([
    ['empty', '', 'rollout.csv: the file is empty'],
    ['blank', '\ufeff\n ,,\n\n', 'rollout.csv: the file is empty'],
    [
      'no header',
      `${ROW}\n`,
      'rollout.csv, line 1: no column is known by its name, begin with a header such as serialNumber,user,verificationCode',
    ],
    [
      'no user',
      'serial,code,UPN2\n',
      'rollout.csv, line 1, column "user": there is no such column, the headers are "serial", "code", "UPN2"; name yours with --column user=HEADER',
    ],
    [
      'neither code nor seed',
      '\nserial,upn\n',
      'rollout.csv, line 2, column "verificationCode": there is no such column (or secretKey), the headers are "serial", "upn"; name yours with --column verificationCode=HEADER',
    ],
    [
      'a header twice',
      `${HEADER},Site,site\n`,
      'rollout.csv, line 1, column "site": this header stands there twice, rename or take away one',
    ],
    [
      'two aliases of a column',
      `${HEADER},UPN\n`,
      'rollout.csv, line 1, column "UPN": "user" and "UPN" both mean user, choose with --column user=HEADER or take one away',
    ],
    [
      'UTF-16 without a mark',
      Buffer.from(`${HEADER}\n`, 'utf16le'),
      'rollout.csv, line 1: this is not text, or it is UTF-16 without a mark, save it as "CSV UTF-8"',
    ],
    [
      'binary further down',
      `${HEADER}\n${ROW}\nTOTP2,b\0b,123456\n`,
      'rollout.csv, line 3: this is not text, or it is UTF-16 without a mark, save it as "CSV UTF-8"',
    ],
    [
      'Windows-1252',
      Buffer.from(`${HEADER},Name\n${ROW},Amy\nTOTP2,b@x,123456,Jürgen\n`, 'latin1'),
      'rollout.csv, line 3: this line is not UTF-8 (a letter such as ü in another encoding), save the file as "CSV UTF-8"',
    ],
    [
      'a workbook',
      Buffer.from('PK\x03\x04…'),
      'rollout.csv: this is an Excel workbook (.xlsx) or a zip file, not a CSV; save it as "CSV UTF-8"',
    ],
    [
      'an unclosed quote',
      `${HEADER}\n"TOTP1\r\nx",a@x,123456\n${ROW},\n"TOTP2,b@x,123456\n${ROW}\n`,
      'rollout.csv, line 5: a quoted field opens here and is never closed, add the missing quote',
    ],
    [
      'a quote inside a field',
      `${HEADER}\r\n"TOTP1\r\nx",a@x,123456\r\nTOTP"2,b@x,123456\r\n`,
      'rollout.csv, line 4: a quote stands inside a field that does not begin with one, put the whole field in quotes and double the quote',
    ],
    [
      'text after a quote',
      `${HEADER}\n${ROW}\nTOTP2,b@x,"123456"7\n`,
      'rollout.csv, line 3: text follows the closing quote of a field, double each quote that belongs to the text',
    ],
  ])('%s', async (_, input, message) => {
    expect(await errorOf(input)).toBe(message);
  });

  it.each([false, true])(
    'broken UTF-16 (big-endian: %s) is no text with replacement characters',
    async (bigEndian) => {
      const text = `${HEADER},note\n${ROW},\nTOTP2,b@x,123456,\ud83c\n`;
      expect(await errorOf(utf16(text, bigEndian))).toMatch(/^rollout\.csv, line 3: this line is not UTF-8/);
      const cutShort = utf16(`${HEADER}\n${ROW}`, bigEndian);
      expect(await errorOf(cutShort.subarray(0, -1))).toMatch(
        /^rollout\.csv, line 2: this line is not UTF-8/,
      );
    },
  );

  it('a quote that swallows the file is found without reading on for ever', async () => {
    let pulled = 0;
    const source = Readable.from(
      (function* () {
        yield Buffer.from(`${HEADER}\n"TOTP1,a@x,123456\n`);
        for (; pulled < 1000; pulled++) yield Buffer.alloc(64 * 1024, 'no quote here\n');
      })(),
    );
    const { rows } = await openText(source);
    await expect(collect(rows)).rejects.toMatchObject({ code: 'input', place: { line: 2 } });
    expect(pulled).toBeLessThan(40);
  });

  it('a line without end is no row', async () => {
    const input = `${HEADER}\n${ROW}\n${'x'.repeat(3 * 1024 * 1024)}`;
    expect(await errorOf(input)).toBe('rollout.csv, line 3: this line is too long to be a row of a table');
  });

  it('a source that cannot be read is named', async () => {
    const source = new Readable({ read: () => undefined });
    source.destroy(Object.assign(new Error('EISDIR: illegal operation'), { code: 'EISDIR' }));
    await expect(openText(source)).rejects.toEqual(
      new OathEnrollError('input', 'it cannot be read (EISDIR)', { file: 'rollout.csv' }),
    );
  });

  it('a source that its maker knows to be wrong is named, in the maker’s own words', async () => {
    const source = new Readable({ read: () => undefined });
    source.destroy(new OathEnrollError('usage', 'rows[1] has no user', { line: 3 }));
    await expect(openText(source)).rejects.toEqual(
      new OathEnrollError('usage', 'rows[1] has no user', { file: 'rollout.csv', line: 3 }),
    );
  });

  it('a source of a program’s own that throws gives it what was thrown', async () => {
    const cause = new Error('out of paper');
    const source = new Readable({ read: () => undefined });
    source.destroy(cause);
    await expect(openText(source)).rejects.toMatchObject({
      message: 'it cannot be read (Error: out of paper)',
      place: { file: 'rollout.csv' },
      cause,
    });
    const known = new Readable({ read: () => undefined });
    known.destroy(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }));
    const error: unknown = await openText(known).catch((thrown: unknown) => thrown);
    expect(error).not.toHaveProperty('cause');
  });

  it('a workbook is an error of the input', async () => {
    await expect(readAll(Buffer.from('504b030414000600', 'hex'))).rejects.toMatchObject({ code: 'input' });
  });

  it('lets go of the source', async () => {
    const source = new PassThrough();
    source.write(`${ROW}\n`);
    await expect(openText(source)).rejects.toThrow('no column is known');
    expect(source.destroyed).toBe(true);
  });
});
