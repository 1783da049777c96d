import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, vi } from 'vitest';
import type { GraphPort } from '../../src/model/answer.js';
import { OathEnrollError } from '../../src/model/errors.js';
import { enroll } from '../../src/run/enroll.js';
import { answered } from '../support/answers.js';
import { test, type Desk } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';
import { portsTo, requestOn } from '../support/in-process.js';
import { bySeed } from '../program/interrupted.js';

const GRAPH: GraphPort = {
  ask: () => Promise.resolve(answered(204)),
  signingIn: () => undefined,
  renewSignIn: () => undefined,
};

function waiting(desk: Desk, signIn: () => Promise<void>) {
  const stdin = new PassThrough();
  const interrupt = new AbortController();
  const ports = portsTo(GRAPH, { stdin, signIn, interrupt: interrupt.signal });
  const run = enroll(requestOn(desk, { input: '-' }), ports);
  run.catch(() => undefined);
  const csv = bySeed(makeFobs(1)).map((row) => `${row.join(',')}\n`);
  return { run, stdin, csv: csv.join(''), interrupt };
}

describe('while the header of standard input is awaited', () => {
  test('somebody is signed in already, so that the first code need not wait for it', async ({ desk }) => {
    const signIn = vi.fn(() => Promise.resolve());
    const { run, stdin, csv } = waiting(desk, signIn);
    await nextTurn();
    expect(signIn).toHaveBeenCalledOnce();
    stdin.end(csv);
    expect((await run).counts.enrolled).toBe(1);
  });

  test('a sign-in that fails is tried again once there are rows', async ({ desk }) => {
    const signIn = vi
      .fn<() => Promise<void>>()
      .mockRejectedValueOnce(new OathEnrollError('sign_in', 'no network yet'))
      .mockResolvedValue();
    const { run, stdin, csv } = waiting(desk, signIn);
    await nextTurn();
    stdin.end(csv);
    expect((await run).counts.enrolled).toBe(1);
  });

  test('a signal ends it, and nothing was begun', async ({ desk }) => {
    const { run, interrupt } = waiting(desk, () => Promise.resolve());
    interrupt.abort(130);
    await expect(run).rejects.toMatchObject({ code: 'interrupted' });
    expect(await desk.runs()).toEqual([]);
  });
});
