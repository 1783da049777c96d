import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/model/clock.js';
import type { Found, ReadPort, ReadSoFar } from '../../src/model/read.js';
import { status, type StatusPorts } from '../../src/run/status.js';
import { answered, device } from '../support/answers.js';

const REQUEST = { columns: new Map(), concurrency: 1, maxWaitMs: 1000, rates: [] };

function ports(interrupt: AbortSignal, over: Partial<StatusPorts> = {}): StatusPorts {
  return {
    reads: {
      readTogether: () => new Promise(() => undefined),
      signingIn: () => undefined,
      renewSignIn: () => undefined,
    },
    signIn: () => Promise.resolve(),
    clock: systemClock,
    random: () => 0.5,
    stdin: new PassThrough(),
    interrupt,
    watch: () => undefined,
    ...over,
  };
}

describe('an interrupt ends status', () => {
  it.each<[what: string, input: string | undefined, over: Partial<StatusPorts>]>([
    ['for a sign-in', undefined, { signIn: () => new Promise(() => undefined) }],
    ['for the header of its input', '-', {}],
    ['for an answer', undefined, {}],
  ])('while it waits %s', async (_, input, over) => {
    const interrupt = new AbortController();
    const told = status({ ...REQUEST, input }, ports(interrupt.signal, over));
    setImmediate(() => interrupt.abort(130));
    await expect(told).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('that came before it began', async () => {
    const told = status({ ...REQUEST, input: '-' }, ports(AbortSignal.abort(130)));
    await expect(told).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('how far it is', () => {
  const page = (count: number, nextPage?: string): Found => ({
    kind: 'tokens',
    tokens: Array.from({ length: count }, (_, i) => device(`${nextPage ?? 'last'}-${i}`)),
    nextPage,
  });

  it('can be seen page by page', async () => {
    let look: (() => ReadSoFar) | undefined;
    const seen: (ReadSoFar | undefined)[] = [];
    const pages = [page(3, 'p2'), page(2)];
    const reads: ReadPort = {
      readTogether: () => {
        seen.push(look?.());
        return Promise.resolve({ kind: 'each', answers: [{ answer: answered(200), found: pages.shift()! }] });
      },
      signingIn: () => undefined,
      renewSignIn: () => undefined,
    };
    const { signal } = new AbortController();

    const tokens = await status(
      { ...REQUEST, input: undefined },
      ports(signal, { reads, watch: (given) => (look = given) }),
    );

    expect(seen.map((each) => each?.count)).toEqual([0, 3]);
    expect([tokens.length, look?.()]).toEqual([5, { count: 5, shutForMs: 0 }]);
  });
});
