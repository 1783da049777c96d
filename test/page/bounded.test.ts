import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bins } from '../../src/results/report-page/bins.js';
import { Cloud } from '../../src/results/report-page/cloud.js';

const instant = fc.oneof(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 40 * 86_400_000 }));
const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

describe('what a picture is drawn from stays small, and loses nothing', () => {
  it('bins: each instant is counted in the bin that it lies in, however wide they grew', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(instant, fc.constantFrom('a', 'b'))), (told) => {
        const bins = new Bins<'a' | 'b'>();
        for (const [atMs, kind] of told) bins.add(atMs, kind);
        expect(bins.counts.length).toBeLessThanOrEqual(96);
        bins.counts.forEach((bin, index) => {
          for (const kind of ['a', 'b'] as const) {
            const inIt = told.filter(
              ([atMs, each]) => each === kind && Math.floor(atMs / bins.widthMs) === index,
            );
            expect(bin.get(kind) ?? 0).toBe(inIt.length);
          }
        });
        expect(bins.total('a') + bins.total('b')).toBe(told.length);
      }),
    );
  });

  it('a cloud: as many points in as its dots stand for, around the same middle', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(instant, instant), { minLength: 1 }), (points) => {
        const cloud = new Cloud();
        for (const [x, y] of points) cloud.add(x, y);
        const { dots } = cloud;
        expect(dots.length).toBeLessThanOrEqual(96 * 32);
        expect(sum(dots.map(({ count }) => count))).toBe(points.length);
        for (const [at, key] of [
          [0, 'xMs'],
          [1, 'yMs'],
        ] as const) {
          const exact = sum(points.map((point) => point[at]));
          const told = sum(dots.map((dot) => dot[key] * dot.count));
          expect(Math.abs(told - exact)).toBeLessThanOrEqual(1e-9 * exact);
        }
      }),
    );
  });

  it('a few points stand where they are', () => {
    const cloud = new Cloud();
    cloud.add(1234, 29_999);
    cloud.add(50_000, 30_000);
    expect(cloud.dots).toEqual([
      { xMs: 1234, yMs: 29_999, count: 1 },
      { xMs: 50_000, yMs: 30_000, count: 1 },
    ]);
  });
});
