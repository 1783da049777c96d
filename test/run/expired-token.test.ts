import { describe, expect } from 'vitest';
import { AccessTokenSource } from '../../src/graph/access-token.js';
import { sendOn } from '../graph/make.js';
import { createHardwareOath } from '../../src/graph/hardware-oath.js';
import { systemClock } from '../../src/model/clock.js';
import { OathEnrollError } from '../../src/model/errors.js';
import { Secret } from '../../src/model/secret.js';
import { enroll } from '../../src/run/enroll.js';
import type { EmulatorOptions } from '../../src/emulator/index.js';
import { activations, rollout, test, type Desk } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';
import { portsTo, requestOn } from '../support/in-process.js';

const CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1790000000"}}}';

/** A run of six rows, one call at a time, at a Graph whose tokens end sooner than they say, with `tokens` to be had. */
async function runOn(desk: Desk, graph: EmulatorOptions, tokens = Infinity) {
  const fobs = makeFobs(6, { timeIntervalInSeconds: 60 });
  await desk.write('in.csv', rollout(fobs));
  const emulator = await desk.graph(fobs, graph);
  const claims: (string | undefined)[] = [];
  const bearer = new AccessTokenSource((asked) => {
    if (claims.push(asked) > tokens) return Promise.reject(new OathEnrollError('sign_in', 'run "az login"'));
    return Promise.resolve({ token: new Secret(`t${claims.length}`), expiresAtMs: Date.now() + 3_600_000 });
  }, systemClock);
  const send = sendOn(emulator.url, bearer);
  const summary = await enroll(requestOn(desk), portsTo(createHardwareOath(emulator.url, send, bearer)));
  return { summary, claims, statuses: activations(emulator).map(({ status }) => status), emulator };
}

describe('an access token that ends in the middle of a run', () => {
  test.concurrent.for([
    ['without claims', ''],
    ['with a claims challenge', CLAIMS],
  ])('is renewed, and the row is sent again: %s', async ([, claims], { desk }) => {
    // Each token is good for the calls of about half the rows.
    const run = await runOn(desk, { tokenLifeMs: 350, latencyMs: 100, claims: claims! });

    expect(run.summary).toMatchObject({ exitCode: 0, counts: { enrolled: 6 } });
    expect(run.statuses.filter((status) => status === 204)).toHaveLength(6);
    expect(run.statuses).toContain(401);
    expect(run.claims.length).toBeGreaterThan(1);
    expect(run.claims.slice(1)).toEqual(run.claims.slice(1).map(() => (claims === '' ? undefined : claims)));
  });

  test.concurrent('ends the run with exit code 5 where no other can be had', async ({ desk }) => {
    const run = await runOn(desk, { tokenLifeMs: 350, latencyMs: 100 }, 1);

    const done = run.statuses.filter((status) => status === 204).length;
    expect(run.summary).toMatchObject({ exitCode: 5, counts: { enrolled: done, not_attempted: 6 - done } });
    expect(run.summary.stopped).toContain('az login');
    // No call bears a token that was refused, save those that were under way.
    expect(run.statuses.slice(done)).toEqual([401]);
  });
});
