import fc from 'fast-check';
import { expect, test } from 'vitest';
import { STATUSES, type Outcome } from '../../src/model/outcome.js';
import { Outcomes } from '../../src/results/outcomes.js';

const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });

const outcome: fc.Arbitrary<Outcome> = fc.record({
  status: fc.constantFrom(...STATUSES),
  needsRecollection: fc.boolean(),
  reason: fc.string({ unit: 'binary' }),
  httpStatus: optional(fc.integer({ min: 100, max: 599 })),
  graphErrorCode: optional(fc.string({ unit: 'binary' })),
  graphRequestId: optional(fc.uuid()),
  attempts: fc.nat(),
  completedAtMs: fc.double({ min: 0, max: 1e13, noNaN: true }),
});

test('the last outcome of each line comes out, once and unchanged', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), outcome)), (told) => {
      const outcomes = new Outcomes();
      for (const [line, each] of told) outcomes.set(line, each);
      for (const [line, last] of new Map(told)) {
        expect(outcomes.take(line)).toEqual(last);
        expect(outcomes.take(line)).toBeUndefined();
      }
    }),
  );
});
