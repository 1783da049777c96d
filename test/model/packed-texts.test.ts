import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PackedTexts } from '../../src/model/packed-texts.js';
import { livingHeapMb } from '../support/living-heap.js';

/** JSON, up to more than a chunk long. */
const json = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 50 }).map((text) => JSON.stringify(text)),
  fc.integer({ min: 60_000, max: 70_000 }).map((length) => JSON.stringify('ü'.repeat(length))),
);

test('texts come out as they went in, in whatever order they are taken', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ text: json, order: fc.nat() }), { minLength: 1, maxLength: 40 }),
      (put) => {
        const texts = new PackedTexts();
        const all = put.map(({ text, order }) => ({ text, order, ticket: texts.put(text) }));
        for (const { text, ticket } of all.sort((a, b) => a.order - b.order)) {
          expect(texts.take(ticket)).toBe(text);
        }
      },
    ),
  );
});

test('texts come and go while others stay', () => {
  const texts = new PackedTexts();
  const stays = texts.put('stays');
  for (let i = 0; i < 10_000; i++) expect(texts.take(texts.put(`text ${i}`))).toBe(`text ${i}`);
  expect(texts.take(stays)).toBe('stays');
});

test('a text can be taken once: it is gone, also where others of its chunk are left', () => {
  const texts = new PackedTexts();
  const ticket = texts.put('once');
  const other = texts.put('other');
  texts.take(ticket);
  expect(() => texts.take(ticket)).toThrow('taken already');
  texts.take(other);
  expect(() => texts.take(other)).toThrow('taken already');
});

test('they are kept out of V8’s heap', () => {
  const many = Array.from({ length: 50_000 }, (_, i) => i);
  const text = (i: number): string => Buffer.alloc(100, `${i} `).toString();
  /** MB by which the heap is larger while texts are kept. */
  const growth = (keep: (text: string) => unknown): number => {
    const before = livingHeapMb();
    const kept = many.map((i) => keep(text(i)));
    const after = livingHeapMb();
    expect(kept).toHaveLength(many.length);
    return after - before;
  };
  const texts = new PackedTexts();
  expect(growth((each) => texts.put(each))).toBeLessThan(2);
  expect(texts.take(0)).toBe(text(0));
  // Control: as strings they are there.
  expect(growth((each) => each)).toBeGreaterThan(5);
});
