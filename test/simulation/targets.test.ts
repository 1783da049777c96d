import { afterEach, describe, expect, it, vi } from 'vitest';
import { WindowReader } from '../../src/dispatch/pace/adaptive/window-reader.js';
import { Window, type Tries } from '../../src/dispatch/pace/adaptive/window.js';
import type { LimitSpec } from './limit-spec.js';
import { COLUMNS, judge, measure } from '../bench/on-time-cell.js';
import { heldOutModels, hintedModels, namedModels, type Model } from '../bench/on-time-models.js';
import type { Player } from '../bench/on-time-clients.js';

/** Of the seeds of the benchmark, which plays every cell with five of them and shows what misses. */
const SEED = 211;

const [HALF, WAVE, MORE, THREE, STREAM, FAR] = COLUMNS.map(({ title }) => title) as [string, ...string[]];

const cellOf = (
  models: readonly Model[],
  limit: string,
  load: string,
  player: Player = 'ours',
  seeds: readonly number[] = [SEED],
) => {
  const model = models.find(({ name }) => name === limit)!;
  const column = COLUMNS.find(({ title }) => title === load)!;
  return measure(model, column, seeds, player).then((cell) => ({ ...cell, ...judge(cell, model, column) }));
};

/** What a limit leaves that is no model of the benchmark. */
const under = (limit: LimitSpec, load: string, seed: number, jitter = 0) => {
  const column = COLUMNS.find(({ title }) => title === load)!;
  return measure({ ...namedModels[0]!, limit: () => limit, jitter }, column, [seed], 'ours');
};

afterEach(() => vi.restoreAllMocks());

type Line = readonly [limit: string, ...loads: (string | undefined)[]];

/** Codes that are sent in time and calls that are refused, against what `Model` asks for. */
describe('a limit that nobody tells leaves the share in time, and the refusals, that are aimed at', () => {
  const first: readonly Line[] = [
    ['bucket 20/s, 100', HALF, FAR],
    ['bucket 5/s, 10', HALF, WAVE, MORE, THREE, STREAM, FAR],
    ['window 200 per 300 s', HALF, WAVE, MORE, THREE, STREAM, FAR],
    ['window 40 per 10 s', HALF, WAVE, MORE, THREE, STREAM, FAR],
    ['window 5 per 10 s', HALF, WAVE, MORE, THREE, STREAM, FAR],
    ['window 3000 per 150 s', MORE],
    ['sliding 40 per 10 s', HALF, WAVE, MORE, THREE, STREAM],
    ['longer for early, bucket 20/s, 100', HALF, MORE, THREE],
    ['penalty 10 s, bucket 20/s, 100', THREE],
    ['shared, bucket 20/s, 100', WAVE, MORE, THREE],
  ];
  const others: readonly Line[] = [
    ['bucket 6/s, 15', HALF, WAVE, MORE, THREE, STREAM, FAR],
    ['bucket 17/s, 80; fractions', WAVE],
    ['bucket 17/s, 80; dates', WAVE],
    ['bucket 17/s, 80; no Retry-After', WAVE, MORE],
    ['bucket 17/s, 80; jitter', WAVE, MORE, FAR],
    ['window 240 per 240 s', MORE, THREE],
    ['window 50 per 12 s', WAVE, MORE, THREE, STREAM, FAR],
    ['window 50 per 12 s; jitter', WAVE, MORE, THREE, STREAM],
    ['window 50 per 12 s, by the clock', WAVE, MORE, THREE, STREAM],
    ['sliding 45 per 12 s', MORE, THREE, FAR],
    ['sliding 45 per 12 s; jitter', MORE, THREE, STREAM],
    ['two windows, 24 per 1.2 s and 240 per 70 s', WAVE, THREE, STREAM, FAR],
    ['penalty 10 s, bucket 18/s, 90', THREE],
    ['longer for early, bucket 18/s, 90', WAVE, MORE, THREE],
    ['shared, bucket 18/s, 90', WAVE, THREE],
    ['bucket 18/s, 90 that halves', WAVE, FAR],
    ['bucket 18/s, 90 that doubles', MORE, THREE, FAR],
    ['window 50 per 12 s that halves', WAVE, MORE, THREE, STREAM],
    ['window 50 per 12 s that doubles', THREE, STREAM],
    ['bucket 17/s, 80; nearness told', WAVE, MORE, FAR],
    ['penalty 10 s, bucket 18/s, 90; nearness told', WAVE, MORE],
    ['no limit', WAVE, STREAM],
  ];
  const hinted: readonly Line[] = [
    ['bucket 18/s, 90', WAVE, FAR],
    ['bucket 18/s, 90, the hint half of it', THREE],
    ['bucket 18/s, 90, the hint twice as much', WAVE, FAR],
    ['window 200 per 300 s', MORE, THREE],
    ['window 50 per 12 s', WAVE, MORE],
    ['penalty 10 s, bucket 20/s, 100', WAVE, MORE],
    ['penalty 10 s, bucket 18/s, 90', WAVE, MORE],
  ];
  const all = (models: readonly Model[], lines: readonly Line[]) =>
    lines.flatMap(([limit, ...loads]) => loads.map((load) => [limit, load, models] as const));

  it.each([...all(namedModels, first), ...all(heldOutModels, others)])(
    '%s: %s',
    async (limit, load, models) => {
      expect(await cellOf(models, limit, load!)).toMatchObject({ late: false, plainlyRude: false });
    },
  );

  it('bucket 20/s, 100: wave 1, as the median of five runs', async () => {
    const cell = await cellOf(namedModels, 'bucket 20/s, 100', WAVE!, 'ours', [SEED, 223, 227, 229, 233]);
    expect(cell).toMatchObject({ late: false, plainlyRude: false });
  });

  it.each(all(hintedModels, hinted))(
    '%s: %s, with what an earlier run learned',
    async (limit, load, models) => {
      expect(await cellOf(models, limit, load!)).toMatchObject({ late: false, plainlyRude: false });
    },
  );

  it.each(['one by one', 'p-limit and Graph client'] as const)(
    'control: not to a client %s',
    async (player) => {
      expect(await cellOf(namedModels, 'bucket 5/s, 10', WAVE!, player)).toMatchObject({ late: true });
    },
  );
});

