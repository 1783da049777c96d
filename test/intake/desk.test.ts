import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { OathEnrollError } from '../../src/model/errors.js';
import { typedField } from '../../src/intake/typed-field.js';
import { readUserColumn } from '../../src/intake/user-column.js';
import { NOW, readAll, reasonOf, rowOf } from './read.js';

describe('an input whose codes are read later', () => {
  const INPUT = 'serial,upn,code\nA1,amy@contoso.com,\n';

  it('has usable rows without codes', async () => {
    expect(await rowOf(INPUT, { codesComeLater: true })).toMatchObject({ serialNumber: 'A1' });
  });

  it('control: else a code is missed', async () => {
    expect(await reasonOf(INPUT)).toContain('is empty, no code was collected');
  });

  it('is checked in all else', async () => {
    const text = 'serial,upn,code\n,amy@contoso.com,\nA1,amy@contoso.com,\na1,ben@contoso.com,\n';
    const { rows } = await readAll(text, { codesComeLater: true });
    expect(rows.map(({ problem }) => problem?.status)).toEqual(['invalid', undefined, 'duplicate']);
  });
});

describe('a field that somebody typed', () => {
  it.each([
    ['serialNumber', ' 0007170974 ', { value: '0007170974' }],
    ['serialNumber', '', { wrong: 'is empty' }],
    ['user', 'amy@contoso.com', { value: 'amy@contoso.com' }],
    ['verificationCode', '123 456', { value: '123456' }],
    ['verificationCode', '1234567', { wrong: 'has more than six digits' }],
  ] as const)('%s %j', (name, text, field) => {
    expect(typedField(name, text)).toEqual(field);
  });
});

describe('a column of users', () => {
  const read = (text: string, columns: ReadonlyMap<string, string> = new Map()) =>
    readUserColumn(Readable.from([Buffer.from(text)]), 'people.csv', columns, () => NOW);

  it('is found by any of its names, or by yours', async () => {
    expect(await read('Name;userPrincipalName\nAmy;amy@contoso.com\n')).toEqual(['amy@contoso.com']);
    const yours = new Map([
      ['serialNumber', 'Name'],
      ['user', 'login'],
    ]);
    expect(await read('Name,Login\nAmy,amy@contoso.com\n', yours)).toEqual(['amy@contoso.com']);
  });

  it('has each user once, and no cell that names none', async () => {
    expect(await read('upn\nb@contoso.com\n\nn/a\na@contoso.com\nb@contoso.com\n')).toEqual([
      'b@contoso.com',
      'a@contoso.com',
    ]);
  });

  it('is missed by name', async () => {
    await expect(read('\nName,Code\nAmy,1\n')).rejects.toEqual(
      new OathEnrollError('input', 'there is no such column', {
        file: 'people.csv',
        line: 2,
        column: 'user',
      }),
    );
  });

  it('is found behind more delimiters of another kind', async () => {
    expect(await read('Name, first, last;upn\nAmy;amy@contoso.com\n')).toEqual(['amy@contoso.com']);
  });
});
