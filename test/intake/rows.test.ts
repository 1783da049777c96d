import fc from 'fast-check';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { errorOf, NOW, openText, readAll, reasonOf, rowOf } from './read.js';

const HEADER = 'serialNumber,user,verificationCode';
const SEED = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

/** A file of one row whose cell in `column` is `value` and whose others are sound. */
function withCell(column: string, value: string): string {
  const cells: Record<string, string> = {
    serialNumber: 'TOTP1',
    user: 'amy@contoso.com',
    verificationCode: '123456',
  };
  if (column === 'secretKey') delete cells['verificationCode'];
  cells[column] = value;
  const quoted = Object.values(cells).map((cell) => `"${cell.replaceAll('"', '""')}"`);
  return `${Object.keys(cells).join()}\n${quoted.join()}\n`;
}

async function codeOf(input: string): Promise<string | undefined> {
  const { proof } = await rowOf(input);
  return proof.kind === 'code' ? proof.code.reveal() : undefined;
}

async function seedOf(input: string): Promise<string | undefined> {
  const { proof } = await rowOf(input);
  return proof.kind === 'seed' ? proof.seed.reveal() : undefined;
}

describe('headers', () => {
  it.each([
    'Serial,UPN,Code',
    'TOKEN SERIAL,userPrincipalName,OTP',
    'token_serial,user-id,totp',
    'serial number,Object ID,verification code',
    '\u00a0Serial-Number\u200b,USER,Verification_Code',
  ])('%j are known by any of their names', async (header) => {
    expect(await rowOf(`${header}\nTOTP1,amy@contoso.com,123456\n`)).toMatchObject({ serialNumber: 'TOTP1' });
  });

  it('of the optional columns are known too', async () => {
    const row = await rowOf(
      'serial,upn,seed,algorithm,period,token name\nTOTP1,amy@contoso.com,' +
        SEED +
        ',SHA256,60,Amy’s token\n',
    );
    expect(row).toMatchObject({
      displayName: 'Amy’s token',
      intervalS: 60,
      proof: { hashFunction: 'hmacsha256' },
    });
  });

  it('may be the input’s own, with --column', async () => {
    const columns = new Map([
      ['serialNumber', 'Tag'],
      ['verificationcode', ' pin '],
      ['user', 'upn'],
    ]);
    const { header, rows } = await readAll('Tag,userId,UPN,PIN\nTOTP1,7,amy@contoso.com,123456\n', {
      columns,
    });
    expect(header.blankForRecollection).toEqual([3]);
    expect(rows[0]).toMatchObject({
      row: { serialNumber: 'TOTP1', user: 'amy@contoso.com' },
      record: { cells: ['TOTP1', '7', 'amy@contoso.com', ''] },
    });
  });

  it('of --column that do not exist are named', async () => {
    const input = `${HEADER}\n`;
    expect(await errorOf(input, { columns: new Map([['user', 'Who']]) })).toBe(
      'rollout.csv, line 1, column "Who": no such column for --column user=HEADER, the headers are "serialNumber", "user", "verificationCode"',
    );
    expect(await errorOf(input, { columns: new Map([['pin', 'user']]) })).toMatch(
      /--column pin=…: there is no column/,
    );
  });

  it('of --column are taken as they stand before blanks and case are left out', async () => {
    const columns = new Map([['user', 'Log_In']]);
    const { rows } = await readAll('login,Log_In,serial,code\nmachine,amy@contoso.com,TOTP1,123456\n', {
      columns,
    });
    expect(rows[0]?.row).toMatchObject({ user: 'amy@contoso.com' });
    expect(
      await rowOf('My own,serial,code\namy@contoso.com,TOTP1,123456\n', {
        columns: new Map([['user', 'my_own']]),
      }),
    ).toMatchObject({ user: 'amy@contoso.com' });
  });

  it('of --column alone make a header', async () => {
    const columns = new Map([
      ['serialNumber', 'Tag'],
      ['user', 'Who'],
      ['code', 'Pin'],
    ]);
    expect(await rowOf('Tag;Who;Pin\nTOTP1;amy@contoso.com;123456\n', { columns })).toMatchObject({
      serialNumber: 'TOTP1',
    });
  });

  it('that differ by blanks and case alone stand there twice', async () => {
    expect(await errorOf(`${HEADER},Site, site \n`)).toBe(
      'rollout.csv, line 1, column " site ": this header stands there twice, rename or take away one',
    );
  });

  it('that mean the same are told, and so is how to choose', async () => {
    expect(await errorOf('serial,user,upn,code\n')).toBe(
      'rollout.csv, line 1, column "upn": "user" and "upn" both mean user, choose with --column user=HEADER or take one away',
    );
  });

  it('are listed without those that have no name, and cut where they are long', async () => {
    const long = 'Größe '.repeat(10);
    expect(await errorOf(`serial,code, ,${long},${long}y\n`)).toBe(
      `rollout.csv, line 1, column "user": there is no such column, the headers are "serial", "code", "${long}", "${long}…"; name yours with --column user=HEADER`,
    );
  });

  it('are an error of the input, a --column that there is not one of the command', async () => {
    await expect(readAll('serial,user\n')).rejects.toMatchObject({ code: 'input' });
    await expect(readAll('')).rejects.toMatchObject({ code: 'input' });
    await expect(readAll(`${HEADER}\n`, { columns: new Map([['pin', 'user']]) })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('the columns are serialNumber, user, ') as string,
    });
  });

  it('of a look-up need neither user nor code', async () => {
    const { header, rows } = await readAll('site,serial\nHQ,TOTP1\n', { purpose: 'look_up' });
    expect(header.names).toEqual(['site', 'serial']);
    expect(rows[0]).toMatchObject({ serialNumber: 'TOTP1', record: { cells: ['HQ', 'TOTP1'] } });
  });

  it('tell whether codes lack a time, and whether there may be seeds', async () => {
    const told = async (header: string): Promise<boolean[]> => {
      const { codesLackTime, hasSeeds } = await openText(Readable.from([Buffer.from(`${header}\n`)]));
      return [codesLackTime, hasSeeds];
    };
    expect(await told('serial,user,code')).toEqual([true, false]);
    expect(await told('serial,user,code,collectedAt')).toEqual([false, false]);
    expect(await told('serial,user,seed')).toEqual([false, true]);
    expect(await told('serial,user,seed,collectedAt')).toEqual([false, true]);
  });

  it('of a seed column that --column passes over do not let its seeds through', async () => {
    const columns = new Map([['secretKey', 'New']]);
    const { rows } = await readAll(`serial,user,seed,New\nTOTP1,amy@contoso.com,${SEED},${SEED}\n`, {
      columns,
    });
    expect(rows[0]?.record.cells).toEqual(['TOTP1', 'amy@contoso.com', '', '']);
  });

  it('of a code column that --column passes over do not let its codes through', async () => {
    const columns = new Map([['code', 'New']]);
    const { rows } = await readAll('serial,user,code,New\nTOTP1,amy@contoso.com,111111,222222\n', {
      columns,
    });
    expect(rows[0]?.record.cells).toEqual(['TOTP1', 'amy@contoso.com', '', '']);
    expect(rows[0]?.row?.proof).toMatchObject({ kind: 'code' });
  });

  it('without a name are what spreadsheets leave', async () => {
    const { header, rows } = await readAll(`${HEADER},,\nTOTP1,amy@contoso.com,123456,,\nTOTP2,b@x,123456\n`);
    expect(header.names).toHaveLength(5);
    expect(rows.map(({ record }) => record.cells.length)).toEqual([5, 5]);
    expect(rows.every(({ row }) => row !== undefined)).toBe(true);
  });

  it('tell which cells a fresh code goes into', async () => {
    const { header } = await readAll('collectedAt,serial,code,user\n');
    expect(header.blankForRecollection).toEqual([2, 0]);
  });

  it('that are data in truth are not shown where they look like a code or a seed', async () => {
    const message = await errorOf(`serial,amy@contoso.com,123456,${SEED}\n`);
    expect(message).toContain('the headers are "serial", "amy@contoso.com", …, …;');
  });
});

