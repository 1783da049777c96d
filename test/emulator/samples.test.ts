import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { encodeBase32 } from '../../src/emulator/tenant/base32.js';
import { readTokensCsv, readUsersCsv } from '../../src/emulator/index.js';
import { Tenant } from '../../src/emulator/tenant/tenant.js';

const sample = (name: string) => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));

describe('the samples', () => {
  test('make a tenant together', async () => {
    const users = await readUsersCsv(sample('users.csv'));
    const tokens = await readTokensCsv(sample('tokens.csv'));
    const tenant = new Tenant(users, tokens);
    expect([tenant.users().length, [...tenant.devices()].length]).toEqual([75, 80]);
    const kinds = tokens.map((token) => `${token.timeIntervalInSeconds} ${token.hashFunction}`);
    expect([...new Set(kinds)].sort()).toEqual([
      '30 hmacsha1',
      '30 hmacsha256',
      '60 hmacsha1',
      '60 hmacsha256',
    ]);
    expect(tokens.filter((token) => token.serialNumber.startsWith('0')).length).toBeGreaterThan(20);
    expect(users.filter((user) => user.userType === 'Guest')).toHaveLength(2);
    expect(users.filter((user) => user.accountEnabled === false)).toHaveLength(1);
  });

  test('hold no seed of a real token: each is made from its serial number', async () => {
    for (const token of await readTokensCsv(sample('tokens.csv'))) {
      const bytes = createHash('sha256').update(`oath-enroll sample ${token.serialNumber}`).digest();
      const length = token.hashFunction === 'hmacsha256' ? 32 : 20;
      expect(token.secretKey).toBe(encodeBase32(bytes.subarray(0, length)).replaceAll('=', ''));
    }
  });
});

describe('files of users and tokens', () => {
  async function file(text: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'emulator-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'in.csv'), text);
    return join(folder, 'in.csv');
  }

  test('headers in a vendor’s spelling, a byte order mark, CRLF and blank lines', async () => {
    const path = await file(
      '\uFEFFUPN,Serial Number,secret_key,timeinterval,Manufacturer,Model\r\n\r\n,007,MZXW6YTB,60,F,M\r\n',
    );
    expect(await readTokensCsv(path)).toEqual([
      {
        where: `${path}, line 3`,
        serialNumber: '007',
        secretKey: 'MZXW6YTB',
        timeIntervalInSeconds: 60,
        manufacturer: 'F',
        model: 'M',
      },
    ]);
  });

  test('trouble is named by file and line, without the seed', async () => {
    const path = await file('serial number,secret key,time interval\n1,MZXW6YTB,30\n2,MZXW6YTC,45\n');
    await expect(readTokensCsv(path)).rejects.toThrow(`${path}, line 3: time interval must be 30 or 60`);
    await expect(readTokensCsv(await file('serial\n1\n'))).rejects.toThrow('no column "serial number"');
    const users = await file('userPrincipalName,userType\na@b,Admin\n');
    await expect(readUsersCsv(users)).rejects.toThrow(`${users}, line 2: userType must be Member or Guest`);
  });
});
