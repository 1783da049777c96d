import fc from 'fast-check';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { encodeLine } from '../../src/journal/journal-line.js';
import { Journal } from '../../src/journal/journal.js';
import { intent, row } from './events.js';
import { errno, FakeDisk } from './fake-disk.js';

const PATH = 'run/journal.jsonl';

/** `writers` workers at once, each `times` over: write an event, wait for it. Lines count up over all of them. */
async function work(journal: Journal, writers: number, times: number): Promise<void> {
  let line = 0;
  const loop = async (): Promise<void> => {
    for (let i = 0; i < times; i += 1) {
      journal.write(intent((line += 1)));
      await journal.synced();
    }
  };
  await Promise.all(Array.from({ length: writers }, loop));
}

function linesUpTo(last: number): string {
  return Array.from({ length: last }, (_, i) => encodeLine(intent(i + 1))).join('');
}

describe('the machine’s own disk', () => {
  it('has the name of a new journal, and each batch, before anybody goes on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'journal-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const probe = await open(folder);
    const handles = Object.getPrototypeOf(probe) as FileHandle;
    await probe.close();
    const folderSync = vi.spyOn(handles, 'sync');
    const batchSync = vi.spyOn(handles, 'datasync');
    onTestFinished(() => {
      folderSync.mockRestore();
      batchSync.mockRestore();
    });
    const journal = await Journal.create(join(folder, 'journal.jsonl'));
    expect([folderSync.mock.calls.length, batchSync.mock.calls.length]).toEqual([1, 0]);
    for (const batch of [1, 2]) {
      journal.write(intent(batch));
      await journal.synced();
      expect(batchSync).toHaveBeenCalledTimes(batch);
    }
    await journal.close();
  });
});

describe('writing', () => {
  it('keeps the order of events', async () => {
    const disk = new FakeDisk();
    const journal = await Journal.create(PATH, disk);
    await work(journal, 7, 30);
    expect(disk.durable).toBe(linesUpTo(210));
  });

  it('shares one sync among all who wait', async () => {
    const disk = new FakeDisk();
    await work(await Journal.create(PATH, disk), 16, 50);
    expect(disk.count('sync')).toBe(50);
  });

  it('control: without company, every event costs a sync', async () => {
    const disk = new FakeDisk();
    await work(await Journal.create(PATH, disk), 1, 800);
    expect(disk.count('sync')).toBe(800);
  });

  it('gathers the next batch while a sync is under way', async () => {
    const gates: (() => void)[] = [];
    let syncBegun = (): void => undefined;
    const begun = (): Promise<void> => new Promise((resolve) => (syncBegun = resolve));
    const disk = new FakeDisk((step) => {
      if (step !== 'sync') return;
      syncBegun();
      return new Promise<void>((resolve) => gates.push(resolve));
    });
    const journal = await Journal.create(PATH, disk);

    let next = begun();
    journal.write(intent(1));
    await next;
    for (let line = 2; line <= 100; line += 1) journal.write(intent(line));
    const all = journal.synced();
    next = begun();
    gates[0]!();
    await next;
    expect(disk.durable).toBe(linesUpTo(1));
    gates[1]!();
    await all;
    expect(disk.durable).toBe(linesUpTo(100));
    expect(disk.count('sync')).toBe(2);
  });

  it('tells nobody that an event is on disk before it is, in whatever order things happen', () =>
    fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 6 }),
        async (s, writers) => {
          const disk = new FakeDisk((step) => s.schedule(Promise.resolve(), step));
          const opening = Journal.create(PATH, disk);
          const journal = await s.waitFor(opening);
          let line = 0;
          const loops = writers.map(async (times) => {
            for (let i = 0; i < times; i += 1) {
              await s.schedule(Promise.resolve(), 'write');
              const mine = intent((line += 1));
              journal.write(mine);
              await journal.synced();
              expect(disk.durable).toContain(encodeLine(mine));
            }
          });
          await s.waitFor(Promise.all(loops));
          expect(disk.durable).toBe(linesUpTo(line));
        },
      ),
    ));

  it('syncs what nobody waits for, too', async () => {
    const disk = new FakeDisk();
    const journal = await Journal.create(PATH, disk);
    journal.write(intent(1));
    await journal.close();
    expect(disk.durable).toBe(linesUpTo(1));
    expect(disk.steps).toEqual(['create', 'append', 'sync', 'close']);
  });

  it('takes nothing once it is closed', async () => {
    const disk = new FakeDisk();
    const journal = await Journal.create(PATH, disk);
    await journal.close();
    expect(() => journal.write(intent(1))).toThrow('closed');
    await journal.close();
    expect(disk.steps).toEqual(['create', 'close']);
  });
});