describe('serial numbers', () => {
  it.each([
    ['TOTP1', 'TOTP1'],
    [' 00123 ', '00123'],
    ['\u200b\u00a000123\u00a0', '00123'],
    ["'00123", '00123'],
    ['="00123"', '00123'],
    ['21E12345', '21E12345'],
    ['123.0x', '123.0x'],
    ['x123.0', 'x123.0'],
    ['1'.repeat(128), '1'.repeat(128)],
  ])('%j is %s', async (cell, serialNumber) => {
    const { rows } = await readAll(withCell('serialNumber', cell));
    expect(rows[0]?.row?.serialNumber).toBe(serialNumber);
    expect(rows[0]?.record.cells[0]).toBe(cell);
  });

  it.each([
    ['', 'column "serialNumber" is empty'],
    [
      '1.23E+11',
      'was turned into a number like 1.23E+11 by a spreadsheet, format the column as text and enter it anew',
    ],
    ['1,23E+11', 'was turned into a number'],
    ['1E+11', 'was turned into a number'],
    ['123.0', 'was turned into a decimal number by a spreadsheet'],
    ['123,00', 'was turned into a decimal number by a spreadsheet'],
    ['12\n3', 'holds a line break or another character that cannot be seen'],
    ['12\u200b3', 'holds a line break or another character that cannot be seen'],
    ['1'.repeat(129), 'is longer than 128 characters'],
  ])('%j is refused', async (cell, reason) => {
    expect(await reasonOf(withCell('serialNumber', cell))).toContain(reason);
  });
});