/** Two calls in flight take 25 a second: before anything is known, what flows into a full bucket beyond that is lost. */
it('a bucket that fills faster than calls leave at first loses few of its codes', async () => {
  expect((await under({ kind: 'bucket', perS: 33, burst: 120 }, WAVE!, 233)).onTime).toBeGreaterThan(0.98);
});

/** At 200 ms one way the first window is filled slowly, lest many calls be refused with the first. */
describe('a fixed window', () => {
  const SLOW_SEED = 233;
  const far = () => cellOf(namedModels, 'window 40 per 10 s', FAR!, 'ours', [SLOW_SEED]);

  it('is filled as soon as it begins anew, however slowly it was filled before', async () => {
    expect(await far()).toMatchObject({ late: false, plainlyRude: false });
  });

  it('control: not if each call waits until the one before it has left the window', async () => {
    withTries({ early: false });
    expect(await far()).toMatchObject({ late: true });
  });
});

/** One way takes 40 to 80 ms, by chance. */
describe('a window, where the way to Graph varies,', () => {
  const varied = () =>
    under({ kind: 'window', calls: 8, seconds: 6, alignedTo: 'first call' }, WAVE!, 7001, 1);

  it('is kept so long that calls do not arrive before it ends', async () => {
    expect(await varied()).toMatchObject({ onTime: 1, refusals: 1 });
  });

  it('control: not if it is kept half as much longer', async () => {
    withArguments(([traffic, tries]) => [{ ...traffic, guardMs: traffic.guardMs / 2 }, tries]);
    const { onTime, refusals } = await varied();
    expect(onTime).toBeLessThan(0.95);
    expect(refusals).toBe(2);
  });
});

describe('a window that doubles', () => {
  const doubling = (calls: number, seconds: number, atS: number, load: string, seed: number) =>
    under(
      { kind: 'window', calls, seconds, alignedTo: 'first call', change: { atS, factor: 2 } },
      load,
      seed,
    );
  /** It is full by 20 s, grows at 27 s, and ends at 34 s. */
  const late = () => doubling(76, 17, 27, WAVE!, 9002);

  it('is asked for more as late as what it turns out to take can be used', async () => {
    expect((await late()).onTime).toBeGreaterThan(0.98);
  });

  it('control: what it takes more is lost if it is asked as soon as it is full', async () => {
    withTries({ dueMs: 0 });
    expect((await late()).onTime).toBeLessThan(0.85);
  });

  /** All that is refused with the first call is told to wait for eleven seconds, as no penalty of ten tells. */
  const told = () => doubling(62, 13, 18, MORE!, 9022);

  it('is asked late before it is sure, where no penalty tells as much', async () => {
    expect((await told()).onTime).toBeGreaterThan(0.96);
  });

  it('control: what it takes more is lost if they count as one, which a penalty may tell of eleven seconds', async () => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on the window that it is asked of.
    const { readFrom } = Window.prototype;
    vi.spyOn(Window.prototype, 'readFrom').mockImplementation(function (this: Window, block, ...others) {
      readFrom.call(this, { ...block, refusals: 1 }, ...others);
    });
    expect((await told()).onTime).toBeLessThan(0.9);
  });

  it('before it is sure is told from a bucket by a long block and a short one, as many seconds after it began', async () => {
    expect((await doubling(62, 13, 15.4, MORE!, 9022)).onTime).toBeGreaterThan(0.93);
  });
});

