import { describe, expect, it } from 'vitest';
import type { IntakeOptions } from '../../src/intake/intake.js';
import { errorOf, readAll, reasonOf, rowOf } from './read.js';

const IMPORT: Partial<IntakeOptions> = { purpose: 'import' };
const LEGACY = 'upn,serial number,secret key,time interval,manufacturer,model';

describe('a vendor’s file', () => {
  it('reads the example of Microsoft’s own page as it stands', async () => {
    const row = await rowOf(
      `${LEGACY}\nHelga@contoso.com,1234567,2234567abcdef2234567abcdef,60,Contoso,HardwareKey\n`,
      IMPORT,
    );
    expect(row).toMatchObject({
      serialNumber: '1234567',
      intervalS: 60,
      maker: { manufacturer: 'Contoso', model: 'HardwareKey' },
      proof: { kind: 'seed', hashFunction: 'hmacsha1' },
    });
    expect(row.proof.kind === 'seed' && row.proof.seed.reveal()).toBe('2234567ABCDEF2234567ABCDEF');
  });

  it.each([
    ['the spelling of vendors', 'upn,serial number,secret key,timeinterval,manufacturer,model'],
    ['our own names', 'user,serialNumber,secretKey,timeInterval,manufacturer,model'],
    ['semicolons and capitals', 'UPN;Serial Number;Secret Key;TimeIntervalInSeconds;Manufacturer;Model'],
  ])('may have %s', async (_, header) => {
    const cells = ['amy@contoso.com', 'S1', 'JBSWY3DPEHPK3PXP', '30', 'Contoso', 'HK'];
    const row = await rowOf(`${header}\n${cells.join(header.includes(';') ? ';' : ',')}\n`, IMPORT);
    expect(row).toMatchObject({ serialNumber: 'S1', intervalS: 30 });
  });

  it('needs no users, and does not look at them', async () => {
    const row = await rowOf('serial,seed,manufacturer,model\nS1,JBSWY3DPEHPK3PXP,Contoso,HK\n', IMPORT);
    expect(row.user).toBe('');
    const odd = await readAll(
      'upn,serial,seed,manufacturer,model\nnobody yet,S1,JBSWY3DPEHPK3PXP,C,HK\n',
      IMPORT,
    );
    expect(odd.rows[0]).toMatchObject({ user: 'nobody yet', row: { user: '' } });
  });

  it.each([
    ['upn,secret key,manufacturer,model', 'column "serialNumber": there is no such column'],
    ['upn,serial,manufacturer,model', 'column "secretKey": there is no such column'],
    ['serial,seed,model', 'column "manufacturer": there is no such column'],
    ['serial,seed,manufacturer', 'column "model": there is no such column'],
  ])('without a column that is needed is refused: %s', async (header, words) => {
    expect(await errorOf(`${header}\n1,2,3,4\n`, IMPORT)).toContain(words);
  });

  const damaged = (cells: string): Promise<string> => reasonOf(`${LEGACY}\n${cells}\n`, IMPORT);

  it.each([
    ['a@contoso.com,,JBSWY3DPEHPK3PXP,30,C,M', 'column "serial number" is empty'],
    ['a@contoso.com,1.23E+11,JBSWY3DPEHPK3PXP,30,C,M', 'turned into a number like 1.23E+11'],
    ['a@contoso.com,S1,,30,C,M', 'column "secret key" is empty'],
    ['a@contoso.com,S1,JBSWY3DPEHPK3PX1,30,C,M', 'is not base32'],
    ['a@contoso.com,S1,JBSWY3DPEHPK3P,30,C,M', 'is base32 with a character missing or too many'],
    ['a@contoso.com,S1,JBSWY3DPEHPK3PXP,45,C,M', 'is neither 30 nor 60 seconds'],
    ['a@contoso.com,S1,JBSWY3DPEHPK3PXP,30,,M', 'column "manufacturer" is empty'],
    ['a@contoso.com,S1,JBSWY3DPEHPK3PXP,30,C,', 'column "model" is empty'],
    [
      `a@contoso.com,S1,JBSWY3DPEHPK3PXP,30,${'C'.repeat(257)},M`,
      '"manufacturer" is longer than 256 characters',
    ],
    ['a@contoso.com,S1,JBSWY3DPEHPK3PXP,30', 'has 4 cells where the header has 6'],
    ['a@contoso.com,S1,JBSWY3DPEHPK3PXP,30,Contoso, Inc.,M', 'has 7 cells where the header has 6'],
  ])('that is damaged is told so: %s', async (cells, words) => {
    expect(await damaged(cells)).toContain(words);
  });
});