describe('users', () => {
  it.each([
    'amy@contoso.com',
    'amy.o’neil@contoso.com',
    'amy_fabrikam.com#EXT#@contoso.onmicrosoft.com',
    '6E4B8F52-0c5d-4a3e-9d5e-0a1b2c3d4e5f',
    'größe@contoso.com',
    `${'a'.repeat(318)}@x`,
  ])('%s can be one', async (user) => {
    expect(await rowOf(withCell('user', ` ${user}\u00a0`))).toMatchObject({ user });
  });

  it.each([
    ['', 'is empty'],
    ['Amy Masters', 'holds a space; write a user principal name (amy@contoso.com) or an object id'],
    ['.', 'is neither'],
    ['..', 'is neither'],
    ['amy', 'is neither a user principal name (amy@contoso.com) nor an object id'],
    ['amy@', 'is neither'],
    ['a@b@c', 'is neither'],
    ['amy\u202e@contoso.com', 'cannot be seen'],
    [`${'a'.repeat(320)}@x`, 'is longer than 320 characters'],
  ])('%j is refused', async (cell, reason) => {
    expect(await reasonOf(withCell('user', cell))).toContain(reason);
  });
});

describe('verification codes', () => {
  it.each([
    ['012345', '012345'],
    [' 123456\u00a0', '123456'],
    ['123 456', '123456'],
    ['123\u202f456', '123456'],
    ['123-456', '123456'],
    ["'012345", '012345'],
    ['="012345"', '012345'],
  ])('%j is read', async (cell, code) => {
    expect(await codeOf(withCell('verificationCode', cell))).toBe(code);
  });

  it.each([
    ['', 'column "verificationCode" is empty, no code was collected'],
    ['12345', 'lost its leading zeros in a spreadsheet, format the column as text'],
    ['7', 'lost its leading zeros'],
    ['1234567', 'has more than six digits'],
    ['1.23E+05', 'was turned into scientific notation by a spreadsheet'],
    ['1,23E+05', 'was turned into scientific notation'],
    ['123456.0', 'was turned into a decimal number by a spreadsheet'],
    ['123456.00', 'was turned into a decimal number by a spreadsheet'],
    ['1.0x', 'is not a code of six digits'],
    ['x1.0', 'is not a code of six digits'],
    ['123 456x', 'is not a code of six digits'],
    ['x123 456', 'is not a code of six digits'],
    ['1234567x', 'is not a code of six digits'],
    ['x1234567', 'is not a code of six digits'],
    ['1,234x', 'is not a code of six digits'],
    ['x1,234', 'is not a code of six digits'],
    ['123,456', 'was given a thousands separator by a spreadsheet'],
    ['１２３４５６', 'has full-width or other digits that are not 0 to 9'],
    ['12a456', 'is not a code of six digits'],
    ['1 2 3 4 5 6', 'is not a code of six digits'],
  ])('%j is refused', async (cell, reason) => {
    expect(await reasonOf(withCell('verificationCode', cell))).toContain(reason);
  });

  it('say the column by the name that the file gives it', async () => {
    const { rows } = await readAll('serial,user,My code\nTOTP1,amy@contoso.com,12345\n', {
      columns: new Map([['code', 'My code']]),
    });
    expect(rows[0]?.problem).toEqual({
      status: 'invalid',
      column: 'My code',
      reason: 'column "My code" lost its leading zeros in a spreadsheet, format the column as text',
    });
  });

  it('say the column without the blanks around its name', async () => {
    expect(await reasonOf(' serial ,user,code\n,amy@contoso.com,123456\n')).toBe('column "serial" is empty');
  });

  it('are named together with whatever else is wrong', async () => {
    expect(await reasonOf(`${HEADER}\n,amy,12345\n`)).toMatch(
      /"serialNumber" is empty; column "user" .*; column "verificationCode" lost/,
    );
  });
});

