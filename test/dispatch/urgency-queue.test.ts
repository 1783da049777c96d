import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UrgencyQueue, type Urgent } from '../../src/dispatch/queue/urgency-queue.js';

const byUrgency = (a: Urgent, b: Urgent): number =>
  a.urgencyMs === b.urgencyMs ? a.sequence - b.sequence : a.urgencyMs < b.urgencyMs ? -1 : 1;

describe('urgency queue', () => {
  it('gives nothing when empty', () => {
    const queue = new UrgencyQueue();
    expect([queue.size, queue.peek(), queue.pop(), queue.size]).toEqual([0, undefined, undefined, 0]);
  });

  it('takes the earliest deadline first, then the place in the input, and what cannot expire last', () => {
    const queue = new UrgencyQueue();
    const items = [
      { urgencyMs: Infinity, sequence: 0 },
      { urgencyMs: 9, sequence: 1 },
      { urgencyMs: 5, sequence: 2 },
      { urgencyMs: 9, sequence: 3 },
      { urgencyMs: Infinity, sequence: 4 },
    ];
    for (const item of items) queue.push(item);
    expect(items.map(() => queue.pop()!.sequence)).toEqual([2, 1, 3, 0, 4]);
  });

  it('gives what a sorted list gives, whatever is pushed and popped in between', () => {
    const urgency = fc.oneof(fc.nat(5), fc.constant(Infinity), fc.integer());
    const step = fc.oneof(
      { weight: 3, arbitrary: urgency.map((urgencyMs) => ({ urgencyMs })) },
      { weight: 2, arbitrary: fc.constant('pop' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new UrgencyQueue();
        let sorted: Urgent[] = [];
        steps.forEach((each, sequence) => {
          if (each === 'pop') {
            expect(queue.pop()).toBe(sorted.shift());
          } else {
            const item = { ...each, sequence };
            queue.push(item);
            sorted = [...sorted, item].sort(byUrgency);
          }
          expect(queue.size).toBe(sorted.length);
          expect(queue.peek()).toBe(sorted[0]);
        });
        while (sorted.length > 0) expect(queue.pop()).toBe(sorted.shift());
        expect(queue.pop()).toBeUndefined();
      }),
    );
  });
});
