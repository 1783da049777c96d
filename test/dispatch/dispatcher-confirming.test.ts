import { describe, expect, it } from 'vitest';
import { OathEnrollError } from '../../src/model/errors.js';
import { answered } from '../support/answers.js';
import { rowDueIn, seedRow } from '../support/rows.js';
import type { VirtualClock } from '../support/virtual-clock.js';
import { Bench } from './harness.js';

/** Whether this run is still nobody else's: in doubt from one instant on, until a test says how it is. */
class Confirmation {
  #doubt: Promise<void> | undefined;
  settle!: { readonly ours: () => void; readonly lost: (error: unknown) => void };

  readonly confirming = (): Promise<void> | undefined => this.#doubt;

  begin(): void {
    const doubt = new Promise<void>((resolve, reject) => {
      this.settle = {
        ours: () => {
          this.#doubt = undefined;
          resolve();
        },
        lost: reject,
      };
    });
    doubt.catch(() => undefined);
    this.#doubt = doubt;
  }
}

const LOST = new OathEnrollError('locked', 'this run was taken for dead');
const seeds = [1, 2, 3].map((line) => seedRow(line));

function start(toDisk?: (clock: VirtualClock) => Promise<void>) {
  const confirmation = new Confirmation();
  const bench = new Bench({
    concurrency: 1,
    ...(toDisk && { toDisk: (_, clock) => toDisk(clock) }),
    parts: { confirming: confirmation.confirming },
  });
  return { bench, confirmation };
}

describe('while it is in doubt whether this run is still ours', () => {
  it('no call leaves; all do once it is known to be', async () => {
    const { bench, confirmation } = start();
    confirmation.begin();
    bench.begin(...seeds);
    await bench.clock.advance(5000);
    expect(bench.graph.calls).toEqual([]);
    confirmation.settle.ours();
    await bench.end();
    expect(bench.graph.calls.map(({ sentMs }) => sentMs)).toEqual([5000, 5080, 5160]);
  });

  it('control: without a doubt they leave at once', async () => {
    const { bench } = start();
    await bench.run(...seeds);
    expect(bench.graph.calls.map(({ sentMs }) => sentMs)).toEqual([0, 80, 160]);
  });

  it('codes that die meanwhile are expired, not sent', async () => {
    const { bench, confirmation } = start();
    confirmation.begin();
    bench.begin(rowDueIn(1, 1), seedRow(2));
    await bench.clock.advance(31_000);
    confirmation.settle.ours();
    await bench.end();
    expect([1, 2].map((line) => bench.statusOf(line))).toEqual(['expired', 'enrolled']);
  });

  it('a call whose intent is on its way to disk is withdrawn, and sent later', async () => {
    const { bench, confirmation } = start((clock) => clock.sleep(1000));
    bench.begin(seedRow(1));
    await bench.clock.advance(500);
    confirmation.begin();
    await bench.clock.advance(4500);
    expect(bench.graph.calls).toEqual([]);
    expect(bench.recorder.types(1)).toEqual(['asked', 'durable', 'withdrawn']);
    confirmation.settle.ours();
    await bench.end();
    expect(bench.graph.calls.map(({ sentMs }) => sentMs)).toEqual([6000]);
    expect(bench.recorder.outcomeOf(1)).toMatchObject({ status: 'enrolled', attempts: 1 });
  });

  it('control: without a doubt that call leaves when its intent is on disk', async () => {
    const { bench } = start((clock) => clock.sleep(1000));
    await bench.run(seedRow(1));
    expect(bench.graph.calls.map(({ sentMs }) => sentMs)).toEqual([1000]);
  });

  it('the answer of a call in flight is written down', async () => {
    const { bench, confirmation } = start();
    bench.begin(seedRow(1));
    await bench.clock.advance(40);
    confirmation.begin();
    await bench.clock.advance(1000);
    expect(bench.statusOf(1)).toBe('enrolled');
    confirmation.settle.ours();
    await bench.end();
  });
});

describe('when it is known that another process took this run over', () => {
  it('it ends, and no call leaves any more', async () => {
    const { bench, confirmation } = start();
    bench.begin(...seeds);
    await bench.clock.advance(40);
    confirmation.begin();
    const end = bench.end();
    await Promise.all([
      expect(end).rejects.toBe(LOST),
      bench.clock.advance(1000).then(() => confirmation.settle.lost(LOST)),
    ]);
    await bench.clock.advance(60_000);
    expect(bench.graph.activated).toEqual([1]);
  });
});

describe('giving up on calls in flight', () => {
  const interrupted = async (giveUp: boolean) => {
    const bench = new Bench({ reply: () => ({ answer: answered(204), afterMs: 60_000 }) });
    bench.begin(seedRow(1));
    await bench.clock.advance(1000);
    bench.dispatcher.stop('interrupted');
    bench.dispatcher.close();
    if (giveUp) bench.dispatcher.giveUp();
    const end = await bench.clock.settle(bench.dispatcher.finished);
    return { bench, end, atMs: bench.clock.elapsed() };
  };

  it('ends at once, and leaves their rows without an outcome', async () => {
    const { bench, end, atMs } = await interrupted(true);
    expect([end.stopped, atMs]).toEqual(['interrupted', 1000]);
    expect(bench.recorder.outcomesOf(1)).toEqual([]);
  });

  it('control: else it waits for them', async () => {
    const { bench, atMs } = await interrupted(false);
    expect([bench.statusOf(1), atMs]).toEqual(['enrolled', 60_000]);
  });
});