describe('back-pressure', () => {
  const cell = 'x'.repeat(1000);
  const MIB = 2 ** 20;

  async function largestAppend(afterEach: (journal: Journal) => Promise<void> | void): Promise<number> {
    const disk = new FakeDisk();
    const journal = await Journal.create(PATH, disk);
    for (let line = 1; line <= 20_000; line += 1) {
      journal.write(row(line, cell));
      await afterEach(journal);
    }
    await journal.close();
    expect(disk.durable.length).toBeGreaterThan(20 * MIB);
    return Math.max(...disk.appendedBytes);
  }

  it('bounds what waits in memory', async () => {
    expect(await largestAppend((journal) => journal.drained())).toBeLessThan(5 * MIB);
  });

  it('control: who does not ask for it piles everything up', async () => {
    expect(await largestAppend(() => undefined)).toBeGreaterThan(20 * MIB);
  });
});

describe('a failing disk', () => {
  const failures = (['append', 'sync'] as const).flatMap((step) =>
    [1, 2, 5].flatMap((nth) => ['ENOSPC', 'EIO'].map((code) => ({ step, nth, code }))),
  );

  /** Four waiters as they are when the disk gives up, and what the journal says afterwards. */
  async function breakDown(disk: FakeDisk): Promise<Journal> {
    const journal = await Journal.create(PATH, disk);
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => work(journal, 1, 10)));
    const error: unknown = expect.objectContaining({ code: 'journal', place: { file: PATH } });
    expect(results).toEqual(Array(4).fill({ status: 'rejected', reason: error }));
    expect(() => journal.write(intent(99))).toThrow(error);
    await expect(journal.synced()).rejects.toEqual(error);
    await expect(journal.drained()).rejects.toEqual(error);
    await expect(journal.close()).rejects.toEqual(error);
    return journal;
  }

  it.each(failures)('ends everything when $step $nth fails with $code', async ({ step, nth, code }) => {
    const disk = new FakeDisk((one, n) => {
      if (one === step && n === nth) throw errno(code);
    });
    await breakDown(disk);
    expect(disk.count(step)).toBe(nth);
    expect(disk.steps.slice(disk.steps.lastIndexOf(step))).toEqual([step, 'close']);
    expect(disk.count('sync')).toBe(step === 'sync' ? nth : nth - 1);
  });

  it.each([0, 1, 60])(
    'takes %i bytes of a batch for a failure, and does not write the rest',
    async (taken) => {
      const disk = new FakeDisk(undefined, (bytes, nth) => (nth === 3 ? taken : bytes));
      await breakDown(disk);
      expect(disk.steps.slice(-3)).toEqual(['sync', 'append', 'close']);
    },
  );

  it('says in plain words what to mend', async () => {
    const disk = new FakeDisk((step) => {
      if (step === 'sync') throw errno('ENOSPC');
    });
    const journal = await Journal.create(PATH, disk);
    journal.write(intent(1));
    await expect(journal.synced()).rejects.toThrow('the journal cannot be written: the disk is full');
  });

  it('fails the writers who come while the broken batch is under way', async () => {
    let late: Promise<void> | undefined;
    const disk = new FakeDisk((step) => {
      if (step !== 'sync') return;
      journal.write(intent(2));
      late = journal.synced();
      throw errno('EIO');
    });
    const journal = await Journal.create(PATH, disk);
    journal.write(intent(1));
    await expect(journal.synced()).rejects.toMatchObject({ code: 'journal' });
    await expect(late).rejects.toMatchObject({ code: 'journal' });
    expect(disk.count('append')).toBe(1);
  });

  it.each([
    ['create', (disk: FakeDisk) => Journal.create(PATH, disk)],
    ['reopen', (disk: FakeDisk) => Journal.append(PATH, 0, disk)],
    ['close', async (disk: FakeDisk) => (await Journal.create(PATH, disk)).close()],
  ] as const)('reports a failed %s', async (step, act) => {
    const disk = new FakeDisk((one) => {
      if (one === step) throw errno('EIO');
    });
    await expect(act(disk)).rejects.toMatchObject({ code: 'journal', place: { file: PATH } });
  });
});