/** Both ends of the block that told of it are rounded up, so it seems a second shorter. */
describe('a window by the clock', () => {
  const clock = () => under({ kind: 'window', calls: 44, seconds: 11, alignedTo: 'clock' }, MORE!, 1039);

  it('is no longer asked too early once the server said that it ends later', async () => {
    expect((await clock()).refusedShare).toBeLessThan(0.02);
  });

  it('control: it is, if that is taken for rounding', async () => {
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on the window that it is asked of.
    const { confirm } = Window.prototype;
    vi.spyOn(Window.prototype, 'confirm').mockImplementation(function (this: Window, sentAtMs, endMs, whole) {
      if (!this.confirmed || sentAtMs > this.endMs) confirm.call(this, sentAtMs, endMs, whole);
    });
    expect((await clock()).refusedShare).toBeGreaterThan(0.024);
  });
});

describe('a slow bucket with a penalty, which was taken for a window twice,', () => {
  const slow = () => cellOf(namedModels, 'penalty 10 s, bucket 5/s, 10', STREAM!, 'ours', [227]);

  it('is known by a third block that lasts as long', async () => {
    expect((await slow()).onTime).toBeGreaterThan(0.78);
  });

  it('control: not if a window may end whenever the server says', async () => {
    vi.spyOn(Window.prototype, 'isPenalty').mockReturnValue(false);
    expect((await slow()).onTime).toBeLessThan(0.7);
  });
});

describe('a window that one refusal told of', () => {
  const few = () => cellOf(namedModels, 'window 5 per 10 s', WAVE!);

  it('costs no second one, where that is more than 2 % of all calls', async () => {
    expect(await few()).toMatchObject({ late: false, rude: false, refusals: 1 });
  });

  it('control: it does where it is groped for come what may', async () => {
    withTries({ early: true });
    expect(await few()).toMatchObject({ rude: true, refusals: 2 });
  });

  /** The second window begins with codes that live for a few seconds more. */
  const pressing = () =>
    under({ kind: 'window', calls: 400, seconds: 60, alignedTo: 'first call' }, MORE!, 2011);

  it('is filled as the codes ask, after a long block', async () => {
    expect((await pressing()).onTime).toBeGreaterThan(0.94);
  });

  it('control: codes die where it is filled as it was before', async () => {
    withTries({ duePerMs: 0 });
    expect((await pressing()).onTime).toBeLessThan(0.7);
  });
});

/** Windows are asked with these, come what may. */
function withTries(always: Partial<Tries>): void {
  withArguments(([traffic, tries]) => [traffic, { ...tries, ...always }]);
}

type Asked = Parameters<Window['freeAt']>;

/** Windows are asked otherwise. */
function withArguments(changed: (asked: Asked) => Asked): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on the window that it is asked of.
  const { freeAt } = Window.prototype;
  vi.spyOn(Window.prototype, 'freeAt').mockImplementation(function (this: Window, ...asked) {
    return freeAt.call(this, ...changed(asked));
  });
}

describe('a sliding window that rows meet one by one', () => {
  const streamUnder = (calls: number, seconds: number, seed: number) =>
    under({ kind: 'sliding', calls, seconds }, STREAM!, seed);

  const sizes = [
    [69, 24],
    [124, 16],
  ] as const;

  it.each(sizes)('is soon known: %i in %i s', async (calls, seconds) => {
    expect((await streamUnder(calls, seconds, 7013)).refusedShare).toBeLessThan(0.02);
  });

  it.each(sizes)(
    'control: not if it is not read out of refusals alone: %i in %i s',
    async (calls, seconds) => {
      vi.spyOn(WindowReader.prototype, 'read').mockReturnValue(undefined);
      expect((await streamUnder(calls, seconds, 7013)).refusedShare).toBeGreaterThan(0.021);
    },
  );

  it('is found out by one early call, though few calls passed before that', async () => {
    expect((await streamUnder(16, 29, 4003)).refusals).toBeLessThan(6);
  });

  it('control: not if nothing is learned of an early end', async () => {
    vi.spyOn(Window.prototype, 'endedEarly').mockReturnValue(false);
    expect((await streamUnder(16, 29, 4003)).refusals).toBeGreaterThan(30);
  });
});

describe('a window of a second', () => {
  const begins = [
    ['first call', 7001],
    ['clock', 7002],
  ] as const;
  const second = (alignedTo: 'first call' | 'clock', seed: number) =>
    under({ kind: 'window', calls: 20, seconds: 1, alignedTo }, MORE!, seed);

  it.each(begins)('is told from a bucket: by the %s', async (alignedTo, seed) => {
    expect((await second(alignedTo, seed)).onTime).toBeGreaterThan(0.88);
  });

  it.each(begins)('control: not if it is not read out of refusals: by the %s', async (alignedTo, seed) => {
    vi.spyOn(WindowReader.prototype, 'read').mockReturnValue(undefined);
    expect((await second(alignedTo, seed)).onTime).toBeLessThan(0.78);
  });
});