describe('seeds', () => {
  it.each([SEED, SEED.toLowerCase(), `${SEED}====`, 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP'])(
    '%s is read',
    async (cell) => {
      expect(await seedOf(withCell('secretKey', cell))).toBe(SEED);
    },
  );

  it.each([
    ['', 'column "secretKey" is empty'],
    ['====', 'is empty'],
    [`${SEED}1`, 'is not base32, which has the letters A to Z and the digits 2 to 7'],
    [
      'ABCDEF2345ABCDEF2345ABCDEF2345ABCDEF2345',
      'could be hexadecimal as well as base32, and nothing tells which',
    ],
    ['A'.repeat(130), 'is longer than 128 characters'],
    ['ABCDEF23'.repeat(8), 'could be hexadecimal as well as base32, and nothing tells which'],
    [`${SEED.slice(0, 8)}=${SEED.slice(8)}`, 'is not base32'],
    // Hexadecimal, but for a letter, a digit or half of its bytes.
    [`Z${'0A'.repeat(16)}`, 'is not base32'],
    [`${'0A'.repeat(16)}Z`, 'is not base32'],
    [`${'0A'.repeat(16)}0`, 'is not base32'],
    ['0A'.repeat(8), 'is not base32'],
    [SEED.slice(1, -6), 'is base32 with a character missing or too many'],
  ])('%j is refused', async (cell, reason) => {
    expect(await reasonOf(withCell('secretKey', cell))).toContain(reason);
  });

  it('may have as many characters as Graph takes', async () => {
    expect(await seedOf(withCell('secretKey', 'Z'.repeat(128)))).toBe('Z'.repeat(128));
  });

  it('win over a code, which then need not be sound', async () => {
    const header = `${HEADER},collectedAt,seed\n`;
    expect(await seedOf(`${header}TOTP1,amy@contoso.com,12,yesterday,${SEED}\n`)).toBe(SEED);
    expect(await codeOf(`${header}TOTP1,amy@contoso.com,123456,,\n`)).toBe('123456');
    expect(await reasonOf(`${header}TOTP1,amy@contoso.com,,,\n`)).toBe(
      'column "verificationCode" is empty, no code was collected',
    );
  });
});

describe('intervals and hash functions', () => {
  it.each([
    ['', 30],
    ['60', 60],
    ['30s', 30],
    ['60 sec', 60],
    ['30.0', 30],
    ['30.00', 30],
  ])('interval %j is %d seconds', async (cell, intervalS) => {
    expect(await rowOf(withCell('timeInterval', cell))).toMatchObject({ intervalS });
  });

  it('rows that do not say have the interval that was asked for', async () => {
    expect(await rowOf(withCell('timeInterval', ''), { defaultInterval: 60 })).toMatchObject({
      intervalS: 60,
    });
    expect(await rowOf(withCell('timeInterval', '30'), { defaultInterval: 60 })).toMatchObject({
      intervalS: 30,
    });
  });

  it.each(['45', '1', '60 min', '300', 'x30', '30 sx'])('interval %j is refused', async (cell) => {
    expect(await reasonOf(withCell('timeInterval', cell))).toContain('is neither 30 nor 60 seconds');
  });

  it.each([
    ['', 'hmacsha1'],
    ['SHA1', 'hmacsha1'],
    ['hmac-sha-1', 'hmacsha1'],
    ['HMACSHA256', 'hmacsha256'],
    ['sha_256', 'hmacsha256'],
  ])('hash function %j is %s', async (cell, hashFunction) => {
    const input = `serial,user,seed,algorithm\nTOTP1,amy@contoso.com,${SEED},${cell}\n`;
    expect(await rowOf(input)).toMatchObject({ proof: { hashFunction } });
  });

  it('hash functions that Entra does not know are refused', async () => {
    expect(await reasonOf(withCell('hashFunction', 'SHA512'))).toContain(
      'is neither hmacsha1 nor hmacsha256',
    );
  });
});

describe('the time at which a code was collected', () => {
  it.each([
    ['2026-01-31T09:29:30Z', '2026-01-31T09:29:30.000Z'],
    ['2026-01-31T09:29Z', '2026-01-31T09:29:00.000Z'],
    ['2026-01-31 09:29:30.250z', '2026-01-31T09:29:30.250Z'],
    ['2026-01-31T09:29:30,5 Z', '2026-01-31T09:29:30.500Z'],
    ['2026-01-31T10:29:30+01:00', '2026-01-31T09:29:30.000Z'],
    ['2026-01-31T00:59:30-0830', '2026-01-31T09:29:30.000Z'],
    ['2026-01-31T01:29:30−08', '2026-01-31T09:29:30.000Z'],
    ['2024-02-29T23:30:00-01:00', '2024-03-01T00:30:00.000Z'],
  ])('%s is %s', async (cell, iso) => {
    const { proof } = await rowOf(withCell('collectedAt', cell));
    expect(proof).toMatchObject({ collectedAtMs: Date.parse(iso) });
  });

  it('is read as JavaScript itself would read it', async () => {
    const when = fc.date({ min: new Date(0), max: new Date(NOW), noInvalidDate: true });
    await fc.assert(
      fc.asyncProperty(when, async (date) => {
        const { proof } = await rowOf(withCell('collectedAt', date.toISOString()));
        expect(proof).toMatchObject({ collectedAtMs: date.getTime() });
      }),
    );
  });

  it.each([
    [
      '2026-01-31T09:29:30',
      'has no time zone; write it like 2026-01-31T09:30:00Z or 2026-01-31T10:30:00+01:00',
    ],
    ['2026-01-31', 'has a date but no time of day'],
    ['2026-02-29T09:29:30Z', 'is no date and time that exists'],
    ['2026-13-01T09:29:30Z', 'is no date and time that exists'],
    ['2026-01-31T24:29:30Z', 'is no date and time that exists'],
    ['2026-01-31T09:29:30+15:00', 'is no date and time that exists'],
    ['31.01.2026 09:29', 'was reformatted by a spreadsheet, format the column as text'],
    ['1/31/2026 9:29 AM', 'was reformatted by a spreadsheet'],
    ['2026/01/31 09:29', 'was reformatted by a spreadsheet'],
    ['46053.3958', 'was turned into a number by a spreadsheet'],
    ['09:29:30', 'has a time of day but no date'],
    ['1769851770', 'is a Unix time'],
    ['just now', 'is not an ISO 8601 time'],
  ])('%j is refused', async (cell, reason) => {
    expect(await reasonOf(withCell('collectedAt', cell))).toContain(reason);
  });

  it('may be ahead by what clocks differ, and no more', async () => {
    const at = (aheadMs: number): string => withCell('collectedAt', new Date(NOW + aheadMs).toISOString());
    expect(await rowOf(at(300_000))).toMatchObject({ proof: { collectedAtMs: NOW + 300_000 } });
    expect(await reasonOf(at(300_001))).toContain('lies in the future, check the clock and the time zone');
  });

  it('is what the policy says for rows that have none', async () => {
    expect(await rowOf(withCell('collectedAt', ' '))).toMatchObject({ proof: { collectedAtMs: NOW } });
    const fixed = { collectedAtMs: () => 5 };
    expect(await rowOf(withCell('displayName', ''), fixed)).toMatchObject({ proof: { collectedAtMs: 5 } });
  });
});

describe('the same serial number again', () => {
  it('is a duplicate of the first line, whatever its case and blanks', async () => {
    const { rows } = await readAll(
      `${HEADER}\nTotp1,a@x,123456\nB,b@x,123456\n TOTP1 ,c@x,654321\ntotp1,a@x,123456\n`,
    );
    expect(rows.map(({ problem }) => problem)).toEqual([
      undefined,
      undefined,
      { status: 'duplicate', reason: 'the same serial number stands on line 2' },
      { status: 'duplicate', reason: 'the same serial number stands on line 2' },
    ]);
    expect(rows[2]).toMatchObject({
      serialNumber: 'TOTP1',
      user: 'c@x',
      record: { cells: [' TOTP1 ', 'c@x', ''] },
    });
  });

  it('is not a duplicate of a line that cannot be used', async () => {
    const { rows } = await readAll(`${HEADER}\nTOTP1,a@x,12345\nTOTP1,a@x,123456\nTOTP1,a@x,1\n`);
    expect(rows.map(({ problem }) => problem?.status)).toEqual(['invalid', undefined, 'invalid']);
  });
});

describe('lines that do not fit the header', () => {
  const wide = 'department,serial,user,code,site,note\n';

  it('may lack their last optional cells', async () => {
    const { rows } = await readAll(`${wide}Sales,TOTP1,amy@contoso.com,123456\n`);
    expect(rows[0]).toMatchObject({
      row: { line: 2 },
      record: { cells: ['Sales', 'TOTP1', 'amy@contoso.com', '', '', ''] },
    });
  });

  it('may have empty cells too many', async () => {
    const { rows } = await readAll(`${HEADER}\nTOTP1,amy@contoso.com,123456,, \n`);
    expect(rows[0]).toMatchObject({ row: { line: 2 }, record: { cells: ['TOTP1', 'amy@contoso.com', ''] } });
  });

  it('with fewer cells are refused, and nothing that may be a code is shown', async () => {
    const { rows } = await readAll(`${wide}TOTP1,amy@contoso.com,123456\n`);
    expect(rows).toEqual([
      {
        record: { line: 2, cells: ['TOTP1', 'amy@contoso.com', '', '', '', ''] },
        serialNumber: 'amy@contoso.com',
        user: '',
        problem: { status: 'invalid', reason: 'has 3 cells where the header has 6: is a delimiter missing?' },
      },
    ]);
  });

  it('with more cells are refused, what is surplus in the last cell', async () => {
    const { rows } = await readAll(`${wide}Sales, West,TOTP1,amy@contoso.com,123 456,${SEED},HQ,see below\n`);
    expect(rows).toMatchObject([
      {
        record: { cells: ['Sales', ' West', 'TOTP1', '', '', ',HQ,see below'] },
        problem: {
          reason: 'has 8 cells where the header has 6: is there a delimiter in a field without quotes?',
        },
      },
    ]);
  });

  it('are enough where either code or seed stands in them', async () => {
    expect(await rowOf(`serial,user,code,seed\nTOTP1,amy@contoso.com,123456\n`)).toMatchObject({
      proof: { kind: 'code' },
    });
    expect(await reasonOf('serial,user,code,seed\nTOTP1,amy@contoso.com\n')).toBe(
      'has 2 cells where the header has 4: is a delimiter missing?',
    );
  });

  it('control: those that fit show their own figures, whatever is wrong with a code', async () => {
    const own = '739154,1.2,12 34 56';
    for (const [header, cells] of [
      [HEADER, 'TOTP1,amy@contoso.com,12'],
      ['serial,user,seed', 'TOTP1,amy@contoso.com,!'],
      [`${HEADER},collectedAt`, 'TOTP1,amy@contoso.com,12,noon'],
    ] as const) {
      const { rows } = await readAll(`${header},cost centre,rate,room\n${cells},${own}\n`);
      expect(rows[0]?.problem?.status).toBe('invalid');
      expect(rows[0]?.record.cells.slice(-3).join()).toBe(own);
    }
  });

  it.each([
    ['a name where the code should be', '123456,,amy@contoso.com,TOTP1', ['', '', 'amy@contoso.com', '']],
    ['a code where the user should be', 'TOTP1,,654321,', ['TOTP1', '', '', '']],
    [
      'a code where the time should be',
      'TOTP1,123 456,amy@contoso.com,',
      ['TOTP1', '', 'amy@contoso.com', ''],
    ],
    ['digits in groups of two', '12 34 56,,amy@contoso.com,TOTP1', ['', '', 'amy@contoso.com', '']],
  ])('with %s do not show the code', async (_, line, cells) => {
    const { rows } = await readAll(`serial,collectedAt,user,code\n${line}\n`);
    expect(rows[0]?.record.cells).toEqual(cells);
  });

  it('with code and serial number swapped do not show the code', async () => {
    const { rows } = await readAll(`${HEADER}\n123456,amy@contoso.com,TOTP1\nTOTP2,654321,amy@contoso.com\n`);
    expect(rows).toMatchObject([
      { serialNumber: '', user: 'amy@contoso.com', record: { cells: ['', 'amy@contoso.com', ''] } },
      { serialNumber: 'TOTP2', user: '', record: { cells: ['TOTP2', '', ''] } },
    ]);
  });
});

describe('secrets', () => {
  const code = fc.stringMatching(/^[0-9]{6}$/);
  const seed = fc.stringMatching(/^[A-Z2-7]{16,64}$/);
  const damaged = code.chain((text) =>
    fc.constantFrom(
      text,
      `${text.slice(0, 3)} ${text.slice(3)}`,
      `${text}.0`,
      `${text}7`,
      `x${text}`,
      text.replace(/^0+/, ''),
    ),
  );

  it('stand in no cell, reason or header of a row, in whatever form they came', async () => {
    await fc.assert(
      fc.asyncProperty(damaged, seed, fc.constantFrom('', '!'), async (codeCell, seedText, flaw) => {
        const header = 'serial,user,code,seed,note\n';
        const { rows } = await readAll(
          `${header}A,a@x,${codeCell},,n\nB,b@x,,${seedText}${flaw},n\nC,c,${codeCell},${seedText},n\n`,
        );
        expect(rows.map(({ record }) => record.cells.slice(2))).toEqual(Array(3).fill(['', '', 'n']));
        const shown = JSON.stringify(rows.map(({ problem }) => problem ?? ''));
        expect(shown).not.toMatch(/\d{3}/);
        expect(shown).not.toContain(seedText.slice(0, 6));
        expect(JSON.stringify(rows)).not.toContain(seedText);
      }),
    );
  });

  it('stand nowhere, also where cells are missing, surplus or in another order', async () => {
    const cells = fc.tuple(code, seed).chain((secrets) =>
      fc.record({
        secrets: fc.constant(secrets),
        row: fc.shuffledSubarray(['TOTP1', 'amy@contoso.com', 'Sales', '', ...secrets], { minLength: 1 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(cells, async ({ secrets, row }) => {
        fc.pre(row.length !== 4);
        const { rows } = await readAll(`serial,user,code,note\n${row.join()}\n`);
        // A row whose code and user are where they should be is sound, whatever its serial number looks like.
        const hidden = rows[0]?.row === undefined ? secrets : secrets.slice(0, 1);
        for (const secret of hidden) expect(JSON.stringify(rows)).not.toContain(secret);
      }),
      { numRuns: 500 },
    );
  });

  it('stand in no message about an input that cannot be read', async () => {
    const inputs = fc.tuple(code, seed).map(([text, key]) => ({
      secrets: [text, key],
      inputs: [
        `A,a@x,${text},${key}\n`,
        `serial,${text},${key}\n`,
        `${HEADER}\nA,a@x,${text}"${key}"\n`,
        `${HEADER}\nA,a@x,"${text}"${key}\n`,
        `${HEADER}\nA,a@x,"${text}${key}\n`,
        Buffer.from(`${HEADER}\nA,a@x,${text}${key}ü\n`, 'latin1'),
        `${HEADER}\nA,a@x,${text}${key}\0\n`,
      ],
    }));
    await fc.assert(
      fc.asyncProperty(inputs, async ({ secrets, inputs: broken }) => {
        for (const input of broken) {
          const message = await errorOf(input);
          for (const secret of secrets) expect(message).not.toContain(secret);
        }
      }),
      { numRuns: 50 },
    );
  });
});
