import { describe, expect, it } from 'vitest';
import { BulkSize } from '../../src/dispatch/bulk-size.js';
import type { Answer } from '../../src/model/answer.js';
import { answered, noAnswer } from '../support/answers.js';

const times = (count: number, answer: Answer): Answer[] => Array.from({ length: count }, () => answer);
const CREATED = answered(201);
const REFUSED = answered(400);
const UNTOLD = noAnswer('unreadable');

describe('how many tokens a bulk call holds', () => {
  it('is doubled while such calls are taken, and a hundred at most', () => {
    const size = new BulkSize();
    const sizes = Array.from({ length: 6 }, () => {
      const { next } = size;
      size.answered(times(next, CREATED));
      return next;
    });
    expect(sizes).toEqual([10, 20, 40, 80, 100, 100]);
  });

  it('stays where the call was understood and none of its rows was taken', () => {
    const size = new BulkSize();
    size.answered(times(10, REFUSED));
    expect(size.next).toBe(10);
  });

  it('grows where one row of many was taken: the call held so many', () => {
    const size = new BulkSize();
    size.answered([...times(9, REFUSED), CREATED]);
    expect(size.next).toBe(20);
  });

  it('does not shrink for a call that had few rows to hold', () => {
    const size = new BulkSize();
    size.answered(times(10, CREATED));
    size.answered(times(2, CREATED));
    expect(size.next).toBe(20);
  });

  it('is a quarter of what was not understood, and never so much again', () => {
    const size = new BulkSize();
    size.answered(times(10, CREATED));
    size.answered(times(20, UNTOLD));
    expect(size.next).toBe(5);
    for (let i = 0; i < 5; i++) size.answered(times(size.next, CREATED));
    expect(size.next).toBe(5);
  });

  it('is understood where a single row of it was told of', () => {
    const size = new BulkSize();
    size.answered([...times(9, UNTOLD), REFUSED]);
    expect(size.next).toBe(10);
  });

  it('comes down to one by one, and not below', () => {
    const size = new BulkSize();
    for (const count of [10, 2, 1, 1]) size.answered(times(count, UNTOLD));
    expect(size.next).toBe(1);
  });

  it('is not raised by a call that was larger and is told of late', () => {
    const size = new BulkSize();
    for (let i = 0; i < 4; i++) size.answered(times(size.next, CREATED));
    size.answered(times(4, UNTOLD));
    size.answered(times(100, UNTOLD));
    expect(size.next).toBe(1);
  });
});
