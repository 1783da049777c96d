import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/model/clock.js';
import { status, type StatusPorts } from '../../src/run/status.js';

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
