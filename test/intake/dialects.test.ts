import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { answerTo, cut, every } from '../fuzz/answer.js';
import { tryBytes } from '../fuzz/laws.js';
import { comesBack } from '../fuzz/tables.js';
import { errorOf, readAll } from './read.js';

const HEADER = 'serialNumber,user,verificationCode';
const MB = 1024 * 1024;

describe('tables', () => {
  it('in any dialect come back row by row, however they are cut', async () => {
    await fc.assert(comesBack, { numRuns: 100, seed: 1 });
  });

  it('of ten thousand columns are carried on', async () => {
    const own = Array.from({ length: 10_000 }, (_, i) => `c${i}`);
    const { header, rows } = await readAll(`${HEADER},${own.join()}\nA,a@x,123456,${own.join()}\nB,b@x,1\n`);
    expect(header.names).toHaveLength(10_003);
    expect(rows[0]?.record.cells.slice(3)).toEqual(own);
    expect(rows[1]?.problem?.column).toBe('verificationCode');
  });

  it('tiny chunks of a long field are copied a few times each, not once for every chunk', async () => {
    const copies = vi.spyOn(Buffer.prototype as Buffer, 'copy');
    const bytes = Buffer.from(`${HEADER},n\nA,a@x,123456,"${'x'.repeat(200_000)}"\n`);
    const answer = await answerTo(cut(bytes, every(10, bytes)));
    const copied = (copies.mock.contexts as Buffer[]).reduce((sum, { length }) => sum + length, 0);
    copies.mockRestore();
    expect('rows' in answer && answer.rows).toHaveLength(1);
    expect(copied).toBeGreaterThan(bytes.length / 2);
    expect(copied).toBeLessThan(5 * bytes.length);
  });
});

describe('what the fuzzer found', () => {
  /** The same answer for bytes as a whole and one by one. */
  const lawful = async (input: string | Buffer): Promise<string | undefined> => {
    const bytes = Buffer.from(input as string);
    return (await tryBytes(bytes, every(1, bytes))).broken;
  };

  it.each<[string, string | Buffer]>([
    ['a quote after a delimiter of another kind', 'serial;user;code\nA,"1;a@x;"123456\n'],
    ['a bad header before a misplaced quote', 'serial,user\nA,a"x\n'],
    [
      'a misplaced quote before a line that is not UTF-8',
      Buffer.from(`${HEADER}\nA,a"x,1\nB,\xff,2\n`, 'latin1'),
    ],
    ['a line that is not UTF-8 before a NUL', Buffer.from(`${HEADER}\nA,\xff,1\nB,\0,2\n`, 'latin1')],
    ['NUL after CR LF', `${HEADER}\r\nA,a@x,123456\r\nB\0`],
    [
      'a header whose name begins with a line break in quotes',
      '"\nSite",serial,user,code\nHQ,A,a@x,123456\n',
    ],
    ['a quote as third character', 'ab"c,user\nA,1\n'],
    ['blanks of all kinds before the header', '\u00a0\n"\n"\n ;,\nserial;user;code\nA;a@x;123456\n'],
  ])('%s gets one answer, however it is cut', async (_, input) => {
    expect(await lawful(input)).toBeUndefined();
  });

  const FOLLOWED = 'text follows the closing quote of a field';
  const OPEN = 'a quoted field opens here and is never closed';

  it.each([
    ['text after a closing quote first', `${HEADER}\nA,"a\nb"x,"1\n`, 2, FOLLOWED],
    ['no other fault', `${HEADER}\nA,"a\nb","1\n`, 3, OPEN],
    ['text after a closing quote in the header', 'serial,"us\ner"x,"code\n', 1, FOLLOWED],
    [
      'a line before it that is not UTF-8',
      Buffer.from(`${HEADER}\nA,"\xff\nb","1\n`, 'latin1'),
      2,
      'not UTF-8',
    ],
  ])('a quote that never closes, and %s: the first fault is told', async (_, input, line, message) => {
    for (const tail of ['', 'x'.repeat(MB)]) {
      const answer = await answerTo([Buffer.concat([Buffer.from(input as string), Buffer.from(tail)])]);
      expect('message' in answer && answer.message).toContain(`in.csv, line ${line}: `);
      expect('message' in answer && answer.message).toContain(message);
    }
    expect(await lawful(input)).toBeUndefined();
  });

  it('a quote that never closes is found behind whole rows, whatever follows it', async () => {
    expect(await errorOf(`${HEADER}\nA,a@x,123456\nB,"b@x,1\n\n\n\n`)).toBe(
      'rollout.csv, line 3: a quoted field opens here and is never closed, add the missing quote',
    );
  });

  it('a line break in quotes may begin the header', async () => {
    const { header, rows } = await readAll('"\nSite",serial,user,code\nHQ,A,a@x,123456\n');
    expect(header.names[0]).toBe('\nSite');
    expect(rows.map(({ record }) => record.line)).toEqual([3]);
  });

  it('a line of blanks that are no ASCII does not decide on the delimiter', async () => {
    expect((await readAll('\u00a0\nserial;user;code\nA;a@x;123456\n')).rows[0]?.row).toBeDefined();
  });

  it('a header that looks like a code is not shown where it stands twice', async () => {
    expect(await errorOf(`${HEADER},739154,739154\n`)).toBe(
      'rollout.csv, line 1, column "…": this header stands there twice, rename or take away one',
    );
  });

  it('a message lists no more headers than a person reads', async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `Column ${i} ${'x'.repeat(50)}`);
    const message = await errorOf(`serial,code,${names.join()}\n`);
    expect(message).toContain(' and 9982 more; name yours with --column user=HEADER');
    expect(message.length).toBeLessThan(2000);
  });

  it('a record of over 1 MB is refused wherever it is cut', async () => {
    const file = (length: number): Buffer =>
      Buffer.from(`${HEADER},n\nA,a@x,123456,"${'x'.repeat(length)}"\n`);
    const around = MB - 'A,a@x,123456,""'.length;
    for (const [length, fits] of [
      [around, true],
      [around + 1, false],
    ] as const) {
      const bytes = file(length);
      for (const step of [Infinity, 1000, 65_537]) {
        const answer = await answerTo(cut(bytes, step === Infinity ? [] : every(step, bytes)));
        expect('rows' in answer).toBe(fits);
      }
    }
  });
});
