import { afterEach, describe, expect, it, vi } from 'vitest';
import { AdaptiveThrottle } from '../../src/dispatch/pace/adaptive/adaptive-throttle.js';
import { BatchReader, type BatchReaderParts, type Reading } from '../../src/dispatch/batch-reader.js';
import { createCeiling } from '../../src/dispatch/pace/ceiling.js';
import type { Answer } from '../../src/model/answer.js';
import { systemClock, type Clock } from '../../src/model/clock.js';
import { OathEnrollError } from '../../src/model/errors.js';
import type { BatchAnswer, Read, ReadAnswer, ReadPort } from '../../src/model/read.js';
import { answered, noAnswer, notSent, tooMany } from '../support/answers.js';
import { VirtualClock } from '../support/virtual-clock.js';

const TRIP_MS = 80;

interface Batch {
  readonly reads: readonly Read[];
  readonly sentMs: number;
}

/** A Graph that answers batches by a script, and remembers them. */
class Library implements ReadPort {
  readonly batches: Batch[] = [];
  readonly renewals: (string | undefined)[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly reply: (read: Read, batch: number, at: number) => Answer,
    private readonly whole: (batch: number) => Answer | undefined = () => undefined,
  ) {}

  async readTogether(reads: readonly Read[]): Promise<BatchAnswer> {
    this.batches.push({ reads, sentMs: this.clock.elapsed() });
    const nth = this.batches.length;
    await new Promise<void>((resolve) => void this.clock.at(this.clock.elapsed() + TRIP_MS, resolve));
    const answer = this.whole(nth);
    if (answer !== undefined) return { kind: 'whole', answer };
    return {
      kind: 'each',
      answers: reads.map((read, at): ReadAnswer => ({ answer: this.reply(read, nth, at) })),
    };
  }

  /** Set by a test: a sign-in under way. */
  signIn: Promise<void> | undefined;

  signingIn(): Promise<void> | undefined {
    return this.signIn;
  }

  renewSignIn(_sentAtMs: number, claims: string | undefined): void {
    this.renewals.push(claims);
  }

  get reads(): Read[] {
    return this.batches.flatMap((batch) => batch.reads);
  }
}

const read = (nth: number): Read => ({ kind: 'user', user: `user${nth}@contoso.example` });
const reads = (count: number): Read[] => Array.from({ length: count }, (_, nth) => read(nth));
const fine = (): Answer => answered(200);
const isFirst = ({ user }: { user?: string }): boolean => user === 'user0@contoso.example';

interface Options extends Partial<Pick<BatchReaderParts, 'ceiling' | 'onStop'>> {
  readonly count: number;
  readonly concurrency?: number;
  readonly maxWaitMs?: number;
}

/** Has so many things read, to the end. */
async function play(clock: VirtualClock, library: Library, options: Options) {
  const { count, concurrency = 16, maxWaitMs = 900_000, ...parts } = options;
  const throttle = new AdaptiveThrottle(() => 0);
  const reader = new BatchReader({ graph: library, clock, throttle, ...parts }, { concurrency, maxWaitMs });
  const readings = await clock.settle(Promise.all(reads(count).map((each) => reader.read(each))));
  return { reader, readings, statuses: readings.map(statusOf) };
}

function statusOf(reading: Reading): number | string {
  if (reading.kind === 'ended') return reading.why;
  return reading.answer.kind === 'answered' ? reading.answer.httpStatus : reading.answer.kind;
}