it('a manufacturer may have as many characters as 256', async () => {
  const cells = `a@contoso.com,S1,JBSWY3DPEHPK3PXP,30,${'C'.repeat(256)},M`;
  expect((await rowOf(`${LEGACY}\n${cells}\n`, IMPORT)).maker?.manufacturer).toHaveLength(256);
});

it('a row that cannot be used shows its own figures, where no column is a user’s', async () => {
  const { rows } = await readAll('serial,room,seed,manufacturer,model\nS1,739154,!,Contoso,HK\n', IMPORT);
  expect(rows[0]).toMatchObject({
    problem: { status: 'invalid' },
    record: { cells: ['S1', '739154', '', 'Contoso', 'HK'] },
  });
});

it('a seed is needed for an import, whatever code stands there', async () => {
  const input = 'serial,code,seed,manufacturer,model\nS1,123456,,Contoso,HK\n';
  expect(await reasonOf(input, IMPORT)).toBe('column "seed" is empty');
});

describe('seeds in hexadecimal', () => {
  const seedOf = async (cell: string) => {
    const { rows } = await readAll(`serial,seed,manufacturer,model\nS1,${cell},C,M\n`, IMPORT);
    const [first] = rows;
    if (first?.row?.proof.kind !== 'seed') throw new Error(first?.problem?.reason ?? 'no seed');
    return { base32: first.row.proof.seed.reveal(), wasHex: first.seedWasHex };
  };

  it.each([
    // "12345678901234567890", the key of RFC 6238 appendix B.
    ['3132333435363738393031323334353637383930', 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'],
    ['31 32 33 34 35 36 37 38 39 30 31 32 33 34 35 36 37 38 39 30', 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'],
    ['00112233445566778899aabbccddeeff', 'AAISEM2EKVTHPCEZVK54ZXPO74'],
  ])('become base32, and it is said: %s', async (hex, base32) => {
    expect(await seedOf(hex)).toEqual({ base32, wasHex: true });
  });

  it('are told from base32, which stays as it is', async () => {
    expect(await seedOf('JBSWY3DPEHPK3PXP')).toEqual({ base32: 'JBSWY3DPEHPK3PXP', wasHex: false });
  });
});

describe('long seeds', () => {
  const LONG = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA';
  const input = (hash: string): string =>
    `serial,seed,manufacturer,model,algorithm\nS1,${LONG},C,M,${hash}\n`;

  it('must say their hash function where a token is imported', async () => {
    expect(await reasonOf(input(''), IMPORT)).toMatch(
      /column "algorithm" does not say hmacsha1 or hmacsha256.*--hash-function/,
    );
  });

  it.each([
    ['hmacsha1', 'hmacsha1'],
    ['SHA-256', 'hmacsha256'],
  ])('may say %s', async (cell, hashFunction) => {
    expect((await rowOf(input(cell), IMPORT)).proof).toMatchObject({ hashFunction });
  });

  it('may be spoken for all together', async () => {
    const row = await rowOf(input(''), { ...IMPORT, defaultHash: 'hmacsha256' });
    expect(row.proof).toMatchObject({ hashFunction: 'hmacsha256' });
    const own = await rowOf(input('sha1'), { ...IMPORT, defaultHash: 'hmacsha256' });
    expect(own.proof).toMatchObject({ hashFunction: 'hmacsha1' });
  });

  it('are SHA-1 for an enrolment that does not say', async () => {
    const row = await rowOf(`serial,user,seed\nS1,amy@contoso.com,${LONG}\n`);
    expect(row.proof).toMatchObject({ hashFunction: 'hmacsha1' });
    expect(row.maker).toBeUndefined();
  });
});
