import fc from 'fast-check';
import { STATUSES } from '../../src/model/outcome.js';
import type { RunEvent } from '../../src/model/run-event.js';

export function intent(line: number): RunEvent {
  return { type: 'intent', line, attempt: 1, atMs: 1_790_000_000_000 + line };
}

export function row(line: number, cell: string): RunEvent {
  return {
    type: 'row',
    line,
    serialNumber: `S${line}`,
    user: 'amy@example.com',
    hasSeed: false,
    cells: [cell],
  };
}

const text = fc.string({ unit: 'binary', maxLength: 12 });
const line = fc.integer({ min: 1, max: 2_000_000 });
const attempt = fc.nat(9);
const atMs = fc.integer({ min: 0, max: 4e12 });
const httpStatus = fc.integer({ min: 100, max: 599 });
const graphTexts = { graphErrorCode: text, graphRequestId: text };
const call = { line, attempt, atMs };

/** Any event that a run may write. */
export const anyEvent: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.record({
    type: fc.constant('run' as const),
    runId: text,
    input: text,
    header: fc.record({
      names: fc.array(text, { maxLength: 5 }),
      delimiter: fc.constantFrom(',' as const, ';' as const, '\t' as const),
      bom: fc.boolean(),
      blankForRecollection: fc.array(fc.nat(9), { maxLength: 2 }),
    }),
    options: fc.dictionary(
      fc.stringMatching(/^[a-z]{1,8}$/),
      fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)),
      {
        noNullPrototype: true,
      },
    ),
    startedAtMs: atMs,
  }),
  fc.record({
    type: fc.constant('row' as const),
    line,
    serialNumber: text,
    user: text,
    hasSeed: fc.boolean(),
    cells: fc.array(text, { maxLength: 5 }),
  }),
  fc.record({ type: fc.constant('withdrawn' as const), ...call }),
  fc.record(
    {
      type: fc.constant('intent' as const),
      ...call,
      life: fc.record({ collectedAtMs: atMs, deadlineMs: atMs }),
    },
    { requiredKeys: ['type', 'line', 'attempt', 'atMs'] },
  ),
  fc.record(
    {
      type: fc.constant('answer' as const),
      ask: fc.constantFrom('activate' as const, 'user_tokens' as const, 'inventory' as const),
      ...call,
      sentAtMs: atMs,
      httpStatus,
      trouble: fc.record({
        kind: fc.constant('no_answer' as const),
        cause: fc.constantFrom('timeout' as const, 'reset' as const, 'cut_off' as const),
        detail: text,
      }),
      ...graphTexts,
      retryAfter: text,
      waitMs: atMs,
    },
    { requiredKeys: ['type', 'ask', 'line', 'attempt', 'atMs', 'sentAtMs'] },
  ),
  fc.record(
    {
      type: fc.constant('outcome' as const),
      line,
      status: fc.constantFrom(...STATUSES),
      needsRecollection: fc.boolean(),
      reason: text,
      httpStatus,
      ...graphTexts,
      attempts: attempt,
      completedAtMs: atMs,
    },
    { requiredKeys: ['type', 'line', 'status', 'needsRecollection', 'reason', 'attempts', 'completedAtMs'] },
  ),
  fc.record(
    { type: fc.constant('end' as const), atMs, exitCode: fc.nat(143), reason: text },
    { requiredKeys: ['type', 'atMs', 'reason'] },
  ),
);