describe('reads in batches', () => {
  afterEach(() => void vi.useRealTimers());

  it('go out twenty at a time at most, few batches at once, each once', async () => {
    const clock = new VirtualClock();
    const library = new Library(clock, fine);
    const { statuses, reader } = await play(clock, library, { count: 200 });
    expect(statuses).toEqual(Array.from({ length: 200 }, () => 200));
    expect(library.reads).toHaveLength(200);
    expect(Math.max(...library.batches.map((batch) => batch.reads.length))).toBe(20);
    expect(library.batches.length).toBeLessThan(40);
    expect(reader.story).toEqual({ calls: 200, refusals: 0, waitedMs: 0 });
  });

  it('one item is refused: all wait as long as it says, it alone is asked again', async () => {
    const clock = new VirtualClock();
    const library = new Library(clock, (each, nth) =>
      nth === 1 && isFirst(each as object) ? tooMany('7') : fine(),
    );
    const { statuses, reader } = await play(clock, library, { count: 60 });
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(library.reads).toHaveLength(61);
    // Batches that were on their way as the refusal came are no fault.
    const later = library.batches.filter(({ sentMs }) => sentMs > TRIP_MS);
    expect(Math.min(...later.map(({ sentMs }) => sentMs))).toBeGreaterThanOrEqual(TRIP_MS + 7000);
    expect(later[0]!.reads).toHaveLength(1);
    expect(reader.story).toMatchObject({ refusals: 1, waitedMs: 7000 });
  });

  it('control: without the refusal nothing waits', async () => {
    const clock = new VirtualClock();
    await play(clock, new Library(clock, fine), { count: 60 });
    expect(clock.elapsed()).toBeLessThan(2000);
  });

  it('a batch refused as a whole is one refusal, and is asked again when its wait is over', async () => {
    const clock = new VirtualClock();
    const library = new Library(clock, fine, (nth) => (nth === 1 ? tooMany('5') : undefined));
    const { statuses, reader } = await play(clock, library, { count: 20, concurrency: 1 });
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(reader.story.refusals).toBe(1);
    expect(library.batches[1]!.sentMs).toBeGreaterThanOrEqual(TRIP_MS + 5000);
  });

  it.each([answered(500), answered(504), noAnswer('unreadable')])(
    'an item that fails is asked three times, the others once: %o',
    async (failure) => {
      const clock = new VirtualClock();
      const library = new Library(clock, (each) => (isFirst(each as object) ? failure : fine()));
      const { statuses } = await play(clock, library, { count: 30 });
      expect(statuses.slice(1)).toEqual(Array.from({ length: 29 }, () => 200));
      expect(statuses[0]).toBe(failure.kind === 'answered' ? failure.httpStatus : 'no_answer');
      expect(library.reads).toHaveLength(32);
    },
  );

  it('a batch that gets lost is no sick service: its reads are asked again', async () => {
    const clock = new VirtualClock();
    const library = new Library(clock, fine, (nth) => (nth === 1 ? noAnswer('reset') : undefined));
    const { statuses, reader } = await play(clock, library, { count: 40 });
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(reader.stopped).toBeUndefined();
    expect(clock.elapsed()).toBeLessThan(10_000);
  });

  it.each([400, 403, 404])('%i is an answer: it is not asked again', async (status) => {
    const clock = new VirtualClock();
    const library = new Library(clock, () => answered(status));
    const { statuses } = await play(clock, library, { count: 3 });
    expect(statuses).toEqual([status, status, status]);
    expect(library.reads).toHaveLength(3);
  });

  it('401: the sign-in is renewed with what Graph asks for, and the read goes again', async () => {
    const clock = new VirtualClock();
    const library = new Library(clock, (_each, nth) =>
      nth === 1 ? answered(401, { claims: '{"c":1}' }) : fine(),
    );
    const { statuses } = await play(clock, library, { count: 1 });
    expect(statuses).toEqual([200]);
    expect(library.renewals).toEqual(['{"c":1}']);
  });

  it('401 that stays ends the reading', async () => {
    const clock = new VirtualClock();
    const library = new Library(clock, () => answered(401));
    const { reader } = await play(clock, library, { count: 30 });
    expect(reader.stopped).toMatch(/HTTP 401.*after it was renewed/);
  });

  it('nobody listens: the reading ends after five seconds, and all is told so', async () => {
    const clock = new VirtualClock();
    const stops: string[] = [];
    const library = new Library(clock, fine, () => notSent('connection_refused'));
    const { statuses } = await play(clock, library, { count: 30, onStop: (why) => stops.push(why) });
    expect(new Set(statuses)).toEqual(new Set(stops));
    expect(stops).toEqual([expect.stringMatching(/^Graph is out of reach/)]);
    expect(clock.elapsed()).toBeGreaterThanOrEqual(5000);
  });

  it('a wait beyond the longest that is sat out ends the reading at once', async () => {
    const clock = new VirtualClock();
    const library = new Library(clock, () => tooMany('901'));
    const { reader, statuses } = await play(clock, library, { count: 5 });
    expect(reader.stopped).toBe('Graph asks to wait 901 s, longer than the 900 s of --max-wait');
    expect(statuses).toEqual(Array.from({ length: 5 }, () => reader.stopped));
    expect(clock.elapsed()).toBe(TRIP_MS);
  });

  it('ended by a signal, it waits for no answer, and whoever asks later is told so too', async () => {
    const clock = new VirtualClock();
    const library = new Library(clock, fine);
    const throttle = new AdaptiveThrottle(() => 0);
    const reader = new BatchReader({ graph: library, clock, throttle }, { concurrency: 1, maxWaitMs: 1 });
    const asked = Promise.all(reads(100).map((each) => reader.read(each)));
    await clock.advance(1);
    reader.stop('interrupted');
    const readings = [...(await asked), await reader.read(read(1))];
    expect(new Set(readings.map(statusOf))).toEqual(new Set(['interrupted']));
    await clock.advance(60_000);
    expect(library.batches).toHaveLength(1);
  });

  it('an item that failed is asked again three seconds later', async () => {
    const clock = new VirtualClock();
    const library = new Library(clock, (_, nth) => (nth === 1 ? answered(500) : fine()));
    await play(clock, library, { count: 1 });
    expect(library.batches.map(({ sentMs }) => sentMs)).toEqual([0, TRIP_MS + 3000]);
  });

  it('nobody can sign in: the reading ends, and says so', async () => {
    const clock = new VirtualClock();
    const library = new Library(clock, fine);
    library.signIn = clock.sleep(100).then(() => {
      throw new OathEnrollError('sign_in', 'nobody is there');
    });
    const { statuses } = await play(clock, library, { count: 3 });
    expect(statuses).toEqual(Array(3).fill('not signed in: nobody is there'));
    expect(library.batches).toEqual([]);
  });

  it.each<[string, (library: Library) => void]>([
    ['as it signs in', (library) => (library.signingIn = () => Promise.reject(new TypeError('a defect')))],
    ['as it reads', (library) => (library.readTogether = () => Promise.reject(new TypeError('a defect')))],
  ])('a defect %s shows in every read, and in those that come later', async (_, spoil) => {
    const clock = new VirtualClock();
    const library = new Library(clock, fine);
    spoil(library);
    const throttle = new AdaptiveThrottle(() => 0);
    const reader = new BatchReader({ graph: library, clock, throttle }, { concurrency: 1, maxWaitMs: 1 });
    const asked = Promise.allSettled(reads(3).map((each) => reader.read(each)));
    const ends = await clock.settle(asked);
    expect(ends.map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
    expect(statusOf(await reader.read(read(9)))).toContain('a defect');
  });

  it('closed, nothing more is asked', async () => {
    const clock = new VirtualClock();
    const library = new Library(clock, fine);
    const throttle = new AdaptiveThrottle(() => 0);
    const reader = new BatchReader({ graph: library, clock, throttle }, { concurrency: 1, maxWaitMs: 1 });
    void reader.read(read(1));
    reader.close();
    await clock.advance(60_000);
    expect(library.batches).toEqual([]);
  });

  it('how long Graph’s wait goes on is told', async () => {
    const clock = new VirtualClock();
    const library = new Library(clock, () => tooMany('60'));
    const throttle = new AdaptiveThrottle(() => 0);
    const reader = new BatchReader(
      { graph: library, clock, throttle },
      { concurrency: 1, maxWaitMs: 900_000 },
    );
    void reader.read(read(1));
    await clock.advance(1000);
    expect(reader.shutForMs).toBe(60_000 + TRIP_MS - 1000);
    reader.stop('interrupted');
  });

  // The ceiling's library keeps its own time, so that is made to pass.
  it.each([
    [{ calls: 30, seconds: 10 }, [30, 60, 90]],
    [{ calls: 7, seconds: 10 }, [7, 14, 21]],
  ])('our own ceiling counts each read of a batch: %o', async (rate, byWindow) => {
    vi.useFakeTimers();
    const library = new Library(systemClock, fine);
    const parts = { graph: library, clock: systemClock, throttle: new AdaptiveThrottle(() => 0) };
    const ceiling = createCeiling([rate], systemClock);
    const reader = new BatchReader({ ...parts, ceiling }, { concurrency: 16, maxWaitMs: 1 });
    const startMs = systemClock.elapsed();
    const all = Promise.all(reads(rate.calls * 3).map((each) => reader.read(each)));
    await vi.advanceTimersByTimeAsync(40_000);
    await all;
    const sentBy = (ms: number): number =>
      library.batches
        .filter(({ sentMs }) => sentMs - startMs < ms)
        .reduce((sum, batch) => sum + batch.reads.length, 0);
    expect([10_000, 20_000, 30_000].map(sentBy)).toEqual(byWindow);
  });
});
