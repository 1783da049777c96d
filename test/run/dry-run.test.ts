import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { GraphPort } from '../../src/model/answer.js';
import { systemClock } from '../../src/model/clock.js';
import { OathEnrollError } from '../../src/model/errors.js';
import type { Granted } from '../../src/model/granted.js';
import { checkOnline, type DryRunPorts } from '../../src/run/dry-run.js';
import { rollout, test, times, type Desk } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';
import { graphAt } from '../graph/make.js';
import { portsTo, requestOn } from '../support/in-process.js';

const NOBODY = {} as GraphPort;

/** A dry run in this very process on a Graph of two tokens, as somebody who was granted something. */
async function rehearse(desk: Desk, granted: Granted, over: Partial<DryRunPorts> = {}) {
  const fobs = makeFobs(2, { timeIntervalInSeconds: 60 });
  const emulator = await desk.graph(fobs);
  await desk.write('in.csv', rollout(fobs));
  const notices: string[] = [];
  const found = await checkOnline(requestOn(desk), {
    ...portsTo(NOBODY, { notice: (text) => notices.push(text) }),
    reads: graphAt(emulator.url).reads,
    granted: () => Promise.resolve(granted),
    watch: () => undefined,
    ...over,
  });
  return { ...found, notices, emulator, statuses: (await desk.readRun()).statuses };
}

describe('a dry run', () => {
  test('of an app that may not enrol judges the rows, and ends with exit code 5', async ({ desk }) => {
    const { summary, hindrances, statuses } = await rehearse(desk, {
      kind: 'application',
      permissions: ['Policy.Read.All'],
    });
    expect([summary.exitCode, summary.stopped, statuses]).toEqual([5, null, times(2, 'would_enroll')]);
    expect(hindrances).toEqual([
      expect.stringMatching(
        /^not allowed: .*application permission UserAuthenticationMethod\.ReadWrite\.All/,
      ),
    ]);
  });

  test('of one who may, but whose token cannot be read, says so and goes on', async ({ desk }) => {
    const { summary, hindrances, notices } = await rehearse(desk, { kind: 'unknown' });
    expect([summary.exitCode, hindrances]).toEqual([0, []]);
    expect(notices).toEqual([expect.stringContaining('cannot be read')]);
  });

  test('of nobody who is signed in makes no call: exit code 5', async ({ desk }) => {
    const signIn = (): Promise<void> => Promise.reject(new OathEnrollError('sign_in', 'run "az login"'));
    const { summary, statuses, emulator } = await rehearse(desk, { kind: 'all' }, { signIn });
    expect([summary.exitCode, statuses]).toEqual([5, times(2, 'not_attempted')]);
    expect(summary.stopped).toBe('not signed in: run "az login"');
    expect(emulator.requests()).toEqual([]);
  });

  test('ages no code by the time that it takes itself', async ({ desk }) => {
    let lateMs = 0;
    const clock = { ...systemClock, now: () => Date.now() + lateMs };
    const signIn = (): Promise<void> => {
      lateMs = 600_000;
      return Promise.resolve();
    };
    const { statuses, summary } = await rehearse(desk, { kind: 'all' }, { clock, signIn });
    expect(statuses).toEqual(times(2, 'would_enroll'));
    // Control: the time did pass.
    expect(Date.parse(summary.finishedAt) - Date.parse(summary.startedAt)).toBeGreaterThanOrEqual(600_000);
  });

  test('foretells by what earlier runs learned, and leaves that as it is', async ({ desk }) => {
    const account = 'http://127.0.0.1/beta tenant/app';
    const hint = { windows: [{ calls: 1, spanMs: 60_000 }] };
    const memory = join(desk.folder, 'reports', '.pace.json');
    const text = JSON.stringify({ version: 1, paces: { [account]: { learnedAtMs: Date.now(), hint } } });
    await desk.call(['run', await desk.write('none.csv', rollout([])), '--dry-run', '--offline']);
    await writeFile(memory, text);
    const { forecast, summary } = await rehearse(desk, { kind: 'all' });
    expect(forecast).toMatchObject({ pace: 'learned', codes: 2 });
    expect(forecast.tookMs).toBeGreaterThan(59_000);
    // The reads themselves did not keep to the pace of activations.
    expect(Date.parse(summary.finishedAt) - Date.parse(summary.startedAt)).toBeLessThan(59_000);
    expect(await desk.read(join('reports', '.pace.json'))).toBe(text);
  });
});
