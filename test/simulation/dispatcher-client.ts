import { Dispatcher, type DispatcherOptions } from '../../src/dispatch/dispatcher.js';
import type { Throttle } from '../../src/dispatch/pace/throttle.js';
import { Secret } from '../../src/model/secret.js';
import { CONCURRENCY, type Client, type Desk } from './client.js';
import { makeThrottle } from './throttle-under-test.js';

interface Settings extends Partial<DispatcherOptions> {
  readonly throttle?: (desk: Desk) => Throttle;
  /** Is given the dispatcher as it begins. */
  readonly watch?: (dispatcher: Dispatcher, desk: Desk) => void;
}

/** The program's own dispatcher, whole, as a run has it but for the disk. */
export function dispatcherClient({ throttle, watch, ...options }: Settings = {}): Client {
  return async (desk) => {
    const { clock, graph, arrivals, random, settled } = desk;
    const dispatcher = new Dispatcher(
      {
        clock,
        graph,
        throttle: throttle?.(desk) ?? makeThrottle(random),
        codeAt: () => new Secret('755224'),
        recorder: {
          intent: () => Promise.resolve(),
          withdrawn: () => undefined,
          answered: () => undefined,
          settled: (row, { status }) => settled(row, status),
          drained: () => Promise.resolve(),
        },
      },
      { concurrency: CONCURRENCY, graceSteps: 1, maxWaitMs: 900_000, ...options },
    );
    let next = 0;
    const receive = (): void => {
      for (; next < arrivals.length && arrivals[next]!.atMs <= clock.elapsed(); next++) {
        dispatcher.add(arrivals[next]!.row);
      }
      if (next < arrivals.length) clock.at(arrivals[next]!.atMs, receive);
      else dispatcher.close();
    };
    receive();
    dispatcher.start();
    watch?.(dispatcher, desk);
    await dispatcher.finished;
  };
}
