import { readFile, stat } from 'node:fs/promises';
import { describe, expect, vi } from 'vitest';
import { dryRun, type EnrollRow, type ReadSoFar } from '../../src/api/index.js';
import { test } from '../support/desk.js';
import { codeOf, makeFobs, type Fob } from '../support/fob.js';

const rowOf = (fob: Fob, over: Partial<EnrollRow> = {}): EnrollRow => ({
  serialNumber: fob.serialNumber,
  user: fob.user,
  verificationCode: codeOf(fob),
  collectedAt: new Date(),
  ...over,
});

describe('a dry run of rows that a program has', () => {
  test('says what would come of each, why, and how long the run would take; nothing is changed', async ({
    desk,
  }) => {
    const fobs = makeFobs(3);
    const graph = await desk.graph(fobs);
    const [first, second, third] = fobs as [Fob, Fob, Fob];
    const rows = [rowOf(first), rowOf(second, { user: 'nobody@contoso.com' }), rowOf(third)];
    const settled: string[] = [];
    const onReading = vi.fn((look: () => ReadSoFar) => expect(look()).toEqual({ count: 0, shutForMs: 0 }));

    const found = await dryRun(rows, {
      graphUrl: graph.url,
      reports: desk.path('reports'),
      onEvent: (event) => event.type === 'outcome' && settled.push(`${event.line}: ${event.status}`),
      onReading,
    });

    expect(found.verdict).toBe('attention');
    expect(found.summary.counts).toMatchObject({ would_enroll: 2, failed: 1 });
    expect(settled).toEqual(['2: would_enroll', '3: failed', '4: would_enroll']);
    expect(found.obstacles).toMatchObject([{ status: 'failed', count: 1, examples: [{ line: 3 }] }]);
    expect(found.hindrances).toEqual([]);
    expect(found.forecast).toMatchObject({ pace: 'published', codes: 2, canMakeIt: 2 });
    expect(onReading).toHaveBeenCalledOnce();
    expect(graph.requests().some(({ acted }) => acted)).toBe(false);

    expect(JSON.parse(await readFile(found.files.summary, 'utf8'))).toEqual(found.summary);
    for (const path of [found.files.results, found.files.recollect]) {
      expect((await stat(path)).isFile()).toBe(true);
    }
  });

  test('offline asks nobody, and knows only the rows', async ({ desk }) => {
    const fobs = makeFobs(2);
    const graph = await desk.graph(fobs);
    const [first, second] = fobs as [Fob, Fob];
    const rows = [rowOf(first), rowOf(second, { collectedAt: '2020-01-01T00:00:00Z' })];

    const { verdict, summary } = await dryRun(rows, {
      graphUrl: graph.url,
      reports: desk.path('reports'),
      offline: true,
    });

    expect([verdict, summary.counts.would_enroll, summary.counts.expired]).toEqual(['recollect', 1, 1]);
    expect(graph.requests()).toEqual([]);
  });

  test.for(['onEvent', 'onReading'])('throws what a listener throws: %s', async (listener, { desk }) => {
    const fobs = makeFobs(2);
    const graph = await desk.graph(fobs);
    const broken = new TypeError('a listener that is broken');
    const rehearsal = dryRun(
      fobs.map((fob) => rowOf(fob)),
      {
        graphUrl: graph.url,
        reports: desk.path('reports'),
        [listener]: () => {
          throw broken;
        },
      },
    );
    await expect(rehearsal).rejects.toBe(broken);
  });
});
