import fc from 'fast-check';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { BROKEN_CUTTERS, withBrokenCutter } from '../fuzz/broken-cutters.js';
import { fuzz } from '../fuzz/guided.js';
import { comesBack } from '../fuzz/tables.js';
import { collect, openText, readAll } from './read.js';

const HEADER = 'serialNumber,user,verificationCode';
const MB = 1024 * 1024;

/** The same share in every run, so that a failure comes again; `npm run fuzz -- inputs seed` tries others. */
const seed = 1;

describe('hostile input, a small share', () => {
  it('bytes that mutate towards new code break no law', async () => {
    const { inputs, blocks, findings } = await fuzz(100, seed);
    expect(findings, `seed ${seed}`).toEqual([]);
    expect(inputs).toBe(100);
    expect(blocks.reached, `seed ${seed}`).toBeGreaterThan(100);
  });

  it('the seed alone decides what is tried', async () => {
    const tried = async (): Promise<string[]> => {
      const all: string[] = [];
      await fuzz(20, 5, { see: (bytes) => all.push(bytes.toString('base64')) });
      return all;
    };
    expect(await tried()).toEqual(await tried());
  });

  describe.each(Object.keys(BROKEN_CUTTERS))('control: a cutter that %s is found', (name) => {
    it('by tables', async () => {
      const { failed } = await withBrokenCutter(name, () =>
        fc.check(comesBack, { numRuns: 2000, seed: 1, endOnFailure: true }),
      );
      expect(failed).toBe(true);
    });

    it('by bytes', async () => {
      const { findings } = await withBrokenCutter(name, () => fuzz(2000, 1, { mostFindings: 1 }));
      expect(findings).not.toEqual([]);
    });
  });
});

describe('large input', () => {
  /** A stream of pieces made as they are pulled, and how many bytes were. */
  function stream(head: string, piece: Buffer, pieces: number) {
    const pulled = { bytes: 0 };
    const source = Readable.from(
      (function* () {
        yield Buffer.from(head);
        for (let i = 0; i < pieces; i++) {
          pulled.bytes += piece.length;
          yield piece;
        }
      })(),
    );
    return { source, pulled };
  }

  it.each([
    ['a line of 1 GB', Buffer.alloc(64 * 1024, 'x'), 16_384, 'this line is too long'],
    ['a first line of 1 GB of blanks', Buffer.alloc(64 * 1024, ' '), 16_384, 'this line is too long'],
    ['64 MB of nothing but quotes', Buffer.alloc(64 * 1024, '"'), 1024, /never closed|too long/],
    [
      '64 MB of nothing but quotes, an odd number at a time',
      Buffer.alloc(65_535, '"'),
      1024,
      /never closed|too long/,
    ],
    ['a quoted field of 1 GB of line breaks', Buffer.alloc(64 * 1024, '\n'), 16_384, 'never closed'],
  ] as const)('%s is refused before 2 MB were read', async (name, piece, pieces, message) => {
    const head = name.startsWith('a first') ? '' : `${HEADER}\n${name.startsWith('a quoted') ? '"' : ''}`;
    const { source, pulled } = stream(head, piece, pieces);
    await expect(openText(source).then(({ rows }) => collect(rows))).rejects.toThrow(message);
    expect(pulled.bytes).toBeLessThan(2 * MB);
  });

  /** Patterns and buffers that took the square of these would take minutes, which the time-out of a test is not. */
  it.each([
    ['a code with 500,000 blanks inside', `${HEADER}\nA,a@x,"'${' '.repeat(500_000)}1"\n`],
    ['a seed with 500,000 = inside', `serial,user,seed\nA,a@x,"${'='.repeat(500_000)}A"\n`],
    ['500,000 blanks before the header', `${' '.repeat(500_000)}\n${HEADER}\nA,a@x,1\n`],
  ])('%s takes linear time', { timeout: 10_000 }, async (_, input) => {
    const { rows } = await readAll(input);
    expect(rows.map(({ problem }) => problem?.status)).toEqual(['invalid']);
  });
});
