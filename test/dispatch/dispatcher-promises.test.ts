import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deadlineMs } from '../../src/dispatch/queue/deadline.js';
import type { Answer } from '../../src/model/answer.js';
import type { Row } from '../../src/model/row.js';
import { answered, device, found, noAnswer, notSent, tooMany } from '../support/answers.js';
import { rowDueIn, seedRow, START_MS } from '../support/rows.js';
import type { Call, Reply } from '../support/scripted-graph.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { Bench, callsTooEarly } from './harness.js';

/** What Graph may do with a call. `done` does what was asked and then does not say so. */
const deed = fc.oneof(
  { weight: 6, arbitrary: fc.constant('well') },
  {
    weight: 4,
    arbitrary: fc.constantFrom('500', '500 done', 'silence', 'silence done', '504 Retry-After 7'),
  },
  { weight: 4, arbitrary: fc.nat(40).map((seconds) => `429 Retry-After ${seconds}`) },
  { weight: 2, arbitrary: fc.constantFrom('429', '503 Retry-After 3', '429 Retry-After 1000') },
  { weight: 2, arbitrary: fc.constantFrom('400', '404', '403', '401', 'not sent') },
);

/** A directory that tells the truth when it answers at all, and remembers which rows' tokens it took. */
class Tenant {
  readonly tookOrder = new Map<number, number>();

  answer(call: Call, deed: string): Answer {
    const { kind } = call.ask;
    const retryAfter = /Retry-After (\d+)/.exec(deed)?.[1];
    if (retryAfter !== undefined) return answered(Number(deed.slice(0, 3)), { retryAfter });
    if (deed === '429') return tooMany();
    if (deed === 'not sent') return notSent('connection_refused');
    if (kind === 'activate' && deed.endsWith('done')) this.#take(call);
    if (deed.startsWith('silence')) return noAnswer('reset');
    if (deed.startsWith('500')) return answered(500);
    if (deed === '401' || deed === '403') return answered(Number(deed));
    if (kind !== 'activate') return this.#lookUp(call);
    if (deed !== 'well' || this.tookOrder.has(call.line)) return answered(deed === '404' ? 404 : 400);
    this.#take(call);
    return answered(204);
  }

  #take(call: Call): void {
    if (!this.tookOrder.has(call.line)) this.tookOrder.set(call.line, call.sentOrder);
  }

  #lookUp({ ask, line }: Call): Answer {
    const { serialNumber } = ask.row;
    if (this.tookOrder.has(line)) {
      return found(device(serialNumber, { status: 'activated', assignedToId: `id-${line}` }));
    }
    return ask.kind === 'inventory' ? found(device(serialNumber)) : found();
  }
}

const plannedRow = fc.record({
  kind: fc.constantFrom('30', '60', 'seed'),
  steps: fc.integer({ min: 0, max: 4 }),
  addedAtMs: fc.oneof(fc.constant(0), fc.nat(60_000)),
});

const scenario = fc.record({
  rows: fc.array(plannedRow, { minLength: 1, maxLength: 20 }),
  intoStepMs: fc.nat(29_999),
  concurrency: fc.integer({ min: 1, max: 6 }),
  deeds: fc.array(fc.record({ deed, afterMs: fc.oneof(fc.nat(500), fc.nat(40_000)) }), {
    minLength: 1,
    maxLength: 60,
  }),
  toDiskMs: fc.array(fc.oneof(fc.constant(0), fc.nat(1500)), { minLength: 1, maxLength: 5 }),
  jumps: fc.array(
    fc.record({ atMs: fc.nat(120_000), byMs: fc.constantFrom(3_600_000, -3_600_000, 20_000) }),
    { maxLength: 2 },
  ),
  stopAtMs: fc.option(fc.nat(100_000), { freq: 4, nil: undefined }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never;

/** Calls after which Graph behaves: until then even the worst script makes no endless run. */
const PATIENCE_CALLS = 400;

async function play(plan: Scenario): Promise<{ bench: Bench; rows: Row[]; tenant: Tenant }> {
  const tenant = new Tenant();
  const clock = new VirtualClock(START_MS + plan.intoStepMs);
  let intents = 0;
  const bench = new Bench({
    clock,
    concurrency: plan.concurrency,
    reply: (call, nth): Reply => {
      const step = plan.deeds[(nth - 1) % plan.deeds.length]!;
      return {
        answer: tenant.answer(call, nth > PATIENCE_CALLS ? 'well' : step.deed),
        afterMs: step.afterMs,
      };
    },
    toDisk: () => clock.sleep(plan.toDiskMs[intents++ % plan.toDiskMs.length]!),
  });
  const rows = plan.rows.map(({ kind, steps }, line) =>
    kind === 'seed' ? seedRow(line) : rowDueIn(steps, line, kind === '30' ? 30 : 60),
  );
  rows.forEach((row, line) => clock.at(plan.rows[line]!.addedAtMs, () => bench.dispatcher.add(row)));
  for (const { atMs, byMs } of plan.jumps) clock.at(atMs, () => clock.jumpWall(byMs));
  if (plan.stopAtMs !== undefined) clock.at(plan.stopAtMs, () => bench.dispatcher.stop('interrupted'));
  bench.begin();
  await clock.advance(60_000);
  await bench.end();
  return { bench, rows, tenant };
}

it('whatever Graph, the disk and the wall clock do, the promises hold', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (plan) => {
      const { bench, rows, tenant } = await play(plan);
      const { calls } = bench.graph;

      expect(callsTooEarly(calls)).toEqual([]);
      expect(bench.graph.mostInFlight).toBeLessThanOrEqual(plan.concurrency);
      for (const row of rows) {
        const activations = bench.graph.activationsOf(row.line);
        const entries = bench.recorder.types(row.line);
        const left =
          entries.filter((type) => type === 'durable').length -
          entries.filter((type) => type === 'withdrawn').length;
        const tookOrder = tenant.tookOrder.get(row.line);
        const { status, attempts } = bench.recorder.outcomeOf(row.line);

        expect([left, attempts]).toEqual([activations.length, activations.length]);
        for (const { sentWallMs } of activations) expect(sentWallMs).toBeLessThanOrEqual(deadlineMs(row, 1));
        expect(activations.filter(({ sentOrder }) => sentOrder > (tookOrder ?? Infinity))).toEqual([]);
        if (tookOrder === undefined) expect(['enrolled', 'already_enrolled']).not.toContain(status);
        else expect(['enrolled', 'unresolved']).toContain(status);
      }
    }),
    { numRuns: 300 },
  );
}, 60_000);
